"""The gate of coverage sees what falls short, and looks at every file of what decides."""

from tools.coverage_gate import GROUPS, LEAST, ROOT, files_of_groups, short


def said(**found):
    files = {f"{name}.py": branches for name, branches in found.items()}
    return list(short(files.__getitem__, {"rules": list(files)}))


ENOUGH = LEAST["rules"]


def test_what_was_tried_well_enough_says_nothing_and_a_group_without_branches_is_noticed():
    assert said(one={5: (ENOUGH, ENOUGH)}, two={7: (100 - ENOUGH, 0)}) == []
    assert said(one={}, two={}) != []


def test_one_branch_too_few_is_named_with_its_place():
    wrong = said(one={5: (ENOUGH, ENOUGH - 1), 3: (0, 0)}, two={7: (100 - ENOUGH, 0)})
    assert wrong == [f"rules: {ENOUGH - 1:.1f} % is less than {ENOUGH}. Not tried:", "  one.py: 5", "  two.py: 7"]


def test_every_rule_and_action_is_in_one_group():
    found = files_of_groups()
    assert found.keys() == GROUPS.keys() >= LEAST.keys() and all(found.values())
    every = [file for files in found.values() for file in files]
    assert len(every) == len(set(every))
    decide = [p for p in (ROOT / "careward").rglob("*.py") if p.name in ("rules.py", "actions.py") or p.parent.name == "rules"]
    assert {str(p.relative_to(ROOT)) for p in decide} <= set(every)

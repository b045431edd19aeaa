"""Nothing stays that nothing uses, or that tests alone use; and the look sees what it should."""

from tools.dead_code import ROOT, dead


def test_nothing_is_dead():
    assert dead(ROOT / "careward", ROOT / "tools") == []


def test_a_planted_corpse_is_found_and_what_is_used_elsewhere_is_not(tmp_path):
    (tmp_path / "rules.py").write_text(
        '"""buried: a name in a sentence about the code is no use."""\n'
        "def buried():\n    return 1\n\n"
        "def drawn():\n    return 2\n\n"
        "def placed():\n    return 3\n\n"
        "class Line:\n    kept: int\n    packed: int\n    lost: int\n\n"
        'ASKED = (Line, "SELECT kept FROM line", "careward.toy.placed")\nprint(ASKED)\n'
    )
    (tmp_path / "page.jinja").write_text("buried lost {{ line.drawn }}\n")
    (tmp_path / "pack.toml").write_text('packed = 1  # lost\nwords = "lost = 1"\n')
    assert [line.partition(": ")[2] for line in dead(tmp_path)] == ["variable lost", "function buried"]

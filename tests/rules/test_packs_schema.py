"""Packs are strict: what is misspelt, missing or of the wrong type is named with its file, its key and the remedy."""

import re
from datetime import date, time
from pathlib import Path

import pytest

from careward.core.days import add_working_days
from careward.core.packs.citing import check_clauses
from careward.core.packs.documents import load_document
from careward.core.packs.pack import load
from careward.core.packs.reader import SHIPPED, PackError, names

CHILD = 'extends = "base"\nid = "trust"\ntitle = "A trust"\nsource = "its procedure"\nversion = "2"\nin_force_on = 2026-04-01\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of packs: the shipped base, and one that extends it."""
    write(tmp_path / "packs", "base", (SHIPPED / "base" / "pack.toml").read_text())
    return write(tmp_path / "packs", "trust", CHILD)


def write(root: Path, name: str, text: str, file: str = "pack.toml") -> Path:
    (root / name / file).parent.mkdir(parents=True, exist_ok=True)
    (root / name / file).write_text(text, encoding="utf-8")
    return root


def test_a_pack_takes_what_it_does_not_say_from_the_one_it_extends(root: Path) -> None:
    base, trust = load("base", folders=(root,)), load("trust", folders=(root,))
    assert (trust.id, trust.version, trust.in_force_on) == ("trust", "2", date(2026, 4, 1))
    assert (trust.inactivity, trust.training, trust.findings) == (base.inactivity, base.training, base.findings)


def test_a_table_is_merged_key_by_key_and_a_list_replaced_whole(root: Path) -> None:
    write(root, "trust", CHILD + '[inactivity]\nnotice_days = 14\n[registration]\napprovers = ["director"]\n')
    base, trust = load("base", folders=(root,)), load("trust", folders=(root,))
    assert trust.inactivity.notice_days == 14 and trust.inactivity.lock_after_days == base.inactivity.lock_after_days
    assert trust.registration.approvers == ("director",) and trust.registration.exception_approvers == base.registration.exception_approvers


def test_extending_goes_on_through_several_packs(root: Path) -> None:
    write(root, "trust", CHILD + "[inactivity]\nnotice_days = 14\n")
    write(root, "ward", 'extends = "trust"\nid = "ward"\n[inactivity]\nlock_after_days = 60\n')
    ward = load("ward", folders=(root,))
    assert (ward.id, ward.title, ward.inactivity.notice_days, ward.inactivity.lock_after_days) == ("ward", "A trust", 14, 60)


@pytest.mark.parametrize(
    ("extra", "place", "key"),
    [
        ("sorce = 'x'\n", "packs/trust/pack.toml", "'sorce'"),
        ("[inactivity]\nlock_afer_days = 90\n", "packs/trust/pack.toml: inactivity", "'lock_afer_days'"),
        ("[findings.'account.leaver']\nworking_day = 1\n", "packs/trust/pack.toml: findings.account.leaver", "'working_day'"),
        (
            "[[environments]]\ncode = 'live'\ntitle = 'Live'\nlive = true\naprovers = []\nclause = 'x'\n",
            "pack.toml: environments[0]",
            "'aprovers'",
        ),
    ],
)
def test_a_misspelt_key_is_named_with_its_file_and_the_keys_that_are_known(root: Path, extra: str, place: str, key: str) -> None:
    write(root, "trust", CHILD + extra)
    with pytest.raises(PackError) as refused:
        load("trust", folders=(root,))
    assert place in str(refused.value) and key in str(refused.value)
    assert "may be misspelt. Known here:" in str(refused.value)


@pytest.mark.parametrize(
    ("extra", "place", "found"),
    [
        ("[inactivity]\nlock_after_days = '90'\n", "inactivity: lock_after_days", "expected int, found '90'"),
        ("[inactivity]\nlock_after_days = 90.0\n", "inactivity: lock_after_days", "expected int, found 90.0"),
        ("[inactivity]\nlock_after_days = true\n", "inactivity: lock_after_days", "expected int, found True"),
        ("[registration]\napprovers = 'line_manager'\n", "registration: approvers", "expected list, found 'line_manager'"),
        ("[registration]\napprovers = ['line_manager', 7]\n", "registration: approvers[1]", "expected str, found 7"),
        ("inactivity = 90\n", "inactivity", "expected dict, found 90"),
        ("training = ['data-security']\n", "training[0]", "expected dict, found 'data-security'"),
        (
            "[[environments]]\ncode = 'live'\ntitle = 'Live'\nlive = 'yes'\napprovers = []\nclause = 'x'\n",
            "environments[0]: live",
            "expected bool",
        ),
    ],
)
def test_a_wrong_type_is_named_with_its_place(root: Path, extra: str, place: str, found: str) -> None:
    write(root, "trust", CHILD + extra)
    with pytest.raises(PackError) as refused:
        load("trust", folders=(root,))
    assert f"pack.toml: {place}: " in str(refused.value) and found in str(refused.value)


@pytest.mark.parametrize("when", ["'2026-04-01'", "2026-04-01T09:00:00", "20260401"])
def test_a_day_must_be_a_day(root: Path, when: str) -> None:
    write(root, "trust", CHILD.replace("2026-04-01", when))
    with pytest.raises(PackError, match="in_force_on: expected date"):
        load("trust", folders=(root,))


@pytest.mark.parametrize("key", ["title", "inactivity", "safety", "terms"])
def test_a_missing_key_is_named(root: Path, key: str) -> None:
    text = (root / "base" / "pack.toml").read_text()
    gone = re.sub(rf"(?ms)^\[{key}\]$.*?(?=^\[)", "", re.sub(rf"(?m)^{key} = .*\n", "", text, count=1))
    write(root, "base", gone)
    with pytest.raises(PackError, match=f"packs/base/pack.toml: '{key}' is missing; add it"):
        load("base", folders=(root,))


def test_a_broken_file_says_which_line(root: Path) -> None:
    write(root, "trust", CHILD + "[inactivity\n")
    with pytest.raises(PackError, match=r"trust/pack\.toml: .*line 7.*mend that line"):
        load("trust", folders=(root,))


def test_a_file_that_is_not_utf8_is_refused(root: Path) -> None:
    (root / "trust" / "pack.toml").write_bytes(CHILD.encode() + b"# caf\xe9\n")
    with pytest.raises(PackError, match="must be TOML in UTF-8"):
        load("trust", folders=(root,))


@pytest.mark.parametrize("name", ["trsut", "missing-parent"])
def test_a_pack_that_is_not_there_is_named(root: Path, name: str) -> None:
    write(root, "missing-parent", 'extends = "bsae"\nid = "x"\n')
    with pytest.raises(PackError, match="no such file; check the name of the pack"):
        load(name, folders=(root,))


def test_the_digest_changes_with_any_byte_of_the_pack_or_of_one_it_extends(root: Path) -> None:
    seen = {load("trust", folders=(root,)).digest}
    for name, more in (("trust", "# a word\n"), ("base", "# a word\n")):
        path = root / name / "pack.toml"
        path.write_text(path.read_text() + more)
        seen.add(load("trust", folders=(root,)).digest)
    assert len(seen) == 3 and all(re.fullmatch("[0-9a-f]{64}", d) for d in seen)
    assert load("trust", folders=(root,)).digest in seen


def test_a_day_chooses_the_version_that_was_in_force(root: Path) -> None:
    for version, day, notice in (("0", "2024-01-01", 1), ("1", "2025-04-01", 2)):
        old = CHILD.replace('"2"', f'"{version}"').replace("2026-04-01", day) + f"[inactivity]\nnotice_days = {notice}\n"
        write(root, "trust", old, f"was/{version}.toml")
    chosen = {
        on: load("trust", folders=(root,), on=date.fromisoformat(on))
        for on in ("2024-06-01", "2025-03-31", "2025-04-01", "2026-03-31", "2026-04-01")
    }
    assert [p.version for p in chosen.values()] == ["0", "0", "1", "1", "2"]
    assert [p.inactivity.notice_days for p in chosen.values()] == [1, 1, 2, 2, 7]
    assert len({p.digest for p in chosen.values()}) == 3
    assert load("trust", folders=(root,)).version == "2"


def test_one_of_several_versions_without_its_day_is_refused(root: Path) -> None:
    undated = CHILD.replace("in_force_on = 2026-04-01\n", "")
    write(root, "trust", undated)
    assert load("trust", folders=(root,), on=date(2020, 1, 1)).in_force_on == date(2021, 1, 1)  # the one of the pack it extends
    write(root, "trust", CHILD, "was/1.toml")
    with pytest.raises(
        PackError, match=r"trust/pack\.toml: in_force_on: expected date, found None; each of several versions needs its day"
    ):
        load("trust", folders=(root,), on=date(2026, 5, 1))


def test_before_the_first_version_the_first_one_stands(root: Path) -> None:
    write(root, "trust", CHILD.replace('"2"', '"1"').replace("2026-04-01", "2025-04-01"), "was/1.toml")
    assert load("trust", folders=(root,), on=date(2020, 1, 1)).version == "1"


def test_a_pack_that_is_extended_is_taken_as_of_the_same_day(root: Path) -> None:
    older = (root / "base" / "pack.toml").read_text()
    write(root, "base", older, "was/1.toml")
    newer = older.replace("in_force_on = 2021-01-01", "in_force_on = 2027-01-01").replace("notice_days = 7", "notice_days = 21")
    write(root, "base", newer)
    assert load("trust", folders=(root,), on=date(2026, 12, 31)).inactivity.notice_days == 7
    assert load("trust", folders=(root,), on=date(2027, 1, 1)).inactivity.notice_days == 21


def bounded(days: int, own: int = 0) -> str:
    """A pack that agrees 1 to 3 months, as EL-036 does, with its lock figure and one system's own."""
    entry = "code='rio'\nname='RiO'\nkind='clinical'\ndescription=''\nadministrator_title='x'\nadministrator_contact=''\nrequest_channel=''\nclause='EL-036'\n"
    return (
        CHILD
        + f"[inactivity]\nlock_after_days = {days}\nleast_lock_days = 30\nmost_lock_days = 92\nlock_clause = 'EL-035'\n"
        + (f"[[register]]\n{entry}lock_after_days = {own}\n" if own else "")
    )


@pytest.mark.clause("EL-036")
@pytest.mark.parametrize(("days", "own"), [(30, 0), (92, 0), (60, 30), (60, 92), (0, 0)])
def test_a_lock_figure_of_one_to_three_months_is_taken(root: Path, days: int, own: int) -> None:
    write(root, "trust", bounded(days, own))
    pack = load("trust", folders=(root,))
    assert pack.inactivity_for("rio").lock_after_days == (own or days)
    assert pack.inactivity_for("another").lock_after_days == days


@pytest.mark.clause("EL-036")
@pytest.mark.parametrize(
    ("days", "own", "what"), [(29, 0, "inactivity"), (93, 0, "inactivity"), (60, 29, "register rio"), (60, 365, "register rio")]
)
def test_a_lock_figure_outside_one_to_three_months_is_refused(root: Path, days: int, own: int, what: str) -> None:
    write(root, "trust", bounded(days, own))
    with pytest.raises(PackError) as refused:
        load("trust", folders=(root,))
    assert f"{what} locks after {own or days} days; the procedure allows 30 to 92 (EL-035)" in str(refused.value)


def test_two_register_entries_of_one_code_are_refused(root: Path) -> None:
    text = bounded(60, 60)
    write(root, "trust", text + text[text.index("[[register]]") :])
    with pytest.raises(PackError, match="two register entries share a code"):
        load("trust", folders=(root,))


def test_the_house_asks_for_every_duty_and_an_organisation_names_its_clause(root: Path) -> None:
    write(root, "trust", CHILD + "[duties]\n'work.evidence' = 'NM-012'\n")
    assert set(load("base", folders=(root,)).duties.values()) == {"house"}
    trust = load("trust", folders=(root,))
    assert (trust.clause_of("work.evidence"), trust.clause_of("runs.nightly")) == ("NM-012", "house")
    with pytest.raises(KeyError):
        trust.clause_of("work.evidense")


def test_a_duty_that_is_misspelt_or_left_out_is_refused(root: Path) -> None:
    write(root, "trust", CHILD + "[duties]\n'work.evidense' = 'NM-012'\n")
    with pytest.raises(PackError, match=r"trust/pack\.toml: duties: unknown key 'work\.evidense'; it may be misspelt"):
        load("trust", folders=(root,))
    text = (root / "base" / "pack.toml").read_text()
    write(root, "base", text.replace('"runs.nightly" = "house"\n', ""))
    with pytest.raises(PackError, match=r"base/pack\.toml: duties: 'runs\.nightly' is missing; add it"):
        load("base", folders=(root,))


def test_a_calendar_of_one_s_own_moves_every_due_day_and_the_rest_is_england(root: Path) -> None:
    write(root, "trust", CHILD + "[calendar]\nclosed = [2026-11-24]\nopened = [2026-11-28]\ncore_opens = 07:30:00\n")
    own, house = load("trust", folders=(root,)).calendar, load("base", folders=(root,)).calendar
    monday, friday = date(2026, 11, 23), date(2026, 11, 27)
    assert [add_working_days(monday, 1, c.days).day for c in (house, own)] == [24, 25]
    assert [add_working_days(friday, 1, c.days).day for c in (house, own)] == [30, 28]
    assert not own.days.works(date(2026, 12, 25)) and own.core_hours.opens == time(7, 30) and house.core_hours.opens == time(8)


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("closed = [2026-11-24]\nopened = [2026-11-24]", "2026-11-24 is both closed and opened"),
        ("core_closes = 07:00:00", "core hours end at 07:00, before they begin"),
        ("closed = ['2026-11-24']", r"closed\[0\]: expected date"),
        ("core_opens = '08:00'", "core_opens: expected time"),
        ("holiday_core = false", "unknown key 'holiday_core'"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(root: Path, extra: str, said: str) -> None:
    write(root, "trust", CHILD + f"[calendar]\n{extra}\n")
    with pytest.raises(PackError, match=rf"trust/pack\.toml: calendar: {said}"):
        load("trust", folders=(root,))


def test_a_pack_of_ones_own_stands_beside_those_shipped_and_extends_them(root: Path) -> None:
    write(root, "north", 'extends = "elft"\nid = "north"\n[inactivity]\nnotice_days = 9\n')
    (root / "base" / "pack.toml").unlink()
    folders = (SHIPPED, root)
    assert names(folders) == ("base", "elft", "llr", "north", "tewv", "trust")
    north = load("north", folders=folders)
    assert north.inactivity.notice_days == 9 and north.register == load("elft").register
    assert (north.documents, north.extends) == ((), ("base", "elft"))  # the document stays where it stands


def test_a_finding_that_no_rule_knows_and_work_for_nobody_are_refused(root: Path) -> None:
    rule = "{ clause = 'house', who = 'WHO', working_days = 1, title = 'x' }"
    write(root, "trust", CHILD + f"[findings]\n'account.leever' = {rule.replace('WHO', 'service_desk')}\n")
    with pytest.raises(PackError, match=r"trust/pack\.toml: findings: unknown key 'account\.leever'; it may be misspelt"):
        load("trust", folders=(root,))
    write(root, "trust", CHILD + f"[findings]\n'account.leaver' = {rule.replace('WHO', 'service_disk')}\n")
    with pytest.raises(PackError, match=r"trust/pack\.toml: findings\.account\.leaver: who is no role; use one of line_manager"):
        load("trust", folders=(root,))


def test_what_is_worked_out_cannot_be_written(root: Path) -> None:
    assert load("trust", folders=(root,)).extends == ("base",)
    write(root, "trust", CHILD + "digest = 'x'\n")
    with pytest.raises(PackError, match="unknown key 'digest'"):
        load("trust", folders=(root,))


def test_two_packs_of_one_name_are_refused(root: Path) -> None:
    with pytest.raises(PackError, match=r"packs/base: .* holds a pack called 'base' already; give this one a name of its own"):
        load("trust", folders=(SHIPPED, root))


def test_a_pack_that_calls_itself_otherwise_than_its_folder_is_refused(root: Path) -> None:
    write(root, "trust", CHILD.replace('id = "trust"', 'id = "trsut"'))
    with pytest.raises(PackError, match=r"trust/pack\.toml: id is 'trsut', and its folder is called 'trust'"):
        load("trust", folders=(root,))


DOCUMENT = """
code = "d"
title = "A procedure"
reference = "R1"
version = "1"
status = "ratified"
kind = "procedure"
publication = "public"
systems = []
sections = [{number = "1", title = "Purpose"}]
clauses = [{id = "XX-001", section = "SECTION", duty = "Do it", actor = "All", module = "A", kind = "H"}]
"""


def test_a_document_is_read_with_its_clauses(root: Path) -> None:
    write(root, "trust", DOCUMENT.replace("SECTION", "1"), "documents/d.toml")
    document = load_document("trust", "d", folders=(root,))
    assert [(c.id, c.section) for c in document.clauses] == [("XX-001", "1")] and document.next_review_on is None


def documented(root: Path, cites: str, document: str = DOCUMENT) -> None:
    """A pack with one document, checked as an installation checks it."""
    write(root, "trust", CHILD + f"documents = ['d']\n[registration]\nclause = '{cites}'\n")
    write(root, "trust", document.replace("SECTION", "1"), "documents/d.toml")
    folders = (SHIPPED, root)
    packs = {name: load(name, folders=folders) for name in names(folders)}
    check_clauses(packs, {(n, c): load_document(n, c, folders=folders) for n, p in packs.items() for c in p.documents})


def test_each_clause_that_a_pack_cites_stands_in_a_document(root: Path) -> None:
    (root / "base" / "pack.toml").unlink()
    documented(root, "XX-001")
    documented(root, "house")
    with pytest.raises(PackError, match=r"trust/pack\.toml: registration\.clause cites XX-010, which stands in no document; mend it"):
        documented(root, "XX-010")
    with pytest.raises(PackError, match=r"documents/d\.toml: review_clause cites XX-002"):
        documented(root, "XX-001", DOCUMENT.replace('code = "d"', 'code = "d"\nreview_clause = "XX-002"'))


def test_a_clause_of_another_s_document_cannot_be_taken(root: Path) -> None:
    (root / "base" / "pack.toml").unlink()
    with pytest.raises(PackError, match=r"PA-033 stands in packs/.* already; give the clauses here a prefix of their own"):
        documented(root, "house", DOCUMENT.replace("XX-001", "PA-033"))


def test_a_clause_in_no_listed_section_is_refused(root: Path) -> None:
    write(root, "trust", DOCUMENT.replace("SECTION", "9"), "documents/d.toml")
    with pytest.raises(PackError, match="XX-001 stand in no listed section"):
        load_document("trust", "d", folders=(root,))


def test_every_shipped_pack_loads_and_names_itself() -> None:
    assert set(names()) >= {"base", "elft", "llr", "tewv"}
    for name in names():
        pack = load(name)
        assert pack.id == name
        assert all(load_document(name, code).code == code for code in pack.documents)


def test_an_environment_nobody_named_needs_the_strictest_approver(root: Path) -> None:
    rows = "".join(
        f"[[environments]]\ncode='{code}'\ntitle='{code}'\nlive={live}\napprovers={approvers}\nclause='PA-018'\n"
        for code, live, approvers in (("live", "true", "[]"), ("train", "false", "['trainer']"))
    )
    write(root, "trust", CHILD + rows)
    pack = load("trust", folders=(root,))
    assert pack.environment_approvers("live") == pack.registration.approvers
    assert pack.environment_approvers("train") == pack.environment_approvers("unheard-of") == ("trainer",)


@pytest.mark.parametrize("extends", ['"b"', '["base"]', '"a"'])
def test_packs_that_extend_each_other_or_nothing_nameable_are_refused(tmp_path: Path, extends: str):
    for name, parent in (("a", extends), ("b", '"a"')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.toml").write_text(f"extends = {parent}\n", encoding="utf-8")
    with pytest.raises(PackError, match=r"pack\.toml: extends .* name one other pack"):
        load("a", folders=(tmp_path,))

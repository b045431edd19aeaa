"""Mapping profiles: strict, and able to read extracts that look nothing like the canonical form."""

from datetime import date, datetime
from pathlib import Path

import pytest

from careward.core.columns import FEEDS
from careward.core.days import LONDON
from careward.engines.connectors.csv import profiles
from careward.engines.connectors.csv.describing import describe
from careward.engines.connectors.csv.profiles import ProfileError
from careward.engines.connectors.csv.reader import read_folder
from tests.make.files import read_file

ROOT = Path(__file__).resolve().parents[2]

ESR = """
id = "esr"
title = "ESR absence and user extract"

[[feeds]]
feed = "accounts"
file = "users_*.txt"
mode = "snapshot"
encoding = "cp1252"
delimiter = "|"
days = ["%d/%m/%Y", "%d-%b-%y"]
pivot = 2049
moments = ["%d/%m/%Y %H:%M"]
columns = { username = "Login", display_name = "Full Name", status = "Act?", created_on = "Made", last_used_at = "Last on", roles = "Role" }
constants = { environment = "Training" }
values = { status = { Y = "active", N = "closed", "" = "locked" } }
group = { by = ["username"], collect = ["roles"] }

[[feeds]]
feed = "absences"
file = "absence.csv"
mode = "changes"
header = false
names = ["Emp", "From"]
columns = { employee_number = "Emp", from_on = "From" }
constants = { kind = "sickness" }
"""


@pytest.fixture
def own(tmp_path: Path):
    """An organisation's folder of profiles, one file in it."""

    def write(text: str, name: str = "esr") -> Path:
        folder = tmp_path / "profiles"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return folder

    return write


def dicts(file) -> list[dict]:
    return [dict(zip(file.columns, row, strict=True)) for row in file.rows]


def test_an_extract_of_another_form_is_read_through_its_profile(tmp_path, own):
    folder = tmp_path / "in"
    folder.mkdir()
    text = "Login|Full Name|Act?|Made|Last on|Role|Shoes\nab|José|y|01/02/2020|31/07/2026 09:05|Nurse|9\nab|José|y|01/02/2020|31/07/2026 09:05|clerk|9\ncd||N|3-Mar-21||Nurse|\nef|||2021-03-03||Nurse|\nab|Jo|y|01/02/2020|31/07/2026 09:05|boss|9\n"
    (folder / "users_paris.txt").write_bytes(text.encode("cp1252"))
    (folder / "absence.csv").write_text("1,2026-01-01\n2,2026-01-02\n")
    accounts, absences = read_folder(folder, profile="esr", profiles_folder=own(ESR)).files
    first, second = dicts(accounts)
    assert first == {
        "environment": "training", "username": "ab", "display_name": "José", "status": "active", "kind": "normal",
        "created_on": date(2020, 2, 1), "last_used_at": datetime(2026, 7, 31, 9, 5, tzinfo=LONDON), "roles": "clerk;Nurse",
    }  # fmt: skip
    assert (second["status"], second["created_on"], second["last_used_at"]) == ("closed", date(2021, 3, 3), None)
    assert (accounts.system, accounts.lines) == ("paris", [2, 4])
    assert [(p.line, p.column, p.what) for p in accounts.problems] == [
        (5, "Made", '"2021-03-03" is not a day'),
        (6, "", "This line says otherwise than line 2, which has the same Login"),
    ]
    assert accounts.problems[0].remedy == "Write the day like 30/11/2026 or 30-Nov-26"
    assert accounts.notices == ('The column "Shoes" is not known and is not read.',)
    assert [(d["employee_number"], d["kind"], d["from_on"]) for d in dicts(absences)] == [
        ("1", "sickness", date(2026, 1, 1)),
        ("2", "sickness", date(2026, 1, 2)),
    ]
    assert not absences.snapshot


def test_a_wrong_encoding_names_the_one_the_profile_says(tmp_path, own):
    path = tmp_path / "users_x.txt"
    path.write_bytes(b"Login|Act?|Role\na|Y|\x81\n")  # the one byte cp1252 does not know
    problem = read_file(path, feed="accounts", name=path.name, profile="esr", own=own(ESR)).problems[0]
    assert (problem.line, problem.what) == (2, "The file is not text in cp1252")


def test_user_permission_pairs_become_accounts_with_roles_and_their_systems(tmp_path):
    (tmp_path / "Ward.txt").write_text(
        "        1          1\n        2          1\n        1         10\n        1          2\n        1          2\n"
    )
    (tmp_path / "desk.txt").write_text("7 7\n\n7 x\n7\n7 8 9\n")
    (tmp_path / "README.md").write_text("About")
    reading = read_folder(tmp_path, profile="role-mining")
    systems, desk, ward = sorted(reading.files, key=lambda f: (f.feed != "systems", f.system))
    assert dicts(systems) == [
        {"code": "ward", "name": "ward", "kind": "corporate", "administrator_title": "System administrator"},
        {"code": "desk", "name": "desk", "kind": "corporate", "administrator_title": "System administrator"},
    ]
    assert (systems.feed, systems.snapshot, len(systems.lines)) == ("systems", False, 2)
    assert [(d["username"], d["status"], d["roles"]) for d in dicts(ward)] == [("1", "active", "p1;p10;p2"), ("2", "active", "p1")]
    assert (ward.lines, ward.problems, ward.snapshot) == ([1, 2], (), True)
    assert [(p.line, p.column, p.what) for p in desk.problems] == [
        (3, "roles", "The cell does not hold a whole number"),
        (4, "", "The row has 1 cell and the file has 2 columns"),
        (5, "", "The row has 3 cells and the file has 2 columns"),
    ]
    assert (len(desk.rows), desk.refused) == (1, 3)
    assert reading.notices == ("README.md is not a file that this profile reads; it was left out.",)


def test_every_shipped_profile_loads_and_the_canonical_one_reads_every_feed():
    assert set(profiles.names()) >= {"canonical", "role-mining"}
    assert all(profiles.load(name).title for name in profiles.names())
    modes = {f.feed: f.mode for f in profiles.load("canonical").feeds}
    assert modes.keys() == FEEDS.keys()
    assert {feed for feed, mode in modes.items() if mode == "changes"} == {"leavers", "systems"}


def test_an_organisations_own_profile_comes_before_the_shipped_one(own):
    folder = own('id = "canonical"\ntitle = "Ours"\n[[feeds]]\nfeed = "leavers"\nfile = "l.csv"\nmode = "changes"\n', "canonical")
    assert profiles.load("canonical", profiles_folder=folder).title == "Ours"
    assert profiles.load("canonical").title == "Careward's own form"


FEED = 'id = "esr"\ntitle = "t"\n[[feeds]]\nfeed = "leavers"\nfile = "l.csv"\nmode = "changes"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FEED + "colums = {}", "feeds[0]: unknown key 'colums'"),
        (FEED.replace('mode = "changes"', ""), "feeds[0]: 'mode' is missing"),
        (FEED + "header = 1", "feeds[0]: header: expected bool, found 1"),
        ("id = ", "profiles/esr.toml: Invalid value"),
        (FEED.replace('"esr"', '"other"'), "id is 'other'; write 'esr'"),
        (FEED.replace('"leavers"', '"lever"'), "feed 'lever' is not known"),
        (FEED.replace('"changes"', '"full"'), "mode 'full' is not known"),
        (FEED.replace('"l.csv"', '"../l.csv"'), "must be a file's name"),
        (FEED + 'delimiter = "||"', "delimiter '||' must be one character"),
        (FEED + 'encoding = "latin-99"', "encoding 'latin-99' is not known"),
        (FEED + 'encoding = "rot13"', "encoding 'rot13' is not one of text"),
        (FEED + "header = false", "give names where header is false"),
        (FEED + 'header = false\nnames = ["name", "Name", "team", "left_on"]', "two names are the same"),
        (FEED + 'whole_numbers = ["size"]', "'size' is not a column of the file"),
        (FEED + 'columns = { nam = "N" }', "columns: 'nam' is not a column of leavers"),
        (FEED + 'columns = { name = "N" }', "nothing gives team"),
        (
            FEED + 'columns = { name = "N", team = "T", left_on = "D" }\nconstants = { team = "x" }',
            "'team' is both in columns and in constants",
        ),
        (FEED + 'constants = { left_on = "soon" }', "left_on: 'soon' cannot be used"),
        (FEED + 'values = { left_on = { x = "soon" } }', "left_on: 'soon' cannot be used"),
        (FEED + 'values = { team = { X = "a", x = "b" } }', "two entries differ by case only"),
        (FEED + 'days = ["%d/%m"]', "days: '%d/%m' does not give year, month and day"),
        (FEED + 'group = { by = ["name"] }', "group needs both by and collect"),
        (FEED + 'group = { by = ["name"], collect = ["team"] }', "group: 'team' does not hold a list"),
        (FEED + 'group = { by = ["nam"], collect = ["team"] }', "group: 'nam' is not a column that the file gives"),
        (FEED + 'register = { kind = "corporate", administrator_title = "x" }', "register belongs to accounts only"),
        (FEED + 'system = "ad"', "system belongs to accounts only"),
        (FEED.replace("leavers", "accounts") + 'register = { kind = "odd", code = "x" }', "register: code is taken from the file's name"),
        (FEED.replace("leavers", "accounts") + 'register = { kind = "odd", code = "x" }', 'register: kind: "odd" is not a word known here'),
        ('id = "esr"\ntitle = "t"\nfeeds = []', "it reads no feed"),
    ],
)
def test_a_profile_we_do_not_understand_names_file_place_and_remedy(own, text, words):
    with pytest.raises(ProfileError) as error:
        profiles.load("esr", profiles_folder=own(text))
    assert words in str(error.value)
    assert all(line.startswith("profiles/esr.toml: ") for line in str(error.value).splitlines())


def test_an_unknown_profile_names_those_known(tmp_path):
    with pytest.raises(ProfileError, match="no mapping profile 'nope'"):
        read_folder(tmp_path, profile="nope")


def test_the_reference_page_is_fresh():
    """Write it again with: python -c "from careward.engines.connectors.csv.describing import describe; print(describe(), end='')"."""
    assert (ROOT / "docs" / "reference" / "feeds.md").read_text(encoding="utf-8") == describe()


def test_the_reference_page_names_every_column():
    page = describe()
    assert all(f"| `{column.name}` |" in page for shape in FEEDS.values() for column in shape.columns)

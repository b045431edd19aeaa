"""Files of unknown form: what is suggested, what may be said, and that a profile is the same thing in the browser and in a file."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careward.access.feeds.mapping import rules
from careward.core.columns import FEEDS
from careward.core.mapping import FileLook, LookedColumn, MappingError, MappingFacts, as_plain, facts_from, look_from, trial_from
from careward.engines.connectors.csv import profiles
from careward.engines.connectors.csv.day_forms import PIVOT, WRITTEN, DayForms
from careward.engines.connectors.csv.headings import normal
from careward.engines.connectors.csv.looking import LookAsked, delimiter_of, encoding_of, look_at
from careward.engines.connectors.csv.profile_text import as_toml, facts_of, profile_of
from careward.engines.connectors.csv.reader import read_file
from careward.engines.connectors.csv.suggesting import matches, word_for
from careward.engines.connectors.csv.trying import HowRead, first_facts, strange_words, try_out, with_words

ON = date(2026, 11, 23)
HERE = HowRead(apart=False)
feeds = st.sampled_from(sorted(FEEDS))
CALLED = [
    "Login",
    "User ID",
    "Last Login",
    "Surname",
    "Forename",
    "E-mail",
    "Status",
    "Enabled",
    "Staff No.",
    "ID",
    "Name",
    "Date left",
    "",
    "x",
]
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
headings = texts.filter(lambda text: normal(text).strip() and normal(text) == normal(text.strip()))


@st.composite
def facts(draw: st.DrawFn) -> MappingFacts:
    """Something that can be said of the files of any feed."""
    feed = FEEDS[draw(feeds)]
    optional = [c.name for c in feed.columns if not c.required]
    given = [c.name for c in feed.columns if c.required or c.name in draw(st.sets(st.sampled_from(optional or [""]), max_size=4))]
    theirs = draw(st.lists(headings, min_size=len(given), max_size=len(given), unique_by=normal))
    days = [n for n in given if feed.column(n).kind in ("day", "moment")]
    formats = {n: draw(st.sampled_from(WRITTEN)) for n in days if draw(st.booleans())}
    words = {n: feed.column(n).words for n in given if feed.column(n).kind == "word"}
    values = {n: draw(st.dictionaries(texts.map(str.casefold), st.sampled_from(w), max_size=3)) for n, w in words.items()}
    system = draw(st.sampled_from(["", "paris"])) if feed.name == "accounts" else ""
    return MappingFacts(
        feed.name, system, draw(st.sampled_from(["utf-8", "cp1252"])), draw(st.sampled_from(",;\t|")), draw(texts),
        dict(zip(given, theirs, strict=True)), {}, formats, {n: v for n, v in values.items() if v}, PIVOT,
    )  # fmt: skip


@given(feeds, st.data())
def test_no_two_columns_are_suggested_for_one_and_a_column_of_our_name_is_itself(feed, data):
    known = st.sampled_from([*FEEDS[feed].names, *(n.replace("_", " ").title() for n in FEEDS[feed].names), *CALLED])
    given = data.draw(st.lists(known | texts, max_size=12))
    found = matches(FEEDS[feed], given)
    ours = [column for column, _ in found.values()]
    assert len(set(ours)) == len(ours) and set(ours) <= set(FEEDS[feed].names)
    assert all(why for _, why in found.values())
    for place, heading in enumerate(given):
        if heading in FEEDS[feed].names and heading not in [h.strip().casefold() for h in given[:place]] and "_" in heading:
            same = [p for p, h in enumerate(given) if "".join(c for c in h.casefold() if c.isalnum()) == heading.replace("_", "")]
            assert found[same[0]][0] == heading


@given(facts())
def test_what_is_said_is_the_same_once_written_and_read_again(said):
    made = profile_of("ours", "Ours", said)
    assert profiles.parsed(as_toml(made), "ours") == made
    again = facts_of(made)
    two_digits = any("%y" in form for form in said.formats.values())
    assert again == replace(said, pivot=PIVOT if two_digits else 0)
    assert as_toml(profile_of("ours", "Ours", again)) == as_toml(made)


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_text_stands_in_a_profile(title, sheet):
    made = replace(profiles.load("canonical"), title=title)
    made = replace(made, feeds=(replace(made.feeds[0], sheet=sheet, keep={"name": (title,)}),))
    assert profiles.parsed(as_toml(made), "canonical") == made


@pytest.mark.parametrize("name", profiles.names())
def test_each_shipped_profile_is_the_same_once_written(name):
    assert profiles.parsed(as_toml(profiles.load(name)), name) == profiles.load(name)


@given(facts())
def test_what_a_draft_keeps_is_what_was_said(said):
    assert facts_from(as_plain(said)) == said


CELLS = {
    "username": st.sampled_from(["abell", "bcole", "ward1", "C.Dee", "E00012"]),
    "status": st.sampled_from(["active", "Active", "locked", "closed"]),
    "display_name": st.sampled_from(["Ann Bell", "", "O'Neil, Jo", "Null"]),
    "employee_number": st.sampled_from(["E1", "", "20012345", "N/A"]),
    "kind": st.sampled_from(["", "normal", "Generic", "service"]),
    "created_on": st.sampled_from(["", "2020-01-06", "2026-02-03", "1900-01-01", "-"]),
    "last_used_at": st.sampled_from(["", "2026-11-20T08:15:00", "2026-11-20 08:15", "2026-11-20", "2026-11-20T08:15:00Z", "never?"]),
    "roles": st.sampled_from(["", "nurse;viewer", "Nurse", "none"]),
    "environment": st.sampled_from(["", "live", "train"]),
}


@given(st.data())
def test_a_profile_made_from_a_file_in_our_own_form_changes_nothing_of_what_is_read(tmp_path_factory, data):
    names = ["username", "status", *data.draw(st.permutations([n for n in CELLS if n not in ("username", "status")]))]
    names = data.draw(st.permutations(names[: data.draw(st.integers(2, len(names)))]))
    rows = data.draw(st.lists(st.tuples(*(CELLS[n] for n in names)), max_size=8))
    out = io.StringIO(newline="")
    csv.writer(out).writerows([names, *rows])
    path = tmp_path_factory.mktemp("own") / "list.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    seen = look_at(LookAsked(path, "paris.csv", "accounts"))
    made = profile_of("ours", "Ours", first_facts(seen, "accounts", "paris")).feeds[0]
    usual = next(f for f in profiles.load("canonical").feeds if f.feed == "accounts")
    by_usual, by_made = (read_file(path, "accounts/paris.csv", "paris", profile, 1 << 30, ON) for profile in (usual, made))
    assert list(by_made.rows) == list(by_usual.rows)
    assert replace(by_made, rows=[]) == replace(by_usual, rows=[])


@given(st.sampled_from(WRITTEN), st.lists(st.dates(date(1951, 1, 1), date(2049, 12, 31)), min_size=1, max_size=400), st.randoms())
def test_every_cell_is_tried_and_the_form_it_was_written_in_fits_all(form, days, chance):
    seen = DayForms()
    moments = [datetime(d.year, d.month, d.day, chance.randrange(24), chance.randrange(60), chance.randrange(60)) for d in days]
    seen.note(moment.strftime(form) for moment in moments)
    counts = {each: count for each, count, _ in seen.found()}
    assert counts[form] == len(days) == max(counts.values())


@pytest.mark.parametrize("rest", [0, 3, 500])
def test_days_that_fit_both_orders_are_taken_day_first_and_the_month_first_only_by_evidence(rest):
    british, american = DayForms(), DayForms()
    british.note(["01/02/2026"] * rest + ["03/04/2026"])
    american.note(["01/02/2026"] * rest + ["03/24/2026"])
    assert british.found()[0][0] == "%d/%m/%Y"
    assert american.found()[0][:2] == ("%m/%d/%Y", rest + 1)


def test_a_number_is_a_time_only_where_it_is_likely_one():
    seen = DayForms()
    seen.note(["46356", "46357"])
    assert [form for form, _, _ in seen.found()] == ["excel"]
    numbers = DayForms()
    numbers.note(["12", "900001"])
    assert numbers.found() == ()


def test_days_with_the_year_first_need_no_telling():
    column = LookedColumn("x", forms=(("%Y-%m-%d %H:%M:%S", 3, ""),), iso_days=0, iso_moments=3)
    assert column.form_for("moment") == "" and column.form_for("day") == "%Y-%m-%d %H:%M:%S"


@given(feeds, st.data(), texts, texts)
def test_a_word_is_suggested_only_of_our_list(feed, data, heading, word):
    for column in FEEDS[feed].columns:
        if column.kind == "word":
            assert word_for(column, heading, word) in ("", *column.words)


def test_yes_means_in_use_only_under_a_heading_that_says_so():
    status = FEEDS["accounts"].column("status")
    assert word_for(status, "Enabled", "Yes") == "active" and word_for(status, "Account Enabled", "False") == "locked"
    assert word_for(status, "Disabled", "Yes") == word_for(status, "Locked", "1") == word_for(status, "Status", "Y") == ""


PARIS = """PARIS user list

Login;Full Name;Staff No.;State;Last Login;Created
abell;Ann Bell;E1;Enabled;30/11/2025 16:05;01/02/2020
bcole;Bob Cole;E2;Locked out;;13/02/2020
cdee;Cy Dee;E3;Odd;31/11/2025 09:00;14/02/2020
(3 rows affected)
"""


@pytest.fixture
def paris(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(PARIS, encoding="utf-8")
    return path


def test_a_strange_file_is_understood_as_far_as_it_can_be(paris):
    seen = look_at(LookAsked(paris, "Users.csv", "accounts"))
    said = first_facts(seen, "accounts", "paris")
    assert (seen.rows, seen.heading_line, seen.delimiter) == (3, 3, ";")
    assert said.columns == {
        "username": "Login", "display_name": "Full Name", "employee_number": "Staff No.", "status": "State", "last_used_at": "Last Login",
        "created_on": "Created",
    }  # fmt: skip
    assert said.formats == {"last_used_at": "%d/%m/%Y %H:%M", "created_on": "%d/%m/%Y"}
    assert said.values == {"status": {"enabled": "active", "locked out": "locked"}}
    found = try_out(paris, "Users.csv", said, seen, ON, HERE)
    assert (found.rows, found.refused) == (2, 1)
    assert [(p.file, p.line, p.column) for p in found.problems] == [("Users.csv", 6, "State"), ("Users.csv", 6, "Last Login")]
    assert [(w.word, w.count, w.chosen) for w in found.words] == [("Enabled", 1, "active"), ("Locked out", 1, "locked"), ("Odd", 1, "")]
    assert trial_from(as_plain(found)) == found and look_from(as_plain(seen)) == seen


def test_what_was_said_of_a_word_stays_and_the_rest_is_suggested(paris):
    seen = look_at(LookAsked(paris, "Users.csv", "accounts"))
    said = replace(first_facts(seen, "accounts", "paris"), values={"status": {"enabled": "closed"}})
    assert with_words(said, seen).values["status"] == {"enabled": "closed", "locked out": "locked"}
    assert {w.word: w.chosen for w in strange_words(said, seen)}["Enabled"] == "closed"


def test_a_line_that_was_named_is_the_heading_and_a_line_that_is_none_is_told(paris):
    assert look_at(LookAsked(paris, "x", "accounts", heading_line=1)).columns[0].heading == "PARIS user list"
    assert look_at(LookAsked(paris, "x", "accounts", heading_line=99)).problem.line == 99


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"\n \n", "empty"), (b"a,b\n1\x00,2\n", "NUL"), (",".join(f"c{n}" for n in range(300)).encode(), "300 columns")],
)
def test_what_cannot_be_read_says_why(tmp_path, content, said):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    seen = look_at(LookAsked(path, "list.csv", "staff"))
    assert seen.problem and said in seen.problem.what and seen.problem.remedy and seen.columns == ()


@given(st.sampled_from(",;\t|"), st.integers(2, 6), st.integers(1, 30))
def test_what_parts_the_cells_is_found(delimiter, width, count):
    assert delimiter_of("\n".join(delimiter.join(["a b", "c"] * 3)[: 6 * width] for _ in range(count)) + "\n") == delimiter


@pytest.mark.parametrize(("encoding", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1252", "cp1252"), ("utf-16", "utf-16")])
def test_what_a_file_is_written_in_is_found_and_read(tmp_path, encoding, found):
    path = tmp_path / "list.csv"
    path.write_text("username,status\nséan,active\n", encoding=encoding)
    assert encoding_of(path) == found
    seen = look_at(LookAsked(path, "x", "accounts"))
    assert seen.columns[0].samples == ("séan",)
    assert try_out(path, "x", first_facts(seen, "accounts", ""), seen, ON, HERE).rows == 1


def test_five_different_samples_at_most_and_none_is_long(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("username,status\n" + "\n".join(f"u{n % 7}{'x' * 200},active" for n in range(30)), encoding="utf-8")
    column = look_at(LookAsked(path, "x", "accounts")).columns[0]
    assert len(column.samples) == len(set(column.samples)) == 5 and all(len(s) < 70 for s in column.samples)
    assert (column.filled, column.words) == (30, ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = ", "must be TOML"),
        ('id = "x"\ntitle = "X"\nfeeds = []', "reads no feed"),
        (as_toml(profiles.load("canonical")), "several feeds"),
        (as_toml(profiles.load("role-mining")), "names"),
    ],
)
def test_a_profile_that_the_pages_cannot_show_is_told(text, said):
    with pytest.raises(MappingError, match=said):
        facts_of(profiles.parsed(text))


def test_days_of_one_column_have_their_own_form_and_their_mistakes_are_told():
    feed = profile_of(
        "x", "X", MappingFacts("training", columns={n: n for n in FEEDS["training"].names}, formats={"completed_on": "%d/%m/%Y"})
    )
    assert feed.feeds[0].formats_of("completed_on").days == ("%d/%m/%Y",) and feed.feeds[0].formats_of("expires_on").days == ()
    for said in ({"completed_on": "%d/%m"}, {"result": "%d/%m/%Y"}):
        with pytest.raises(MappingError, match="formats"):
            profile_of("x", "X", MappingFacts("training", columns={n: n for n in FEEDS["training"].names}, formats=said))


def codes(decision):
    return [reason.code for reason in decision.reasons]


def test_a_column_is_given_once_and_each_that_must_be_there_is_given():
    whole = {"Login": "username", "State": "status"}
    assert rules.columns_fit("accounts", whole, {})
    assert rules.columns_fit("accounts", {"Login": "username"}, {"status": "active"})
    assert codes(rules.columns_fit("accounts", {"Login": "username"}, {})) == ["mapping.missing"]
    assert codes(rules.columns_fit("accounts", {**whole, "User": "username"}, {})) == ["mapping.twice"]
    assert codes(rules.columns_fit("accounts", {"a": "roles", "b": "roles"}, {})) == ["mapping.twice", "mapping.missing", "mapping.missing"]


def test_when_a_profile_may_be_made_and_changed():
    assert rules.named("PARIS", "so it is") and codes(rules.named(" ", "")) == ["mapping.unnamed", "mapping.no_reason"]
    assert codes(rules.named("x" * 81, "y" * 501)) == ["mapping.unnamed", "mapping.no_reason"]
    assert rules.is_free("") and codes(rules.is_free("PARIS users")) == ["mapping.taken"]
    assert rules.in_use(None) and codes(rules.in_use(datetime(2026, 1, 1))) == ["mapping.ended"]
    assert rules.says_something_new("a", "b") and codes(rules.says_something_new("a", "a")) == ["mapping.unchanged"]
    assert rules.was_tried(1) and codes(rules.was_tried(0)) == ["mapping.reads_nothing"]


@given(st.text(max_size=90), st.sets(st.sampled_from(["profile", "profile-2", "paris-users", "canonical"])))
def test_a_profile_is_called_by_what_can_be_typed_and_nothing_else_is(title, taken):
    code = rules.code_of(title, taken)
    assert code not in taken and code.isascii() and set(code) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and not code.startswith("-")


def test_a_look_finds_its_columns_by_name():
    seen = FileLook((LookedColumn("Login"),))
    assert seen.column("Login") == seen.columns[0] and seen.column("login") is None

"""The pages of the ledger, as an auditor, someone of another organisation, and someone who may not see them."""

import ast
import base64
import csv
import importlib.util
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from careward.evidence.errands import actions as queue
from careward.evidence.errands.rules import ErrandOutcome
from careward.evidence.ledger import actions, errands, pages, queries, rows, rules
from careward.evidence.ledger.models import Checkpoint, Entry, LedgerCheck
from careward.evidence.ledger.proof import SCRIPT
from careward.governance.procedures.actions import adopt_document
from careward.jobs.checking import pass_on_checks
from careward.seal import notes
from careward.seal.tree import includes, leaf_hash
from careward.web import lists
from careward.web.house import house
from careward.web.words import day
from tests.make import found as made
from tests.make.pages import markup
from tests.make.people import NOW, TODAY, organisation, ready, signed_in, staff

pytestmark = pytest.mark.django_db
CAREWARD = Path(__file__).resolve().parents[2] / "careward"
ADDRESSES = ("", "checkpoints/", "checkpoints/newest/download/", "checkpoints/key/download/", "checkpoints/script/download/")


@pytest.fixture(autouse=True)
def _house(monkeypatch, settings, tmp_path):
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.CAREWARD_HOME = tmp_path
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW)


@pytest.fixture
def browser():
    return signed_in(ready("auditor", at=organisation()))


def write(count=1, **changed):
    facts = {"at": NOW, "actor": "user/7", "verb": "load.applied", "subject": "load/3", "organisation": "RX3", **changed}
    with transaction.atomic():
        return [actions.record(**facts) for _ in range(count)]


def seal():
    return actions.seal(now=NOW)


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("&#39;", "'").split())


def rows_of(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


# --- the front page ---------------------------------------------------------------------------------------------------


def test_an_empty_ledger_says_so(browser):
    page = words(browser.get("/ledger/"))
    assert "Nothing has been written down yet. Nobody has checked the ledger from here yet." in page
    assert "Nothing needs you now." in page
    assert "Nothing is sealed yet." in words(browser.get("/ledger/checkpoints/"))
    assert [browser.get(f"/ledger/checkpoints/{what}/download/").status_code for what in ("newest", "key", "script")] == [404, 404, 200]


def test_the_page_opens_with_what_stands_and_the_check_is_next(browser):
    write(3)
    assert "3 entries , none sealed yet." in words(browser.get("/ledger/"))
    seal()
    page = words(browser.get("/ledger/"))
    assert "3 entries : all sealed , last on 23 November 2026, 11:00 ." in page
    assert "Check it now" in page
    write(2, actor="job/nightly")
    page = words(browser.get("/ledger/"))
    assert "5 entries : 3 sealed and 2 not yet" in page
    assert "Not sealed yet" in page
    assert "Nightly run" in page


def test_a_check_that_holds_is_said_written_down_and_enough_for_a_week(browser, monkeypatch):
    write(1204)
    seal()
    answer = browser.post("/ledger/check/", follow=True)
    page = words(answer)
    assert "1,204 entries are as they were written." in page
    assert "on 23 November 2026, 11:00 , held : 1,204 entries of the whole ledger are as written." in page
    assert "Nothing needs you now." in page
    assert "Check it again" in page
    noted = Entry.objects.get(verb="ledger.verified")
    assert (noted.organisation, noted.body["ok"], noted.body["checked"], noted.body["problems"]) == ("RX3", True, 1204, [])
    later = NOW + pages.CHECK_EVERY
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: later)
    assert queries.front("RX3", later).check_due


def test_a_changed_entry_is_named_with_what_to_do(browser):
    bad = write(3)[1]
    seal()
    sql("UPDATE ledger_entry SET actor = 'user/8' WHERE id = %s", bad.pk)
    page = words(browser.post("/ledger/check/", follow=True))
    assert "The ledger is not as it was written" in page
    assert f"The first entry concerned is entry {bad.pk} ." in page
    assert f"Entry {bad.pk} is not what was sealed at place 1." in page
    assert "Keep the database as it is, and tell the head of information governance." in page
    assert "found something wrong" in page
    page = words(browser.get(f"/ledger/{bad.pk}/"))
    assert "not what was sealed" in page
    assert "This proof does not lead to what was signed" in page
    assert "Nothing needs you now" not in page


def test_of_many_problems_ten_are_written_down_and_the_rest_counted(browser):
    write(15)
    seal()
    sql("UPDATE ledger_entry SET actor = 'user/8'")
    page = words(browser.post("/ledger/check/", follow=True))
    found = Entry.objects.get(verb="ledger.verified").body
    assert len(found["problems"]) == 10 and found["more_problems"] >= 5  # one of them binds tables, which are told too
    assert f"And {found['more_problems']} more." in page


def test_a_long_ledger_is_checked_by_the_worker_once_and_the_page_says_so(browser, monkeypatch):
    monkeypatch.setattr(errands, "AT_ONCE", 3)
    write(3)
    seal()
    for _ in range(2):
        page = words(browser.post("/ledger/check/", follow=True))
    assert "The check has been asked for." in page
    assert "A check is under way since 23 November 2026, 11:00." in page
    assert "Check it now" not in page
    assert LedgerCheck.objects.count() == 1
    assert [pass_on_checks(now=NOW), pass_on_checks(now=NOW)] == [1, 0]
    errand = queue.claim(now=NOW, worker="test")
    kind = house().errands[errand.name]
    assert queue.run(errand=errand, handle=kind.handle, prepare=kind.prepare, now=NOW) == ErrandOutcome.DONE
    assert (LedgerCheck.objects.get().ended_at, LedgerCheck.objects.get().ok) == (NOW, True)
    noted = Entry.objects.get(verb="ledger.verified")
    asked = Entry.objects.get(verb="ledger.check_asked")
    assert (noted.actor, noted.organisation, noted.body["ok"], noted.body["checked"]) == (asked.actor, "RX3", True, 3)
    assert "held : 3 entries" in words(browser.get("/ledger/"))


def test_a_check_that_does_not_end_says_so_and_can_be_asked_for_again(browser, monkeypatch):
    monkeypatch.setattr(errands, "AT_ONCE", 1)
    write()
    seal()
    browser.post("/ledger/check/")
    LedgerCheck.objects.update(asked_at=NOW - rules.CHECK_LATE)
    page = words(browser.get("/ledger/"))
    assert "A check that was asked for has not come to its end" in page
    assert "Check it now" in page
    browser.post("/ledger/check/")
    assert LedgerCheck.objects.count() == 2
    page = words(browser.get("/ledger/"))
    assert "has not come to its end" not in page and "A check is under way" in page


def test_a_check_of_another_organisation_is_not_shown(browser):
    write()
    seal()
    report = queries.verify()
    actions.keep_check(report=report, organisation="RX4", now=NOW, by="user/8")
    assert "Nobody has checked the ledger from here yet." in words(browser.get("/ledger/"))


def test_sealing_that_stands_still_is_named(browser):
    write(at=NOW - timedelta(hours=2))
    assert "Sealing stands still: the oldest entry that waits was written on 23 November 2026, 09:00." in words(browser.get("/ledger/"))
    seal()
    assert "Sealing stands still" not in words(browser.get("/ledger/"))


def test_checking_takes_a_post(browser):
    assert browser.get("/ledger/check/").headers["Location"] == "/ledger/"
    assert not Entry.objects.exists()


# --- the list ---------------------------------------------------------------------------------------------------------


def listed(browser, query):
    """But for the entries of taking the list as a file itself."""
    return [int(row["Entry"]) for row in rows_of(browser.get(f"/ledger/?as=csv&{query}")) if row["Verb"] != "list.exported"]


def test_the_list_is_newest_first_and_finds_by_group_subject_and_day(browser):
    (load,) = write(at=NOW - timedelta(days=3))
    (task,) = write(verb="task.said_done", subject="task/31")
    (odd,) = write(verb="letter.sent", subject="letter/3")
    assert listed(browser, "") == [odd.pk, task.pk, load.pk]
    assert listed(browser, "sort=when") == [load.pk, task.pk, odd.pk]
    assert listed(browser, "group=feeds") == [load.pk]
    assert listed(browser, "group=tasks") == [task.pk]
    assert listed(browser, "group=other") == [odd.pk]
    assert listed(browser, "q=Load+3") == [load.pk]
    assert listed(browser, "q=task") == [task.pk]
    assert listed(browser, "to=22+11+2026") == [load.pk]
    assert listed(browser, "from=2026-11-21&to=23/11/2026") == [odd.pk, task.pk]
    assert listed(browser, "from=20+Nov+2026&to=20+November+2026") == [load.pk]
    page = words(browser.get("/ledger/?from=21+11+2026&group=other"))
    assert "Letter sent" in page
    assert "From 21 November 2026" in page
    assert listed(browser, "from=21+11+2026&group=other") == [odd.pk]
    assert listed(browser, "verb=task.said_done") == [task.pk]


def test_whom_and_what_entries_mean_is_told_in_names_to_whoever_may_know_them(browser):
    trust = organisation()
    nia, paris = staff(trust, "Nia Trevanion"), made.system(trust, "paris")
    mary = ready("line_manager", at=trust, name="Mary Manager")
    about = made.account(paris, nia, username="ntrevanion")
    (one,) = write(actor=f"user/{mary.pk}", verb="task.said_done", subject=f"account/{about.pk}")
    write(actor=f"user/{mary.pk}", verb="person.looked_at", subject=f"person/{nia.pk}")
    write(verb="role.given", subject="system/paris", role="board_secretary", to_on=None, person=nia.pk)
    page = words(browser.get("/ledger/"))
    assert "Mary Manager" in page and "Nia Trevanion" in page and "ntrevanion, PARIS" in page
    page = words(browser.get(f"/ledger/{one.pk}/"))
    assert "ntrevanion, PARIS, on 23 November 2026, 11:00 , by Mary Manager" in page
    page = words(browser.get(f"/ledger/{one.pk + 2}/"))
    assert "Role Board secretary" in page and "Until" not in page and "Person Nia Trevanion" in page
    protection = words(
        signed_in(ready("data_protection_team", at=trust)).get("/ledger/")
    )  # who may not see everybody is told no names of them
    assert "Mary Manager" in protection and "Nia Trevanion" not in protection and f"Person {nia.pk}" in protection


def test_entries_are_found_by_whom_about_whom_and_on_which_system(browser):
    trust = organisation()
    nia, mary = staff(trust, "Nia Trevanion"), ready("line_manager", at=trust, name="Mary Manager")
    made.system(trust, "paris")
    (by,) = write(actor=f"user/{mary.pk}", verb="task.said_done", subject="task/31")
    (about,) = write(verb="person.looked_at", subject=f"person/{nia.pk}")
    (on,) = write(verb="role.given", subject="user/99", system="paris")
    (of,) = write(verb="system.changed", subject="system/paris")
    assert listed(browser, "who=mary+manager") == [by.pk]
    assert listed(browser, "who=Trevanion") == [about.pk]
    assert listed(browser, "who=nobody-at-all") == []
    assert listed(browser, "system=paris") == [of.pk, on.pk]
    answer = browser.post("/ledger/", {"asks": "1", "in_address": "group verb system sort", "who": "Trevanion", "verb": "person.looked_at"})
    assert answer.status_code == 302 and "revanion" not in answer.headers["Location"]
    assert "Nia Trevanion" in words(browser.get(answer.headers["Location"]))


def test_a_user_of_another_organisation_is_told_by_number_alone(browser):
    stranger = ready("auditor", at=organisation("RX9"), name="Sam Stranger")
    write(actor=f"user/{stranger.pk}")
    page = words(browser.get("/ledger/"))
    assert f"User {stranger.pk}" in page and "Sam Stranger" not in page and listed(browser, "who=stranger") == []


def test_the_page_stays_small(browser):
    for n in range(50):
        write(subject=f"load/{n}")
    assert len(browser.get("/ledger/").content) < 60_000


def test_a_day_that_is_none_narrows_nothing_and_is_said(browser):
    write()
    page = words(browser.get("/ledger/?from=31+11+2026"))
    assert "“31 11 2026” is not a day we can read" in page
    assert "Files loaded" in page


def test_days_begin_and_end_by_the_clocks_of_london(browser):
    summer = NOW.replace(month=7, day=1, hour=23, minute=30)  # half past midnight on 2 July in London
    (late,) = write(at=summer)
    assert listed(browser, "from=2+7+2026") == [late.pk]
    assert listed(browser, "to=1+7+2026") == []


def test_downloads_hold_all_that_a_page_shows(browser):
    (entry,) = write(subject="load/5", profile="canonical", accounts=12)
    seal()
    (row,) = rows_of(browser.get("/ledger/?as=csv"))
    assert (row["What"], row["Verb"], row["Subject"], row["By"], row["Place"]) == ("Files loaded", "load.applied", "load/5", "user/7", "0")
    assert row["Hash"] == rules.leaf(next(rows.by_ranges([(entry.pk, entry.pk)]))).hex()
    written = {k: v for k, v in json.loads(row["Written down"]).items() if k != "tables"}  # what binds the tables that an act touched
    assert written == {"accounts": 12, "profile": "canonical"}
    assert b"".join(browser.get("/ledger/?as=xlsx").streaming_content)[:2] == b"PK"


def test_the_list_and_the_entry_ask_a_constant_number_of_queries(browser, django_assert_max_num_queries):
    first, _ = write(2)  # the proof of an entry that stands alone needs no other leaf
    seal()
    browser.get("/ledger/")
    with django_assert_max_num_queries(15) as listing:
        browser.get("/ledger/")
    with django_assert_max_num_queries(18) as one:
        browser.get(f"/ledger/{first.pk}/")
    with django_assert_max_num_queries(12) as points:
        browser.get("/ledger/checkpoints/")
    for _ in range(3):
        write(60, files={"staff": {"added": 1}})
        seal()
    with django_assert_max_num_queries(len(listing)):
        assert "182 entries" in words(browser.get("/ledger/"))
    newest = Entry.objects.latest("id").pk
    with django_assert_max_num_queries(len(one)):
        browser.get(f"/ledger/{newest}/")
    with django_assert_max_num_queries(len(points)):
        browser.get("/ledger/checkpoints/")


# --- one entry --------------------------------------------------------------------------------------------------------


def area(response, name):
    """What a text box meant for copying holds."""
    found = re.search(rf'<textarea[^>]* id="{name}"[^>]*>\n(.*?)</textarea>', response.content.decode(), re.S)
    return found[1].replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")


def test_an_entry_waits_for_its_place(browser):
    (entry,) = write(on=date(2026, 11, 22))
    page = words(browser.get(f"/ledger/{entry.pk}/"))
    assert "It is not sealed yet." in page
    assert "As at 22 November 2026" in page
    assert "The proof" not in page


def test_what_is_copied_from_the_page_proves_the_entry_elsewhere(browser):
    write(6, organisation="RY7")
    (entry,) = write(profile="canonical")
    seal()
    write(5)
    seal()
    page = browser.get(f"/ledger/{entry.pk}/")
    assert "This proves that the entry, exactly as shown here, stands at place 6 of the ledger" in words(page)
    assert "with 12 entries" in words(page)
    proof, _, note = area(page, "proof-text").partition("\n\n")
    head, index, *path = proof.split("\n")
    assert (head, index) == ("c2sp.org/tlog-proof@v1", "index 6")
    key = notes.Verifier.read(browser.get("/ledger/checkpoints/key/download/").content.decode())
    signed = notes.read_checkpoint(note, key)
    leaf = leaf_hash(area(page, "entry-text").encode())
    way = [base64.b64decode(step) for step in path]
    assert includes(root=signed.root, size=signed.size, index=6, leaf=leaf, proof=way)
    assert not includes(root=signed.root, size=signed.size, index=6, leaf=leaf_hash(b"another"), proof=way)


def test_every_entry_of_a_tree_of_any_size_can_be_proven():
    for _ in range(9):
        write()
        seal()
        for entry in Entry.objects.all():
            assert queries.seen(organisation="RX3", entry_id=entry.pk).proof.holds


def test_a_long_ledger_makes_a_proof_when_asked(browser, monkeypatch):
    monkeypatch.setattr(queries, "AT_ONCE", 2)
    (entry, _) = write(2)
    seal()
    page = browser.get(f"/ledger/{entry.pk}/")
    assert "Make the proof" in words(page)
    assert "c2sp.org/tlog-proof@v1" not in page.content.decode()
    assert area(browser.get(f"/ledger/{entry.pk}/?proof=yes"), "proof-text").startswith("c2sp.org/tlog-proof@v1\nindex 0\n")


def test_where_places_are_missing_there_is_no_proof(browser):
    entry = write(4)[3]
    seal()
    sql("DELETE FROM ledger_leaf WHERE number = 1")
    page = words(browser.get(f"/ledger/{entry.pk}/"))
    assert "No proof can be made" in page
    assert "Nothing needs you now" not in page


@pytest.mark.parametrize("stroke", ["key gone", "note forged"])
def test_a_checkpoint_that_is_not_signed_with_our_key_proves_nothing(browser, settings, stroke):
    (entry,) = write()
    seal()
    if stroke == "key gone":
        (settings.CAREWARD_HOME / "keys" / "ledger.vkey").unlink()
        assert "so no checkpoint can be checked" in words(browser.get("/ledger/checkpoints/"))
    else:
        sql("UPDATE ledger_checkpoint SET note = replace(note, 'careward', 'careless')")
    assert "This proof does not lead to what was signed" in words(browser.get(f"/ledger/{entry.pk}/"))


# --- checkpoints ------------------------------------------------------------------------------------------------------


def test_what_is_downloaded_checks_an_export_on_its_own(browser, tmp_path):
    write(4, organisation="RY7")
    write(4)
    seal()
    note, key, script = (browser.get(f"/ledger/checkpoints/{what}/download/") for what in ("newest", "key", "script"))
    assert note.headers["Content-Disposition"] == 'attachment; filename="careward-checkpoint-8.txt"'
    assert script.content == SCRIPT.read_bytes()
    (tmp_path / "kept.txt").write_bytes(note.content)
    (tmp_path / "verify_ledger.py").write_bytes(script.content)
    spec = importlib.util.spec_from_file_location("downloaded", tmp_path / "verify_ledger.py")
    checker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checker)
    write()
    seal()
    queries.export(tmp_path / "export")
    assert checker.check(tmp_path / "export", key.content.decode().strip(), [tmp_path / "kept.txt"]) == (9, [])
    page = words(browser.get("/ledger/checkpoints/"))
    assert "the ledger had 9 entries" in page
    assert "careward ledger export FOLDER" in page


def test_the_last_twenty_checkpoints_are_shown_newest_first(browser):
    for _ in range(22):
        write()
        seal()
    page = markup(browser.get("/ledger/checkpoints/"))
    assert [int(n) for n in re.findall(r'role="rowheader">(\d+)<', page)] == list(range(22, 2, -1))
    assert area(browser.get("/ledger/checkpoints/"), "note") == Checkpoint.objects.latest("size").note


# --- who may ----------------------------------------------------------------------------------------------------------


def test_another_organisations_entries_are_never_shown(browser):
    (other,) = write(organisation="RY7", subject="load/777")
    write(actor="user/9", verb="ledger.verified", subject="ledger", organisation="RY7", ok=False, checked=1, first_bad=1, problems=["x"],
          more_problems=0)  # fmt: skip
    (own,) = write()
    seal()
    assert browser.get(f"/ledger/{other.pk}/").status_code == 404
    assert browser.get(f"/ledger/{other.pk}/?proof=yes").status_code == 404
    assert browser.get(f"/ledger/{10**30}/").status_code == 404
    page = words(browser.get("/ledger/"))
    assert "1 entry" in page
    assert "Load 777" not in page
    assert "Nobody has checked the ledger from here yet." in page
    assert listed(browser, "") == [own.pk]
    assert not re.search(r"(?<![\w+/=])RY7(?![\w+/=])", markup(browser.get("/ledger/checkpoints/")))  # a key may hold the letters


@pytest.mark.parametrize("held", ["line_manager", "service_desk", "clinician", "project_manager"])
def test_nobody_else_sees_or_does_any_of_it(held):
    (entry,) = write()
    other = signed_in(ready(held, at=organisation()))
    assert {other.get(f"/ledger/{where}").status_code for where in (*ADDRESSES, f"{entry.pk}/")} == {403}
    assert other.post("/ledger/check/").status_code == 403
    assert "Auditor" in words(other.get("/ledger/"))
    assert Entry.objects.count() == 1
    assert 'href="/ledger/"' not in markup(other.get("/my-work/"))


def test_the_auditor_finds_the_way_from_the_procedures(browser):
    facts = {"pack": "tewv", "document": "paris", "from_on": TODAY, "now": NOW, "by": "cli/tester"}
    adopt_document(organisation=organisation(), **facts)
    assert '<a href="/ledger/">What was done</a>' in markup(browser.get("/procedures/"))
    other = signed_in(ready("board_secretary", at=organisation()))
    assert "/ledger/" not in markup(other.get("/procedures/"))


# --- words ------------------------------------------------------------------------------------------------------------


def verbs_written():
    """Every verb that some module writes: verb="x.y", verb = "x.y", _note(row, "x.y"), and the moves and beginning of a Kind."""
    files = ("**/actions.py", "jobs/*.py", "**/errands.py", "**/models.py")
    for path in [found for pattern in files for found in CAREWARD.glob(pattern)]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (isinstance(node, ast.keyword) and node.arg in ("verb", "verbs", "begun")) or (
                isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "verb"
            ):
                yield from strings(node.value)
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "_note":
                yield from (s for argument in node.args[1:2] for s in strings(argument))


def strings(node):
    found = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [s for s in found if rules.VERB.fullmatch(s)]


def test_every_verb_that_is_written_has_words_of_its_own():
    written = set(verbs_written())
    assert len(written) > 25
    assert written - set(house().verbs) == set(), "give it words in the room.py of the room that writes it"


@pytest.mark.parametrize(
    ("actor", "shown"),
    [("user/7", "User 7"), ("job/nightly", "Nightly run"), ("job/other", "Careward"), ("cli/jo", "Command line"), ("token/4", "Token 4")],
)
def test_an_actor_is_a_number_and_never_a_name(actor, shown):
    assert pages.whom(actor) == shown


def test_a_body_is_read_out_in_rows():
    body = {
        "files": {"staff": {"added": 5, "gone_out": 0}, "teams": {}}, "codes": ["too_many", "x"], "on": "2026-11-22", "ok": False,
        "first_bad": None, "none": [], "counts": {"a": 1},
        "loads": [{"feed": "staff", "system_code": "", "rows": 2}, {"feed": "teams", "rows": 1}],
    }  # fmt: skip
    assert pages.facts(body) == (
        ("Files, staff", "added 5, gone out 0"),
        ("Files, teams", "None"),
        ("Codes", "too_many; x"),
        ("As at", "22 November 2026"),
        ("Ok", "No"),
        ("None", "None"),
        ("Counts", "a 1"),
        ("Loads, 1", "feed staff, rows 2"),
        ("Loads, 2", "feed teams, rows 1"),
    )


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_is_read_in_every_way_it_is_written(one):
    ways = (day(one), one.isoformat(), f"{one:%d/%m/%Y}", f"{one.day} {one.month} {one.year}", f"{one:%d %b %Y}".upper())
    assert {pages.read_day(way) for way in ways} == {one}


@given(st.text(max_size=30))
def test_whatever_is_typed_as_a_day_is_read_or_said_to_be_none(typed):
    query = QueryDict(mutable=True)
    query["to"] = typed
    asked = lists.parse(pages.entries_list(), query)
    stripped = typed.strip()[:40]
    assert bool(asked.of("to")) + len(pages.unread_days(query)) == bool(stripped)
    assert lists.parse(pages.entries_list(), {"to": [asked.one("to")]}).of("to") == asked.of("to")


body = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda deeper: st.lists(deeper) | st.dictionaries(st.text(), deeper),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), body))
def test_no_body_is_too_odd_to_read_out(whole):
    assert all(isinstance(name, str) and isinstance(shown, str) for name, shown in pages.facts(whole))

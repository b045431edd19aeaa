"""Mapping profiles in the browser: from a file nobody knows to a load, and who may not."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from careward.access.accounts.models import Account
from careward.access.feeds.mapping import drafts, queries
from careward.access.feeds.mapping.queries import folder_of
from careward.access.feeds.models import Load, LoadFile, MappingDraft, MappingProfile, MappingVersion
from careward.access.feeds.uploads import path_of
from careward.core.columns import FEEDS
from careward.evidence.ledger.models import Entry
from careward.jobs.worker import work_once
from careward.systems.register.models import System
from tests.make.people import NOW, organisation, ready, role, signed_in

pytestmark = pytest.mark.django_db
PARIS = (
    "PARIS user list\n\nLogin;Full Name;Staff No.;State;Last Login;Created\n"
    "abell;Ann Bell;E1;Enabled;30/11/2025 16:05;01/02/2020\nbcole;Bob Cole;E2;Locked out;;13/02/2020\n"
    "cdee;Cy Dee;E3;Odd;28/11/2025 09:00;14/02/2020\n"
)
WHY = "so PARIS writes it"


@pytest.fixture(autouse=True)
def _day(settings):
    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.fixture
def browser(trust):
    for code in ("paris", "rio"):
        facts = {"name": code.upper(), "kind": "clinical", "administrator_title": "Administrator"}
        System.objects.create(organisation=trust, code=code, **facts)
    return signed_in(ready("trust_administrator", at=trust))


def file(text=PARIS, name="Users 2026.csv"):
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def words(response):
    return " ".join(response.content.decode().split())


def work():
    assert work_once(now=NOW, worker="test")


def looked(browser, sent=None, **more):
    """A draft whose file the worker has looked at."""
    facts = {"feed": "accounts", "system": "paris", **more}
    answer = browser.post("/loads/profiles/new/", {"file": sent or file(), **facts})
    assert answer.status_code == 302, words(answer)
    work()
    return MappingDraft.objects.latest("id")


def at(draft, step=""):
    return f"/loads/profiles/files/{draft.pk}/{step}"


def suggested(browser, draft):
    """The form of the columns as the page fills it in."""
    facts, look = draft.facts, draft.look
    ours = {theirs: name for name, theirs in facts["columns"].items()}
    matches = {f"match-{n}": ours.get(c["heading"], "") for n, c in enumerate(look["columns"])}
    forms = {f"form-{n}": facts["formats"].get(ours.get(c["heading"]), "") for n, c in enumerate(look["columns"])}
    return {**matches, **forms}


def saved(browser, sent=None, title="PARIS users", **more):
    draft = looked(browser, sent, **more)
    answer = browser.post(at(draft, "check/"), {"title": title, "why": WHY})
    assert answer.status_code == 302, words(answer)
    return MappingProfile.objects.latest("id"), draft


def test_from_a_file_of_unknown_form_to_its_rows_in_the_tables(browser, django_capture_on_commit_callbacks):
    assert "No profile has been made here yet" in words(browser.get("/loads/profiles/"))
    answer = browser.post("/loads/profiles/new/", {"file": file(), "feed": "accounts", "system": "paris"})
    draft = MappingDraft.objects.get()
    assert answer.headers["Location"] == at(draft)
    assert "Reading every row of Users_2026.csv" in words(browser.get(at(draft)))
    work()
    page = words(browser.get(at(draft)))
    assert "<b>6 columns</b> and 3 rows" in page and "abell, bcole, cdee" in page and "Others call it so" in page
    assert '<option value="username" selected>' in page and "30/11/2026 16:05 fits 2 of 2" in page
    draft.refresh_from_db()
    assert browser.post(at(draft), suggested(browser, draft)).headers["Location"] == at(draft, "rows/")
    work()
    page = words(browser.get(at(draft, "rows/")))
    assert "<b>2 rows</b> can be read, <b>1</b> cannot" in page and "line 6, State" in page and "Odd" in page
    answer = browser.post(at(draft, "rows/"), {"word-0": "active", "word-1": "locked", "word-2": "closed"})
    assert answer.headers["Location"] == at(draft, "rows/")
    work()
    page = words(browser.get(at(draft, "rows/")))
    assert "<b>3 rows</b> can be read." in page
    answer = browser.post(at(draft, "rows/"), {"word-0": "active", "word-1": "locked", "word-2": "closed"})
    assert answer.headers["Location"] == at(draft, "check/")
    page = words(browser.get(at(draft, "check/")))
    assert "Its days are written like 30/11/2026 16:05" in page and 'value="PARIS user list"' in page
    answer = browser.post(at(draft, "check/"), {"title": "PARIS users", "why": WHY})
    made = MappingProfile.objects.get()
    assert answer.headers["Location"] == f"/loads/profiles/{made.pk}/"
    page = words(browser.get(f"/loads/profiles/{made.pk}/"))
    assert "Load the file that you made it from" in page and WHY in page and "careward load" in page
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(f"/loads/profiles/{made.pk}/load/")
    load = Load.objects.get()
    assert answer.headers["Location"] == f"/loads/{load.pk}/"
    assert not MappingDraft.objects.exists() and not path_of(folder_of(draft.pk)).exists()
    work()
    page = words(browser.get(f"/loads/{load.pk}/"))
    assert "Version 1 of PARIS users" in page and "first load read by version 1 of the profile “PARIS users”" in page
    browser.post(f"/loads/{load.pk}/apply/")
    work()
    assert dict(Account.objects.values_list("username", "status")) == {"abell": "active", "bcole": "locked", "cdee": "closed"}
    assert LoadFile.objects.get().version == MappingVersion.objects.get()
    assert f"Load {load.pk}" in words(browser.get(f"/loads/profiles/{made.pk}/"))


def test_the_next_load_is_read_by_it_and_only_the_first_says_so(browser):
    saved(browser)
    page = words(browser.get("/loads/new/"))
    assert '<option value="ours" selected>' in page
    told = []
    for _ in range(2):
        browser.post("/loads/new/", {"accounts": file(name="paris.csv"), "profile": "ours"})
        load = Load.objects.latest("id")
        work()
        told.append("This is the first load read by version 1" in words(browser.get(f"/loads/{load.pk}/")))
        browser.post(f"/loads/{load.pk}/apply/")
        work()
    assert told == [True, False]
    assert Account.objects.count() == 2
    browser.post("/loads/new/", {"accounts": file(name="paris.csv"), "profile": "canonical"})
    work()
    assert Load.objects.latest("id").state == "refused"
    assert Entry.objects.filter(verb="load.begun").latest("id").body.get("versions") is None


def test_a_file_of_any_name_is_loaded_by_its_profile(browser):
    made, _ = saved(browser)
    answer = browser.post(f"/loads/profiles/{made.pk}/send/", {"file": file(name="Export (3).txt")})
    load = Load.objects.get()
    assert answer.headers["Location"] == f"/loads/{load.pk}/" and load.versions == [MappingVersion.objects.get().pk]
    work()
    assert LoadFile.objects.get().name == "accounts/paris.csv"
    assert browser.post(f"/loads/profiles/{made.pk}/send/", {"file": file(name="list.pdf")}).status_code == 422


def test_a_profile_for_every_system_asks_which_and_one_of_a_system_comes_first(browser):
    saved(browser, system="*", title="Any system")
    every = MappingProfile.objects.get()
    page = words(browser.get(f"/loads/profiles/{every.pk}/send/"))
    assert "Choose a system" in page
    assert browser.post(f"/loads/profiles/{every.pk}/send/", {"file": file()}).status_code == 422
    browser.post(f"/loads/profiles/{every.pk}/send/", {"file": file(), "system": "rio"})
    work()
    assert LoadFile.objects.get().system_code == "rio" and LoadFile.objects.get().version.profile == every
    own, _ = saved(browser, title="PARIS")
    browser.post("/loads/new/", {"accounts": [file(name="paris.csv"), file(name="rio.csv")], "profile": "ours"})
    work()
    by = dict(LoadFile.objects.filter(load=Load.objects.latest("id")).values_list("system_code", "version__profile"))
    assert by == {"paris": own.pk, "rio": every.pk}


def test_a_new_version_is_told_with_what_was_said_before_and_the_old_one_stays(browser):
    made, _ = saved(browser)
    answer = browser.post(f"/loads/profiles/{made.pk}/change/", {"file": file(PARIS.replace("State", "Account state"))})
    draft = MappingDraft.objects.latest("id")
    assert answer.headers["Location"] == at(draft)
    work()
    page = words(browser.get(at(draft)))
    assert "A new version of “PARIS users”" in page
    draft.refresh_from_db()
    assert draft.facts["values"] == {"status": {"enabled": "active", "locked out": "locked"}} and "status" not in draft.facts["columns"]
    browser.post(at(draft), {**suggested(browser, draft), "match-3": "status"})
    work()
    browser.post(at(draft, "check/"), {"title": "PARIS users", "why": "State has a new name"})
    assert list(made.versions.values_list("number", "why")) == [(1, WHY), (2, "State has a new name")]
    page = words(browser.get(f"/loads/profiles/{made.pk}/"))
    assert "In use, version 2" in page and "Version 1" in page
    verbs = list(Entry.objects.filter(verb__startswith="mapping.").order_by("id").values_list("verb", flat=True))
    assert verbs == ["mapping.made", "mapping.changed"]


def test_a_version_that_says_nothing_new_and_a_second_profile_for_the_same_are_refused(browser):
    made, draft = saved(browser)
    answer = browser.post(at(draft, "check/"), {"title": "PARIS users", "why": "again"})
    assert answer.status_code == 409 and "Nothing is different from the version in use" in words(answer)
    other = looked(browser)
    answer = browser.post(at(other, "check/"), {"title": "Other", "why": "again"})
    assert answer.status_code == 409 and "“PARIS users” says already how these lists are read" in words(answer)
    assert made.versions.count() == MappingProfile.objects.count() == 1


def test_an_ended_profile_reads_nothing_more_and_may_be_made_anew(browser):
    made, draft = saved(browser)
    assert browser.post(f"/loads/profiles/{made.pk}/end/", {"why": ""}).status_code == 422
    browser.post(f"/loads/profiles/{made.pk}/end/", {"why": "PARIS is gone"})
    page = words(browser.get(f"/loads/profiles/{made.pk}/"))
    assert "Ended on" in page and "PARIS is gone" in page and "Load this file" not in page
    assert 'value="ours"' not in words(browser.get("/loads/new/"))
    assert browser.post(f"/loads/profiles/{made.pk}/send/", {"file": file()}).status_code == 409
    assert browser.post(f"/loads/profiles/{made.pk}/end/", {"why": "twice"}).status_code == 409
    assert browser.post(at(draft, "check/"), {"title": "PARIS users", "why": "again"}).status_code == 409
    again, _ = saved(browser)
    assert (again.pk, again.code) != (made.pk, made.code) and not Load.objects.exists()


def test_two_columns_for_one_and_a_missing_one_are_said_with_what_was_chosen(browser):
    draft = looked(browser)
    posted = {**suggested(browser, draft), "match-1": "username", "match-3": ""}
    answer = browser.post(at(draft), posted)
    page = words(answer)
    assert answer.status_code == 409
    assert "“Login” and “Full Name” are both said to be username" in page and "No column is said to be status" in page
    assert "Every row’s status" in page
    browser.post(at(draft), {**suggested(browser, draft), "match-3": "", "every-status": "active"})
    work()
    page = words(browser.get(at(draft, "rows/")))
    assert "<b>3 rows</b> can be read." in page
    assert "Every row says active" in words(browser.get(at(draft, "check/")))


def test_what_was_never_offered_is_not_taken(browser):
    draft = looked(browser)
    browser.post(at(draft), {**suggested(browser, draft), "match-5": "not_ours", "form-4": "%d/%m", "every-kind": "emperor"})
    draft.refresh_from_db()
    assert "created_on" not in draft.facts["columns"] and "last_used_at" not in draft.facts["formats"]


def test_a_day_whose_form_the_page_could_not_offer_is_read_by_what_fits_and_numbers_offer_none(browser):
    draft = looked(browser, file("Login,State,When,Number\nabell,Enabled,30/11/2020,20201130\n"))
    page = words(browser.get(at(draft)))
    assert 'name="form-2"' in page and 'name="form-3"' in page  # nothing is said of either yet
    posted = {"match-0": "username", "match-1": "status", "match-3": "employee_number"}
    browser.post(at(draft), posted)
    work()
    assert 'name="form-3"' not in words(browser.get(at(draft)))
    browser.post(at(draft), {**posted, "match-2": "created_on"})
    draft.refresh_from_db()
    assert draft.facts["formats"] == {"created_on": "%d/%m/%Y"}


def test_a_workbook_with_sheets_and_a_heading_below_titles(browser):
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active.append(["This workbook holds the users"])
    sheet = book.create_sheet("Users")
    for row in (["Users of PARIS"], ["Login", "State"], ["abell", "Enabled"], ["bcole", "Enabled"]):
        sheet.append(row)
    book.save(out := io.BytesIO())
    draft = looked(browser, file(out.getvalue(), "Users.xlsx"))
    page = words(browser.get(at(draft)))
    assert "This workbook holds the users" in page and '<option value="Users">' in page
    browser.post(at(draft), {"sheet": "Users", "heading_line": ""})
    work()
    page = words(browser.get(at(draft)))
    assert "<b>2 columns</b> and 2 rows" in page and "on line 2 of the sheet Users" in page
    browser.post(at(draft, "check/"), {"title": "PARIS users", "why": WHY})
    made = MappingProfile.objects.get()
    assert 'sheet = "Users"' in made.versions.get().text
    browser.post(f"/loads/profiles/{made.pk}/load/")
    work()
    assert (LoadFile.objects.get().name, LoadFile.objects.get().added) == ("accounts/paris.xlsx", 2)


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(browser):
    draft = looked(browser, file(b"\x00\x01\x02", "list.xlsx"))
    page = words(browser.get(at(draft)))
    assert "This file cannot be read" in page and "Choose another file" in page
    assert browser.get(at(draft, "check/")).status_code == 302
    assert browser.post(at(draft), {"match-0": "username"}).status_code == 409


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({}, "Choose the file"),
        ({"file": ("a.pdf", "x")}, "ends in .csv"),
        ({"file": ("a.csv", "x"), "feed": "accounts"}, "Choose the system whose user list it is"),
        ({"file": ("a.csv", "x")}, "Choose what it is a list of"),
        ({"file": ("a.csv", "x"), "feed": "accounts", "system": "elsewhere"}, "elsewhere"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_kept(browser, posted, said):
    sent = {**posted, **({"file": file(posted["file"][1], posted["file"][0])} if "file" in posted else {})}
    answer = browser.post("/loads/profiles/new/", sent)
    assert answer.status_code == 422 and said in words(answer)
    assert not MappingDraft.objects.exists()


def test_a_name_and_a_reason_must_be_given(browser):
    draft = looked(browser)
    answer = browser.post(at(draft, "check/"), {"title": "", "why": ""})
    assert answer.status_code == 422 and "Enter a name" in words(answer) and "Enter why" in words(answer)


def test_a_profile_by_which_no_row_can_be_read_is_not_saved(browser):
    draft = looked(browser, file("Login,State\nabell,Odd\n"))
    answer = browser.post(at(draft, "check/"), {"title": "x", "why": WHY})
    assert answer.status_code == 409 and "No row of the file can be read so" in words(answer)
    assert not MappingProfile.objects.exists()


def test_a_file_is_its_choosers_alone_and_over_after_a_day(browser, trust, monkeypatch, django_capture_on_commit_callbacks):
    draft = looked(browser)
    other = signed_in(ready("trust_administrator", at=trust))
    for step in ("", "rows/", "check/"):
        assert other.get(at(draft, step)).status_code == 404
        assert other.post(at(draft, step)).status_code == 404
    assert other.post(at(draft, "throw-away/")).status_code == 404
    assert "Users_2026.csv" not in words(other.get("/loads/profiles/")) and "Users_2026.csv" in words(browser.get("/loads/profiles/"))
    with django_capture_on_commit_callbacks(execute=True):
        assert drafts.clear_old(now=NOW + timedelta(hours=23)) == 0
    assert path_of(folder_of(draft.pk)).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert drafts.clear_old(now=NOW + timedelta(hours=24)) == 1
    assert not path_of(folder_of(draft.pk)).exists() and not MappingDraft.objects.exists()


def test_a_draft_that_is_over_is_not_shown_before_it_is_cleared(browser):
    draft = looked(browser)
    MappingDraft.objects.update(begun_at=NOW - timedelta(hours=24))
    assert browser.get(at(draft)).status_code == 404


def test_a_file_is_deleted_when_it_is_thrown_away(browser, django_capture_on_commit_callbacks):
    draft = looked(browser)
    assert path_of(folder_of(draft.pk)).exists()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(at(draft, "throw-away/"))
    assert not path_of(folder_of(draft.pk)).exists() and not MappingDraft.objects.exists()
    assert not Entry.objects.filter(verb__startswith="mapping.").exists()


def test_nothing_of_the_file_is_in_the_ledger_the_queue_or_an_address(browser):
    from careward.evidence.errands.models import Errand

    saved(browser)
    kept = " ".join(str(row) for row in [*Entry.objects.values(), *Errand.objects.values(), *MappingVersion.objects.values()])
    assert "abell" not in kept and "Ann Bell" not in kept and "Users_2026" not in kept


def test_a_stranger_to_loading_sees_none_of_it(browser, trust):
    made, draft = saved(browser)
    other = signed_in(ready("auditor", at=trust))
    for page in ("", "new/", "take-in/", f"{made.pk}/", f"{made.pk}/versions/1/download/", f"files/{draft.pk}/"):
        assert other.get(f"/loads/profiles/{page}").status_code == 403


def test_another_organisations_profiles_do_not_exist(browser):
    made, _ = saved(browser)
    other = signed_in(ready("trust_administrator", at=organisation("RX9")))
    assert "PARIS users" not in words(other.get("/loads/profiles/"))
    for page in ("", "send/", "change/", "end/", "versions/1/download/"):
        assert other.get(f"/loads/profiles/{made.pk}/{page}").status_code == 404
        assert other.post(f"/loads/profiles/{made.pk}/{page}", {"why": "x", "file": file()}).status_code in (404, 405)
    assert other.post(f"/loads/profiles/{made.pk}/load/").status_code == 404
    assert 'value="ours"' not in words(other.get("/loads/new/"))


def test_whoever_loads_for_one_system_makes_profiles_for_it_alone(browser, trust):
    made, _ = saved(browser)
    rio, _ = saved(browser, system="rio", title="RiO users")
    somebody = ready("auditor", at=trust)
    role(somebody, trust, "trust_administrator", system_code="rio")
    theirs = signed_in(somebody)
    page = words(theirs.get("/loads/profiles/new/"))
    assert 'value="rio"' in page and 'value="paris"' not in page and 'value="staff"' not in page and 'value="*"' not in page
    answer = theirs.post("/loads/profiles/new/", {"file": file(), "feed": "accounts", "system": "paris"})
    assert answer.status_code == 422
    listed = words(theirs.get("/loads/profiles/"))
    assert "RiO users" in listed and "PARIS users" not in listed
    assert theirs.get(f"/loads/profiles/{made.pk}/").status_code == 404
    assert theirs.get(f"/loads/profiles/{rio.pk}/").status_code == 200
    text = made.versions.get().text
    answer = theirs.post("/loads/profiles/take-in/", {"file": file(text, "p.toml"), "why": WHY})
    assert answer.status_code == 409 and "do not let you say how files are read for paris" in words(answer)


def test_a_profile_goes_out_as_a_file_and_comes_back_as_the_same(browser):
    made, _ = saved(browser)
    answer = browser.get(f"/loads/profiles/{made.pk}/versions/1/download/")
    text = b"".join(answer.streaming_content).decode()
    assert text == made.versions.get().text and "attachment" in answer.headers["Content-Disposition"]
    assert Entry.objects.filter(verb="list.exported").latest("id").subject == "list/paris-users"
    assert browser.get(f"/loads/profiles/{made.pk}/versions/9/download/").status_code == 404
    browser.post(f"/loads/profiles/{made.pk}/end/", {"why": "to try"})
    assert browser.post("/loads/profiles/take-in/", {"file": file(text, "p.toml"), "why": WHY}).status_code == 302
    again = MappingProfile.objects.latest("id")
    assert again.versions.get().text.replace(again.code, made.code) == text


@pytest.mark.parametrize(("text", "said"), [("id = ", "must be TOML"), (b"\xff\xfe", "UTF-8"), ("x" * (1 << 17) + "y", "too large")])
def test_what_is_no_profile_is_not_taken_in(browser, text, said):
    answer = browser.post("/loads/profiles/take-in/", {"file": file(text, "p.toml"), "why": WHY})
    assert answer.status_code in (409, 422) and said in words(answer)
    assert not MappingProfile.objects.exists()


def test_what_was_said_while_the_worker_read_is_not_overwritten(browser):
    draft = looked(browser)
    seen = drafts.Seen(None, None, None, {"was": "something else"})  # type: ignore[arg-type]
    from careward.evidence.errands.models import Errand

    drafts.keep(Errand(body={"draft": draft.pk}), seen)
    draft.refresh_from_db()
    assert draft.look


def test_every_list_that_can_be_loaded_has_its_words():
    assert queries.FEED_WORDS.keys() == FEEDS.keys()


def test_pages_ask_little_of_the_database(browser, django_assert_max_num_queries):
    made, draft = saved(browser)
    saved(browser, system="rio", title="RiO users")
    for page, most in (("", 16), ("new/", 14), (f"{made.pk}/", 20), (f"files/{draft.pk}/", 16), (f"files/{draft.pk}/rows/", 16)):
        with django_assert_max_num_queries(most):
            assert browser.get(f"/loads/profiles/{page}").status_code == 200


def test_no_backup_holds_a_file_whose_form_is_being_told(browser):
    from careward.cli.backups.home import lasting

    draft = looked(browser)
    place = path_of(folder_of(draft.pk))
    assert place.is_dir() and not [one for one in lasting() if place in one.path.parents]

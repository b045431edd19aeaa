"""The pages of loads, as a trust administrator, someone who only looks, and someone who may not see them."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from careward.access.feeds import actions
from careward.access.feeds.models import Load
from careward.access.feeds.reading import FEED_READER
from careward.access.feeds.uploads import path_of
from careward.jobs.worker import work_once
from careward.people.staff.models import Person
from careward.work.approvals.models import Approval
from tests.make.feeds import feed_file, reading, small_trust, someone, staff, write_folder
from tests.make.people import NOW, organisation, ready, signed_in

pytestmark = pytest.mark.django_db
BY = "cli/tester"


@pytest.fixture(autouse=True)
def _day(monkeypatch, settings):
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW)


@pytest.fixture
def trust():
    return organisation()


@pytest.fixture
def browser(trust):
    return signed_in(ready("trust_administrator", at=trust))


def another_administrator(trust):
    return signed_in(ready("trust_administrator", at=trust))


def people(count, **change):
    return staff(*(someone(n, **change) for n in range(1, count + 1)))


def load(trust, whole, **more):
    begun = actions.begin_load(organisation=trust, source="folder", profile="canonical", now=NOW, by=BY)
    return actions.apply_load(load_id=begun.pk, reading=whole, now=NOW, by=BY, **more)


def sent(tmp_path, whole):
    """The files of a reading, as a browser sends them."""
    folder = write_folder(tmp_path, whole)
    files = {"files": [], "accounts": []}
    for file in whole.files:
        field = "accounts" if file.feed == "accounts" else "files"
        where = folder / file.name
        files[field].append(SimpleUploadedFile(where.name, where.read_bytes(), "text/csv"))
    return files


def words(response):
    return " ".join(response.content.decode().split())


def work():
    assert work_once(now=NOW, worker="test")


def test_files_go_from_the_browser_to_the_tables(browser, trust, tmp_path, django_capture_on_commit_callbacks):
    answer = browser.post("/loads/new/", sent(tmp_path, small_trust()))
    begun = Load.objects.get()
    assert answer.headers["Location"] == f"/loads/{begun.pk}/"
    assert (path_of(begun.folder) / "accounts" / "paris.csv").is_file()
    page = browser.get(f"/loads/{begun.pk}/")
    assert "Looking at the files" in words(page)
    assert "Look again" in words(page)
    work()
    page = words(browser.get(f"/loads/{begun.pk}/"))
    assert "<b>17</b> rows to add" in page
    assert "Family1" in page
    assert "Load these" in page
    assert Person.objects.count() == 0
    browser.post(f"/loads/{begun.pk}/apply/")
    assert "You may leave this page" in words(browser.get(f"/loads/{begun.pk}/"))
    with django_capture_on_commit_callbacks(execute=True):
        work()
    assert Person.objects.count() == 3
    page = words(browser.get(f"/loads/{begun.pk}/"))
    assert "<b>17</b> rows added" in page
    assert "Loaded by" in page
    assert not path_of(begun.folder).exists()


def test_rows_that_moved_meanwhile_are_shown_with_the_reason(browser, trust, tmp_path):
    load(trust, reading(people(2)))
    browser.post("/loads/new/", sent(tmp_path, reading(people(2, postcode="ZZ1 1ZZ"))))
    number = Load.objects.latest("id").pk
    work()
    browser.post(f"/loads/{number}/apply/")
    Person.objects.update(last_name="Elsewhere")
    work()
    page = words(browser.get(f"/loads/{number}/"))
    assert "It was not loaded: 1 reason" in page
    assert "Elsewhere" in page
    assert set(Person.objects.values_list("postcode", flat=True)) == {"DL1 1AA"}


@pytest.mark.parametrize(
    ("field", "name", "message"),
    [
        ("files", "../../staff.csv.exe", "is not a name we know"),
        ("files", "people.csv", "people.csv is not a name we know"),
        ("files", "accounts.csv", "is not a name we know"),
        ("accounts", "pa ris.csv", "after the system"),
        ("accounts", "..csv", "after the system"),
        ("accounts", "paris.txt", "after the system"),
    ],
)
def test_only_known_names_are_taken(browser, field, name, message):
    answer = browser.post("/loads/new/", {field: SimpleUploadedFile(name, b"code\n")})
    assert answer.status_code == 422
    assert message in words(answer)
    assert "There is a problem" in words(answer)
    assert Load.objects.count() == 0


def test_nothing_chosen_the_same_twice_and_too_much_are_each_said(browser, settings):
    assert "Choose at least one file" in words(browser.post("/loads/new/", {}))
    twice = [SimpleUploadedFile("staff.csv", b"a\n"), SimpleUploadedFile("STAFF.csv", b"a\n")]
    assert "staff.csv was chosen twice" in words(browser.post("/loads/new/", {"files": twice}))
    settings.UPLOAD_BYTES = 1
    assert "careward load" in words(browser.post("/loads/new/", {"files": SimpleUploadedFile("staff.csv", b"abc\n")}))


def test_a_path_in_a_name_leads_nowhere(browser, trust):
    browser.post("/loads/new/", {"accounts": SimpleUploadedFile("../../etc/paris.csv", b"username,status\n")})
    begun = Load.objects.get()
    assert [p.relative_to(path_of(begun.folder)).as_posix() for p in path_of(begun.folder).rglob("*.csv")] == ["accounts/paris.csv"]


def test_a_held_load_shows_every_reason_and_is_let_go_by_a_named_person(browser, trust, tmp_path):
    load(trust, reading(people(30)))
    browser.post("/loads/new/", sent(tmp_path, reading(people(20, email="", postcode="X"))))
    number = Load.objects.latest("id").pk
    work()
    page = words(browser.get(f"/loads/{number}/"))
    assert "waits for a named person: 3 reasons" in page
    assert "Load these" not in page
    assert "See what is to be decided" in page
    question = Approval.objects.get(state="waiting", subject_key=str(number))
    yes = {"answer": "approve", "reason": "Ten people did leave us", "seen": question.digest}
    own = browser.post(f"/decisions/{question.pk}/", yes)
    assert own.status_code == 409 and "You asked for it, so somebody else decides" in words(own)
    another = another_administrator(trust)
    page = words(another.get(f"/decisions/{question.pk}/"))
    assert "10 gone" in page and "What happens" in page and "rows are gone" in page
    short = another.post(f"/decisions/{question.pk}/", {**yes, "reason": "ok"})
    assert short.status_code == 409 and "Nothing says why" in words(short) and ">\nok</textarea>" in short.content.decode()
    another.post(f"/decisions/{question.pk}/", yes)
    work()
    page = words(browser.get(f"/loads/{number}/"))
    assert "Ten people did leave us" in page
    assert "Load these" in page
    browser.post(f"/loads/{number}/apply/")
    work()
    assert Person.objects.filter(gone_on=None).count() == 20


def test_problems_stand_with_their_place_and_can_be_downloaded(browser, trust):
    report = load(trust, reading(people(2), feed_file("training", {}, {"employee_number": "=E99"})))
    page = words(browser.get(f"/loads/{report.id}/"))
    assert "line 3, employee_number" in page
    answer = browser.get(f"/loads/{report.id}/problems/")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == ["File", "Line", "Column", "What is wrong", "What to do"]
    assert rows[1][:3] == ["training.csv", "3", "employee_number"]


def test_files_that_lie_elsewhere_are_not_asked_for_here(browser, trust):
    begun = actions.begin_load(organisation=trust, source="folder", profile="canonical", now=NOW, by=BY)
    actions.examine_load(load_id=begun.pk, reading=small_trust(), now=NOW, by=BY)
    assert "Load these" not in words(browser.get(f"/loads/{begun.pk}/"))
    answer = browser.post(f"/loads/{begun.pk}/apply/")
    assert answer.status_code == 409
    assert "careward load" in words(answer)


def test_asked_for_twice_it_goes_in_once(browser, trust, tmp_path):
    browser.post("/loads/new/", sent(tmp_path, reading(people(2))))
    number = Load.objects.get().pk
    work()
    for _ in range(2):
        browser.post(f"/loads/{number}/apply/")
    work()
    work()
    assert Load.objects.get().state == "applied"
    assert Person.objects.count() == 2


def test_taking_a_load_back_says_first_what_goes(browser, trust):
    report = load(trust, small_trust())
    page = words(browser.get(f"/loads/{report.id}/undo/"))
    assert "<b>17 rows</b> it added go" in page
    assert "nhsuk-button--warning" in page
    assert Person.objects.count() == 3
    answer = words(browser.post(f"/loads/{report.id}/undo/", follow=True))
    assert "Taking 17 rows back" in answer
    assert "You may leave this page; the work goes on." in answer
    assert "Take this load back" not in answer
    assert Person.objects.count() == 3
    work()
    assert "Taken back by" in words(browser.get(f"/loads/{report.id}/"))
    assert Person.objects.count() == 0


def test_a_load_that_came_in_between_stands_in_the_way_and_the_page_says_so(browser, trust):
    first = load(trust, reading(people(2)))
    browser.post(f"/loads/{first.id}/undo/")
    second = load(trust, reading(people(2, postcode="ZZ1 1ZZ")))
    work()
    page = words(browser.get(f"/loads/{first.id}/"))
    assert "It was not taken back: 1 reason" in page
    assert f"Take back load {second.id} first" in page
    assert "Look again" not in page
    assert Person.objects.count() == 2
    browser.post(f"/loads/{second.id}/undo/")
    browser.post(f"/loads/{second.id}/undo/")
    work()
    work()
    assert Load.objects.get(pk=second.id).state == "undone"
    assert "It was not" not in words(browser.get(f"/loads/{second.id}/"))


def test_where_a_later_load_stands_in_the_way_there_is_no_button(browser, trust):
    first = load(trust, reading(people(2)))
    second = load(trust, reading(people(2, postcode="ZZ1 1ZZ")))
    page = words(browser.get(f"/loads/{first.id}/undo/"))
    assert f"Take back load {second.id} first" in page
    assert "nhsuk-button--warning" not in page
    assert browser.post(f"/loads/{first.id}/undo/").status_code == 409


def test_the_list_finds_sorts_and_downloads_in_a_constant_number_of_queries(browser, trust, django_assert_max_num_queries):
    load(trust, small_trust())
    browser.get("/loads/")
    with django_assert_max_num_queries(25) as few:
        browser.get("/loads/")
    for _ in range(5):
        load(trust, small_trust())
    with django_assert_max_num_queries(len(few)):
        page = words(browser.get("/loads/"))
    assert "6 loads" in page
    assert "Nothing" not in words(browser.get("/loads/?state=applied"))
    answer = browser.get("/loads/?as=csv")
    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[0].startswith("Load,From,Begun,State,Added")


@pytest.mark.parametrize("page", ["", "undo/"])
def test_a_load_and_its_taking_back_ask_as_much_for_one_file_as_for_many(browser, trust, page, django_assert_max_num_queries):
    one = load(trust, reading(people(2)))
    many = load(trust, small_trust())
    browser.get(f"/loads/{many.id}/{page}")
    with django_assert_max_num_queries(16) as few:
        browser.get(f"/loads/{many.id}/{page}")
    assert len(one.files) < len(many.files)
    extra = 5 if page else 0  # of the first it is asked what came after it
    with django_assert_max_num_queries(len(few) + extra):
        browser.get(f"/loads/{one.id}/{page}")


def test_a_load_that_got_stuck_says_so(browser, trust, tmp_path):
    from careward.evidence.errands.models import Errand

    browser.post("/loads/new/", sent(tmp_path, reading(people(1))))
    Errand.objects.update(stuck_at=NOW)
    page = words(browser.get(f"/loads/{Load.objects.get().pk}/"))
    assert "The work stopped" in page
    assert "Look again" not in page


def test_another_organisations_load_is_not_there(trust):
    report = load(trust, small_trust())
    stranger = signed_in(ready("trust_administrator", at=organisation("RY7")))
    for address in ("", "undo/", "problems/"):
        assert stranger.get(f"/loads/{report.id}/{address}").status_code == 404
    for address in ("apply/", "undo/"):
        assert stranger.post(f"/loads/{report.id}/{address}").status_code == 404
    assert f"/loads/{report.id}/" not in words(stranger.get("/loads/"))


PIPES = """
id = "pipes"
title = "Our own extract"

[[feeds]]
feed = "accounts"
file = "users_*.txt"
mode = "snapshot"
delimiter = "|"

[[feeds]]
feed = "staff"
file = "esr.csv"
mode = "snapshot"
"""


@pytest.fixture
def own(settings, tmp_path):
    """An organisation with a mapping profile of its own, and one that is broken."""
    settings.CAREWARD_HOME = tmp_path
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "pipes.toml").write_text(PIPES)
    (tmp_path / "profiles" / "broken.toml").write_text('id = "broken"\ntitel = "x"\n')


def test_the_mapping_profile_is_chosen_and_says_how_files_are_called(browser, trust, own):
    page = words(browser.get("/loads/new/"))
    assert '<option value="canonical" selected>' in page
    assert '<option value="pipes">Our own extract' in page
    assert "profiles/broken.toml" in page
    assert "titel" in page
    files = {"accounts": SimpleUploadedFile("Users_PARIS.txt", b"username|status\na|active\n"), "profile": "pipes"}
    browser.post("/loads/new/", files)
    begun = Load.objects.get()
    assert begun.profile == "pipes"
    assert [p.name for p in path_of(begun.folder).iterdir()] == ["users_paris.txt"]
    work()
    assert "of a system in the register" in words(browser.get(f"/loads/{begun.pk}/"))


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"profile": "pipes", "files": "staff.csv"}, "staff.csv is not a name we know; use one of esr.csv"),
        ({"profile": "pipes", "accounts": "paris.csv"}, "paris.csv is not a name we know; use one of users_*.txt"),
        ({"profile": "role-mining", "files": "staff.csv"}, "has no lists of people and systems"),
        ({"profile": "nonsense", "files": "staff.csv"}, "Choose how the files are written"),
    ],
)
def test_what_the_profile_does_not_read_is_not_taken(browser, own, sent, message):
    fields = {k: v if k == "profile" else SimpleUploadedFile(v, b"x") for k, v in sent.items()}
    answer = browser.post("/loads/new/", fields)
    assert answer.status_code == 422
    assert message in words(answer)
    assert Load.objects.count() == 0


def test_what_the_files_hold_is_a_page(browser):
    assert 'href="/loads/columns/"' in words(browser.get("/loads/new/"))
    page = words(browser.get("/loads/columns/"))
    assert "<b>11</b> lists" in page
    said = FEED_READER().columns()
    for file in said.files:
        assert f'id="{file.feed}">{file.file}</h2>' in page
        assert all(f">{column.name}<" in page for column in file.columns)
    assert "<b>2026-11-30</b>" in page
    assert "`" not in page
    assert "role-mining" in page


@pytest.mark.parametrize("role", ["privacy_officer", "service_desk", "line_manager", "auditor"])
def test_nobody_else_sees_or_does_any_of_it(role, trust):
    report = load(trust, small_trust())
    other = signed_in(ready(role, at=trust))
    assert {
        other.get(f"/loads/{where}").status_code
        for where in ("", "new/", "columns/", f"{report.id}/", f"{report.id}/undo/", f"{report.id}/problems/")
    } == {403}
    assert {other.post(f"/loads/{report.id}/{where}/").status_code for where in ("apply", "undo")} == {403}
    assert Person.objects.count() == 3

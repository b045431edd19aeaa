"""Many tasks as one worklist: ticked, printed, told done in one go, given to somebody, noted."""

import re
from datetime import timedelta

import pytest

from careward.evidence.ledger.models import Entry
from careward.work.tasks.models import Task, TaskMove
from tests.make import found, people
from tests.make.pages import markup
from tests.make.people import NOW, TODAY, ready, signed_in

pytestmark = pytest.mark.django_db
LOCKS = "?whose=mine&system=paris&step=lock"


def words(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def locks(trust):
    found.system(trust)
    return [found.task(trust, title=f"Lock user{n:03} on PARIS", step="lock", kind="account.inactive") for n in range(60)]


def ticked(page: str) -> list[str]:
    return re.findall(r'name="task" value="(\d+-\w+)" checked', page)


def test_my_work_offers_what_is_alike_as_one_list(trust, admin, locks):
    found.task(trust, title="Close one", kind="account.leaver")
    page = markup(admin.get("/my-work/"))
    assert 'href="/tasks/?whose=mine&amp;system=paris&amp;step=lock">Lock on PARIS (60)</a>' in page
    assert "Close on PARIS" not in page, "one alone is no list"
    assert "<b>60</b> tasks match." in words(admin.get(f"/tasks/{LOCKS}"))


def test_the_list_narrows_by_whose_system_and_step_in_words(trust, admin, locks):
    found.system(trust, "rio")
    found.task(trust, title="Close on RIO", system_code="rio")
    found.task(trust, title="For a manager", role="line_manager", system_code="", assignee=people.staff(trust))
    page = words(admin.get("/tasks/"))
    for option in ('value="paris">PARIS</option>', 'value="rio">RIO</option>', 'value="lock">Lock</option>', 'value="mine">Yours</option>'):
        assert option in page
    assert "<b>62</b> tasks match." in page and "<b>61</b> tasks match." in words(admin.get("/tasks/?whose=mine"))
    assert "<b>1</b> task matches." in words(admin.get("/tasks/?system=rio"))


def test_all_of_a_list_are_told_done_in_one_go_with_one_text(trust, admin, locks):
    listed = markup(admin.get(f"/tasks/{LOCKS}"))
    assert listed.count('class="cw-tick"') == 40 and "All 60 of this list" in listed
    every = re.search(r'name="of" value="([\d ]+)"', listed)[1]
    page = markup(admin.get("/tasks/together/", {"act": "done", "all": "1", "of": every, "back": LOCKS}))
    assert "Say that 60 tasks are done" in page and len(ticked(page)) == 60
    assert not TaskMove.objects.exists(), "looking changes nothing"
    blank = admin.post("/tasks/together/", {"act": "done", "task": ticked(page), "evidence": " ", "back": LOCKS})
    assert blank.status_code == 422 and "Nothing says what was done" in words(blank) and len(ticked(markup(blank))) == 60
    done = admin.post("/tasks/together/", {"act": "done", "task": ticked(page), "evidence": "Locked in PARIS, 10:31", "back": LOCKS})
    assert done.headers["Location"] == "/my-work/"
    assert "60 tasks are said to be done." in words(admin.get("/my-work/"))
    assert Task.objects.filter(state="said_done", evidence="Locked in PARIS, 10:31").count() == Entry.objects.count() == 60


def test_what_is_done_is_said_as_it_will_be_proved(trust, admin, locks):
    for tasks, told in ((locks[:2], "The next PARIS file will show whether each of them worked."), (locks[2:3], "whether it worked.")):
        page = markup(admin.get("/tasks/together/", {"act": "done", "task": [t.pk for t in tasks]}))
        admin.post("/tasks/together/", {"act": "done", "task": ticked(page), "evidence": "Locked"})
        assert told in words(admin.get("/my-work/"))
    assert admin.post(f"/tasks/{locks[3].pk}/done/", {"evidence": "Locked"}).headers["Location"] == f"/my-work/?after={locks[3].pk}"
    page = words(admin.get(f"/my-work/?after={locks[3].pk}"))
    assert "Lock recorded." in page and "The next PARIS file will show whether it worked." in page
    assert f"The next one like that: {locks[4].title}." in page
    for strange in ("x", "9" * 30, "999999", str(found.task(people.organisation("RX4")).pk)):
        assert "The next one like that" not in words(admin.get(f"/my-work/?after={strange}"))


def test_those_that_moved_on_are_told_each_with_its_reason_and_the_others_are_done(trust, admin, locks):
    page = markup(admin.get("/tasks/together/", {"act": "done", "task": [t.pk for t in locks[:5]]}))
    Task.objects.filter(pk=locks[0].pk).update(state="said_done", said_done_at=NOW)
    Task.objects.filter(pk=locks[1].pk).update(title="Lock another on PARIS")
    told = admin.post("/tasks/together/", {"act": "done", "task": ticked(page), "evidence": "Locked"})
    page = words(told)
    assert told.status_code == 200 and "3 tasks are said to be done, 2 are not" in page
    assert "It is already said to be done." in page and "This task has changed since you opened it." in page
    assert Task.objects.filter(state="said_done").count() == 4
    none = admin.post("/tasks/together/", {"act": "done", "task": f"{locks[2].pk}-x", "evidence": "Locked"})
    assert none.status_code == 409


def test_the_page_leaves_out_at_once_what_cannot_be_done_so(trust, admin, locks):
    about = found.task(trust, title="About me", about=people.staff(trust, "Ada Min"))
    page = words(
        signed_in(ready("system_administrator", at=trust, person=about.about)).get("/tasks/together/", {"task": [locks[0].pk, about.pk]})
    )
    assert "Say that 1 task is done" in page and "1 task left out" in page and "This task is about your own access." in page


def test_nothing_ticked_is_said_and_what_is_another_s_is_not_there(trust, admin, locks):
    nothing = admin.get("/tasks/together/", {"act": "done", "back": LOCKS})
    assert (
        nothing.status_code == 422
        and "Nothing is ticked" in words(nothing)
        and f'href="/tasks/{LOCKS}"'.replace("&", "&amp;") in words(nothing)
    )
    foreign = found.task(people.organisation("RX4"))
    for number in (foreign.pk, 999_999):
        assert admin.get("/tasks/together/", {"task": number}).status_code == 404
        assert admin.post("/tasks/together/", {"task": number, "evidence": "x"}).status_code == 404
    some = admin.post(
        "/tasks/together/",
        {"task": [f"{foreign.pk}-", *ticked(markup(admin.get("/tasks/together/", {"task": locks[0].pk})))], "evidence": "x"},
    )
    assert some.status_code == 302, "what nobody may see is passed over, as if it were not there"
    foreign.refresh_from_db()
    assert foreign.state == "open"
    for address in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        assert "elsewhere" not in words(admin.get("/tasks/together/", {"act": "done", "back": address})) and "alert" not in words(nothing)


def test_who_does_no_tasks_may_not_act_and_sees_no_boxes(trust, locks):
    auditor = signed_in(ready("auditor", at=trust))
    assert 'class="cw-tick"' not in markup(auditor.get("/tasks/"))
    refused = auditor.post("/tasks/together/", {"act": "done", "task": locks[0].pk, "evidence": "Locked"})
    assert refused.status_code == 403 and not TaskMove.objects.exists()


def test_what_is_done_already_has_no_boxes(trust, admin, locks):
    Task.objects.update(state="said_done", said_done_at=NOW)
    page = markup(admin.get("/tasks/?state=said_done"))
    assert 'class="cw-tick"' not in page and "Waits to be proved" in page


def test_tasks_are_given_to_another_administrator_and_back(trust, admin, locks):
    emma = people.staff(trust, "Emma Other")
    people.role(people.user(person=emma), trust, "system_administrator", system_code="paris")
    numbers = [t.pk for t in locks[:3]]
    page = markup(admin.get("/tasks/together/", {"act": "give", "task": numbers}))
    assert f'<option value="{emma.pk}">Emma Other</option>' in page and "Everybody whose work it is" not in page
    nobody = admin.post("/tasks/together/", {"act": "give", "task": ticked(page), "whom": ""})
    assert nobody.status_code == 422 and "Choose who does them from now on" in words(nobody)
    strange = admin.post("/tasks/together/", {"act": "give", "task": ticked(page), "whom": people.staff(trust).pk})
    assert strange.status_code == 422 and Task.objects.filter(passed_to=None).count() == 60
    done = admin.post("/tasks/together/", {"act": "give", "task": ticked(page), "whom": emma.pk, "why": "On leave", "back": LOCKS})
    assert done.headers["Location"] == f"/tasks/{LOCKS}" and Task.objects.filter(passed_to=emma).count() == 3
    history = words(admin.get(f"/tasks/{numbers[0]}/"))
    assert "Given to somebody else by Bryony Falk" in history and "To Emma Other: On leave" in history
    hers = signed_in(ready("system_administrator", at=trust, person=emma))
    assert "Everybody whose work it is" in markup(hers.get("/tasks/together/", {"act": "give", "task": numbers}))


def test_a_note_is_written_on_many(trust, admin, locks):
    page = markup(admin.get("/tasks/together/", {"act": "note", "task": [t.pk for t in locks[:2]]}))
    blank = admin.post("/tasks/together/", {"act": "note", "task": ticked(page), "note": ""})
    assert blank.status_code == 422 and "Nothing is written. Enter the note" in words(blank)
    assert admin.post("/tasks/together/", {"act": "note", "task": ticked(page), "note": "PARIS is down"}).headers["Location"] == "/tasks/"
    assert "PARIS is down" in words(admin.get(f"/tasks/{locks[0].pk}/"))


def test_a_list_prints_with_a_box_for_each(trust, admin, locks):
    page = markup(admin.get(f"/tasks/{LOCKS}&as=print"))
    assert page.count('class="cw-box"') == 60 and "60 tasks to print" in page and "PARIS. Lock." in page
    assert re.search(r'href="\?[^"]*system=paris&amp;step=lock&amp;as=print">Print this list</a>', markup(admin.get(f"/tasks/{LOCKS}")))


def test_the_pages_cost_the_same_for_few_and_many_and_stay_light(trust, admin, locks, django_assert_max_num_queries):
    name = "Bartholomew Featherstonehaugh-Cholmondeley on PARIS (development), account NM100198, or authorise it"
    Task.objects.update(title=name, why="Yours because you administer PARIS. Last used on 31 August 2026, 90 days ago; locks at 90 days.")
    more = [found.task(trust, title=name, step="lock", due_on=TODAY + timedelta(days=3)) for _ in range(240)]
    every = " ".join(str(t.pk) for t in more)
    for address, given, most in (
        ("/my-work/", {}, 22),
        (f"/tasks/{LOCKS}", None, 22),
        (f"/tasks/{LOCKS}&as=print", None, 22),
        ("/tasks/together/", {"act": "give", "all": "1", "of": every}, 20),
    ):
        with django_assert_max_num_queries(most):
            page = admin.get(address, given)
        assert page.status_code == 200 and len(page.content) < 60_000, (address, len(page.content))
    assert "The first 150 of these 300" in markup(admin.get(f"/tasks/{LOCKS}")) and len(ticked(markup(page))) == 150

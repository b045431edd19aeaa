"""All findings of one kind that wait for somebody: ticked at once, answered with one answer and one reason, and told so in each history."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from careward.access.accounts.wording import title
from tests.journeys.looking import NARROW, plain_faults
from tests.journeys.test_many_tasks import Counting
from tests.journeys.visiting import House, Visitor

MOST_CLICKS = 8
REASON = "Both of them use it; their managers are asked"
WHO = {True: ("system_administrator-network", "account.admin_unapproved"), False: ("system_administrator-systmone", "account.ambiguous")}


def when_they_open_all_of_one_kind(admin: Counting, kind: str) -> int:
    """How many wait for them."""
    admin.menu("Findings")
    admin.follow("By what is wrong")
    admin.follow(title(kind))
    admin.window.sees("Remove filter")
    if admin.window.main.get_by_text("To act on many at once, choose one clause").count():
        admin.window.main.get_by_text("To act on many at once, choose one clause").get_by_role("link").first.click()
        admin.clicks += 1
    every = admin.window.main.locator("label[for=all]").inner_text()
    return int(re.search(r"\d+", every)[0])  # type: ignore[index]


def when_they_answer_all(admin: Counting, house: House, many: int, script: bool) -> None:
    admin.tick(re.compile(rf"All {many} of"))
    admin.press("Answer them")
    main = admin.window.main
    expect(admin.window.page.locator("h1")).to_contain_text(f"Answer about {many} findings")
    assert plain_faults(admin.window.page) == []
    if script:
        day = house.today + timedelta(days=10)
        main.get_by_label("It is arranged for").check()
        for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            main.get_by_label(part, exact=True).fill(str(value))
    else:
        main.get_by_label("It cannot be done or said, because").check()
        main.get_by_label("Why, if it cannot be done").fill(REASON)
    admin.clicks += 1
    admin.press("Give this answer")
    admin.window.sees(f"{many} findings are answered.")


def then_each_says_so(admin: Counting, script: bool) -> None:
    assert admin.clicks <= MOST_CLICKS, f"{admin.clicks} clicks"
    window = admin.window
    if script:
        window.menu("My work")
        expect(window.main.get_by_role("link", name=re.compile("administrator rights"))).to_have_count(0)
        return
    window.sees("They stay open until they are done.")
    window.main.get_by_role("cell").get_by_role("link", name=title("account.ambiguous")).first.click()
    window.follow("Open the task")
    window.sees(REASON)


def test_all_of_one_kind_are_answered_in_one_go(visit: Callable[..., Visitor], house: House, script: bool):
    persona, kind = WHO[script]
    admin = Counting(visit(persona, script=script))
    if not script:
        admin.window.page.set_viewport_size(NARROW)
    many = when_they_open_all_of_one_kind(admin, kind)
    assert many >= 2
    when_they_answer_all(admin, house, many, script)
    then_each_says_so(admin, script)

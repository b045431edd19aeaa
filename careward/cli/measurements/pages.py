"""Every page at the size of a large trust: the 95th percentile of each, through the whole stack but the socket, by the clock and in CPU.

The pages are those that whoever sees most comes to, then whoever sees least, then every other persona's own (`_every_page`). Warm is a
page opened again and again, cold the first opening of it in a process whose templates are compiled. The stated alternative is a page
without a row: the shell alone, by the same client in the same run.
"""

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any

from careward.cli.measurements._own_house import inner, row

TIMES = 20  # each page is opened, after the first opening
TARGET = 80  # ms


@dataclass(frozen=True, slots=True)
class Opened:
    """A page as it was measured; seconds."""

    kind: str
    address: str
    persona: str
    cold: float
    wall: float
    cpu: float
    queries: int
    size: int

    @property
    def name(self) -> str:
        return f"page: /{self.kind} ({self.address}) as {self.persona}"


def measure(*, small: bool = False) -> list[dict[str, Any]]:
    return inner("pages", str(1_000 if small else 20_000))


def _inner(staff: int) -> list[dict[str, Any]]:
    import os

    os.environ["CAREWARD_DEMONSTRATION"] = "1"
    from careward.cli.ready import gather_static, open_house

    open_house()
    gather_static()
    from careward.cli import terms
    from careward.cli.demonstration import furnish
    from careward.web.jinja import warm_up

    furnish(staff=staff, systems=20, now=terms.now(), today=terms.today(), quiet=True)
    warm_up()
    found = _every_page()
    return _rows(found, f"{staff} staff x 20 systems")


def _rows(found: list[Opened], size: str) -> list[dict[str, Any]]:
    """Two lines a page, slowest first, and one for all first openings together."""
    shell = next(o for o in found if o.kind == "help/")
    rows = []
    for each in sorted(found, key=lambda o: -o.cpu):
        told = f"{size}; {each.queries} queries, {each.size / 1000:.0f} KB"
        against = "a page without a row"
        rows.append(row(each.name, each.wall * 1000, "ms", told, TARGET, against, each.wall / shell.wall))
        rows.append(row(f"{each.name}, CPU", each.cpu * 1000, "ms", told, TARGET, against, each.cpu / shell.cpu))
    return [*rows, row("pages opened first, CPU", _high([o.cold for o in found]) * 1000, "ms", f"{size}; {len(found)} pages")]


def _every_page() -> list[Opened]:
    """Each kind of page as whoever sees most and as whoever sees least, and what only others come to as these."""
    from careward.cli.measurements._every_page import pages

    first, last, *others = _by_sight()
    found: list[Opened] = []
    taken = Counter[str]()
    for place, (user, persona) in enumerate((first, last, *others)):
        browser = _signed_in(user)
        if place == 1:  # whoever sees least is measured on all they see
            taken, before = Counter[str](), taken
        cold = dict[str, float]()
        found += [_opened(browser, persona, kind, address, cold) for kind, address in pages(partial(_look, browser, cold), taken)]
        if place == 1:
            taken |= before
    return found


def _by_sight() -> list[tuple[int, str]]:
    """The personas: who may do most, who least, then the others."""
    from careward.people.signin.models import RoleHeld
    from careward.web.house import house

    held: dict[int, set[str]] = {}
    for user, role in RoleHeld.objects.filter(user__termsaccepted__isnull=False).order_by("user_id").values_list("user_id", "role"):
        held.setdefault(user, set()).add(role)
    order = sorted(held, key=lambda user: -len(house().permissions_of(held[user])))
    return [(user, " and ".join(sorted(held[user]))) for user in (order[0], order[-1], *order[1:-1])]


def _signed_in(user: int) -> Any:
    from django.test import Client

    browser = Client(HTTP_HOST="localhost")
    browser.post("/demonstration/", {"persona": user})
    return browser


def _look(browser: Any, cold: dict[str, float], address: str) -> Any:
    """Opens a page for the first time, and writes down how long that took."""
    answer, _, cold[address] = _once(browser, address)
    return answer


def _opened(browser: Any, persona: str, kind: str, address: str, cold: dict[str, float]) -> Opened:
    """The 95th percentile of a page, by the clock and in this thread's CPU: on a machine that does other work the two part."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = [_once(browser, address)[1:] for _ in range(TIMES)]
    with CaptureQueriesContext(connection) as asked:
        answer, _, _ = _once(browser, address)
    wall, cpu = ([t[way] for t in times] for way in (0, 1))
    return Opened(kind, address, persona, cold[address], _high(wall), _high(cpu), len(asked), len(answer.content))


def _once(browser: Any, address: str) -> tuple[Any, float, float]:
    """The answer, and what it took by the clock and in CPU."""
    began, worked = time.perf_counter(), time.thread_time()
    answer = browser.get(address)
    taken = time.perf_counter() - began, time.thread_time() - worked
    if answer.status_code >= 400:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return answer, *taken


def _high(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95) - 1]


if __name__ == "__main__" and sys.argv[1:2] == ["inner"]:
    print(json.dumps(_inner(int(sys.argv[2]))))

"""Opens a page as somebody, again and again: what it takes by the clock and in CPU, how much it asks of the database, how large it is."""

import time
from dataclasses import dataclass
from typing import Any

TIMES = 20  # each page is opened, after the first opening


@dataclass(frozen=True, slots=True)
class PageOpened:
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


def by_sight() -> list[tuple[int, str]]:
    """The personas: who may do most, who least, then the others."""
    from careward.people.signin.models import RoleHeld
    from careward.web.house import house

    roles_of: dict[int, set[str]] = {}
    for user, role in RoleHeld.objects.filter(user__termsaccepted__isnull=False).order_by("user_id").values_list("user_id", "role"):
        roles_of.setdefault(user, set()).add(role)
    order = sorted(roles_of, key=lambda user: -len(house().permissions_of(roles_of[user])))
    return [(user, " and ".join(sorted(roles_of[user]))) for user in (order[0], order[-1], *order[1:-1])]


def look(browser: Any, cold: dict[str, float], address: str) -> Any:
    """Opens a page for the first time, and writes down how long that took."""
    answer, _, cold[address] = _once(browser, address)
    return answer


def opened(browser: Any, persona: str, kind: str, address: str, cold: dict[str, float]) -> PageOpened:
    """The 95th percentile of a page, by the clock and in this thread's CPU: on a machine that does other work the two part."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = [_once(browser, address)[1:] for _ in range(TIMES)]
    with CaptureQueriesContext(connection) as asked:
        answer, _, _ = _once(browser, address)
    wall, cpu = ([t[way] for t in times] for way in (0, 1))
    return PageOpened(kind, address, persona, cold[address], high(wall), high(cpu), len(asked), len(answer.content))


def _once(browser: Any, address: str) -> tuple[Any, float, float]:
    """The answer, and what it took by the clock and in CPU."""
    began, worked = time.perf_counter(), time.thread_time()
    answer = browser.get(address)
    taken = time.perf_counter() - began, time.thread_time() - worked
    if answer.status_code >= 400:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return answer, *taken


def high(times: list[float]) -> float:
    """Their 95th percentile."""
    return sorted(times)[int(len(times) * 0.95) - 1]

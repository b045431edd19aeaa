"""List pages at the size of a large trust: the 95th percentile of each, through the whole stack but the socket, by the clock and in CPU.

The stated alternative is a page without a row: the shell alone, by the same client in the same run.
"""

import json
import sys
import time
from typing import Any

from careward.cli.measurements._own_house import inner, row

ADDRESSES = {
    "findings": "/findings/",
    "findings, filtered and sorted": "/findings/?system=paris&sort=who",
    "findings, by words": "/findings/?q=smith",
    "accounts of one system": "/systems/paris/",
    "accounts, last used": "/systems/paris/?sort=used&page=40",
    "people": "/people/",
    "people, by words": "/people/?find=smith",
    "search": "/search/?q=smith",
    "systems": "/systems/",
    "tasks": "/tasks/",
    "my work": "/my-work/",
    "procedure": "/procedures/paris/",
    "procedures": "/procedures/",
    "one person": "/people/4000/access/",
}
TIMES = 40


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

    furnish(staff=staff, systems=20, now=terms.now(), today=terms.today(), quiet=True)
    browser = _signed_in("trust_administrator")
    shell = _p95(browser, "/help/")
    size, against = f"{staff} staff x 20 systems", "a page without a row"
    found = []
    for name, address in ADDRESSES.items():
        wall, cpu = _p95(browser, address)
        found.append(row(f"page: {name}", wall * 1000, "ms", size, 80, against, wall / shell[0]))
        found.append(row(f"page: {name}, CPU", cpu * 1000, "ms", size, None, against, cpu / shell[1]))
    return found


def _signed_in(role: str) -> Any:
    from django.test import Client

    from careward.people.signin.models import RoleHeld

    browser = Client(HTTP_HOST="localhost")
    who = RoleHeld.objects.filter(role=role).order_by("id").values_list("user_id", flat=True)[0]
    browser.post("/demonstration/", {"persona": who})
    return browser


def _p95(browser: Any, address: str) -> tuple[float, float]:
    """The 95th percentile of a page, by the clock and in CPU: on a machine that does other work the two part."""
    wall, cpu = [], []
    for _ in range(TIMES + 3):
        began, worked = time.perf_counter(), time.process_time()
        answer = browser.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
    at = int(TIMES * 0.95) - 1
    return sorted(wall[3:])[at], sorted(cpu[3:])[at]


if __name__ == "__main__" and sys.argv[1:2] == ["inner"]:
    print(json.dumps(_inner(int(sys.argv[2]))))

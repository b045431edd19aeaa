"""List pages at the size of a large trust: the 95th percentile of each, through the whole stack but the socket.

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
    "people, by words": "/people/?q=smith",
    "tasks": "/tasks/",
    "my work": "/my-work/",
    "procedure": "/procedures/paris/",
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
    return [
        row(f"page: {name}", p95 * 1000, "ms", f"{staff} staff x 20 systems", 80, "a page without a row", p95 / shell)
        for name, p95 in ((name, _p95(browser, address)) for name, address in ADDRESSES.items())
    ]


def _signed_in(role: str) -> Any:
    from django.test import Client

    from careward.people.signin.models import RoleHeld

    browser = Client(HTTP_HOST="localhost")
    who = RoleHeld.objects.filter(role=role).order_by("id").values_list("user_id", flat=True)[0]
    browser.post("/demonstration/", {"persona": who})
    return browser


def _p95(browser: Any, address: str) -> float:
    taken = []
    for _ in range(TIMES + 3):
        began = time.perf_counter()
        answer = browser.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
        taken.append(time.perf_counter() - began)
    return sorted(taken[3:])[int(TIMES * 0.95) - 1]


if __name__ == "__main__" and sys.argv[1:2] == ["inner"]:
    print(json.dumps(_inner(int(sys.argv[2]))))

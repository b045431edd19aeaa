"""Every page at the size of a large trust: the 95th percentile of each, through the whole stack but the socket, by the clock and in CPU.

The pages are those that whoever sees most comes to, then whoever sees least, then every other persona's own (`_every_page`). Warm is a
page opened again and again, cold the first opening of it in a process whose templates are compiled. The stated alternative is a page
without a row: the shell alone, by the same client in the same run.
"""

import json
import sys
from collections import Counter
from functools import partial
from typing import Any

from careward.cli.measurements._opening import PageOpened, by_sight, high, look, opened
from careward.cli.measurements._own_house import inner, row

TARGET = 80  # ms


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

    furnish(staff=staff, systems=20, now=terms.now(), today=terms.today(), quiet=True, looks=0)
    warm_up()
    found = _every_page()
    return _rows(found, f"{staff} staff x 20 systems")


def _rows(found: list[PageOpened], size: str) -> list[dict[str, Any]]:
    """Two lines a page, slowest first, and one for all first openings together."""
    shell = next(o for o in found if o.kind == "help/")
    rows = []
    for each in sorted(found, key=lambda o: -o.cpu):
        told = f"{size}; {each.queries} queries, {each.size / 1000:.0f} KB"
        against = "a page without a row"
        rows.append(row(each.name, each.wall * 1000, "ms", told, TARGET, against, each.wall / shell.wall))
        rows.append(row(f"{each.name}, CPU", each.cpu * 1000, "ms", told, TARGET, against, each.cpu / shell.cpu))
    return [*rows, row("pages opened first, CPU", high([o.cold for o in found]) * 1000, "ms", f"{size}; {len(found)} pages")]


def _every_page() -> list[PageOpened]:
    """Each kind of page as whoever sees most and as whoever sees least, and what only others come to as these."""
    from careward.cli.measurements._every_page import pages

    first, last, *others = by_sight()
    found: list[PageOpened] = []
    taken = Counter[str]()
    for place, (user, persona) in enumerate((first, last, *others)):
        browser = _signed_in(user)
        if place == 1:  # whoever sees least is measured on all they see
            taken, before = Counter[str](), taken
        cold = dict[str, float]()
        found += [opened(browser, persona, kind, address, cold) for kind, address in pages(partial(look, browser, cold), taken)]
        if place == 1:
            taken |= before
    return found


def _signed_in(user: int) -> Any:
    from django.test import Client

    browser = Client(HTTP_HOST="localhost")
    browser.post("/demonstration/", {"persona": user})
    return browser


if __name__ == "__main__" and sys.argv[1:2] == ["inner"]:
    print(json.dumps(_inner(int(sys.argv[2]))))

"""Who looked at somebody, and at whom they looked, told to them: newest first, a line for each day and person."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from careward.people.looks.models import Look
from careward.people.signin.models import ApiToken, User
from careward.web.own_data import Facts
from careward.web.words import day, number

MOST = 100  # lines of each kind on the page
ASK = "Ask your data protection team for the rest: the ledger holds all of it"


def who_looked(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Who was shown somebody's access."""
    rows = Look.objects.filter(person_id=person_id or 0)
    looks = _newest(rows)
    names = _names({one.viewer for one in looks})
    return [*((("Who", names[one.viewer]), ("Looked on", day(one.on))) for one in looks), *_more(rows, looks)]


def looked_at(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Whose access somebody was shown."""
    rows = Look.objects.filter(viewer=f"user/{user_id}")
    looks = _newest(rows.select_related("person"))
    return [*((("Whom", one.person.name), ("Looked on", day(one.on))) for one in looks), *_more(rows, looks)]


def _newest(rows: QuerySet[Look]) -> list[Look]:
    return list(rows.order_by("-on", "-id")[:MOST])


def _more(rows: QuerySet[Look], looks: list[Look]) -> Iterator[Facts]:
    if len(looks) == MOST and (more := rows.count() - MOST) > 0:
        yield (("And earlier", number(more)), ("To see them", ASK))


def _names(viewers: Iterable[str]) -> dict[str, str]:
    """Users by their names; what calls the API by the name of its token."""
    users, tokens = _numbers(viewers, "user"), _numbers(viewers, "token")
    named = {f"user/{n}": name for n, name in User.objects.filter(pk__in=users).values_list("pk", "name")} if users else {}
    if tokens:
        named |= {f"token/{n}": f"{name}, a program" for n, name in ApiToken.objects.filter(pk__in=tokens).values_list("pk", "name")}
    return {viewer: named.get(viewer, viewer) for viewer in viewers}


def _numbers(viewers: Iterable[str], kind: str) -> list[int]:
    return [int(n) for k, _, n in (viewer.partition("/") for viewer in viewers) if k == kind and n.isdigit()]

"""What the list of entries can be asked, and an entry's verb, subject, actor and body in plain words."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import Any

from django.db.models import Q

from careward.core.days import LONDON, ONE_DAY
from careward.core.roles import ROLES
from careward.web.house import house
from careward.web.lists import Choice, ColumnHead, Listing, Option, Text
from careward.web.words import day, first_upper, written_out

CHECK_EVERY = timedelta(days=7)  # a house rule: no procedure says how often
UNSEALED_FOR = timedelta(hours=1)  # the worker seals every minute: an entry that waits longer shows that it stands still
MOST_FACTS = 500  # rows of what was written down on one page
YEARS = range(2000, 2100)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HEADS = ("Entry", "When", "What", "Verb", "Subject", "By", "Place", "Hash", "Written down")

OTHER = "other"
WORDS_OF = {"from_on": "from", "to_on": "until", "on": "as at", "at": "at the moment"}
JOBS = {"nightly": "Nightly run"}


def what_was_done(verb: str) -> str:
    """'Files loaded' for load.applied; a verb without words of its own is read out: 'Letter sent' for letter.sent."""
    if verb in house().verbs:
        return house().verbs[verb].words
    return first_upper(verb.replace(".", " ").replace("_", " "))


def thing(subject: str) -> str:
    """'Load 3' for load/3."""
    return first_upper(subject.replace("/", " ").replace("_", " "))


def whom(actor: str) -> str:
    """'User 7', 'Nightly run', 'Command line': never a name, and the command line's is somebody's."""
    kind, _, which = actor.partition("/")
    if kind == "job":
        return JOBS.get(which, "Careward")
    return "Command line" if kind == "cli" else thing(actor)


def facts(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The body of an entry as rows of a name and words; what lies deeper is named by the way to it. What binds tables is for checkers."""
    told = {WORDS_OF.get(name, name): _titled(name, value) for name, value in body.items() if name != "tables" and value not in ("", None)}
    shown = tuple(islice(_rows((), told), MOST_FACTS + 1))
    return shown if len(shown) <= MOST_FACTS else (*shown[:MOST_FACTS], ("And more", "The export holds all of it"))


def _titled(name: str, value: Any) -> Any:
    """A role by its title, as people call it."""
    return ROLES[value].title if name == "role" and value in ROLES else value


def _rows(way: tuple[str, ...], body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in body.items():
        here = (*way, printable(key.replace("_", " ")))
        inside = _inside(value)
        if any(isinstance(v, Mapping | list) for v in inside.values()):
            yield from _rows(here, inside)
        else:
            yield first_upper(", ".join(here)), _words(value)


def _inside(value: Any) -> Mapping[str, Any]:
    """What a value holds by name; what a list holds is numbered."""
    if isinstance(value, list):
        return {str(number): each for number, each in enumerate(value, 1)}
    return value if isinstance(value, Mapping) else {}


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k.replace('_', ' ')} {_words(v)}" for k, v in value.items() if v not in ("", None)) or "None"
    if isinstance(value, list):
        return "; ".join(_words(v) for v in value) or "None"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None or value == "":
        return "None"
    return written_out(printable(value)) if isinstance(value, str) else json.dumps(value)


def printable(text: str) -> str:
    """A text as a page and a file can hold it: a sign that would bend what stands around it, or is none, shows as one that is unknown."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def read_day(typed: str) -> date | None:
    """A day as people write it: 22 11 2026, 22/11/2026, 2026-11-22, 22 November 2026; None for what is no day."""
    parts = "".join(c if c.isalnum() else " " for c in typed).split()
    if len(parts) != 3:
        return None
    first, month, last = parts if len(parts[0]) < 4 else reversed(parts)
    named = month[:3].lower()
    numbers = (last, str(MONTHS.index(named) + 1) if named in MONTHS else month, first)
    if not all(n.isascii() and n.isdigit() and len(n) <= 4 for n in numbers) or int(last) not in YEARS:
        return None
    try:
        return date(*map(int, numbers))
    except ValueError:  # the 31st of November
        return None


@dataclass(frozen=True, slots=True)
class Day(Text):
    """A text filter that holds a day: entries from its beginning or, with `until`, to its end, by the clocks of London."""

    until: bool = False

    def accept(self, given: tuple[str, ...]) -> tuple[str, ...]:
        found = read_day(given[-1]) if given else None
        return (day(found),) if found else ()

    def where(self, values: tuple[str, ...]) -> Q:
        found = read_day(values[0])
        if found is None:
            raise ValueError(f"{values[0]!r} was not taken by accept()")
        begins = datetime.combine(found + ONE_DAY if self.until else found, time(), LONDON)
        return Q(at__lt=begins) if self.until else Q(at__gte=begins)

    def words(self, value: str) -> str:
        return f"{'To' if self.until else 'From'} {value}"


def entries_list(systems: Mapping[str, str] | None = None, who: Callable[[str], Collection[str]] = lambda words: ()) -> Listing:
    """The list of entries; `systems` are the organisation's by code, and `who` gives whom entries call so that is called so.

    What was done can be narrowed to what one room does, or to one thing.
    """
    rooms = tuple(r for r in house().rooms if r.verbs)
    verbs = sorted(((v.name, v.words) for r in rooms for v in r.verbs), key=lambda each: each[1])
    return Listing(
        noun="entries",
        columns=(
            ColumnHead("What"),
            ColumnHead("On what"),
            ColumnHead("When", "when", ("id",), upward="Oldest first", downward="Newest first"),
            ColumnHead("By"),
            ColumnHead("Place", numeric=True),
        ),
        filters=(
            Choice(
                "group",
                "What was done",
                (*(Option(r.name, r.title) for r in rooms), Option(OTHER, "Anything else")),
                wheres={
                    **{r.name: Q(verb__in=tuple(v.name for v in r.verbs)) for r in rooms},
                    OTHER: ~Q(verb__in=tuple(house().verbs)),
                },
                any_words="Anything",
            ),
            Choice("verb", "Exactly", tuple(Option(*each) for each in verbs), field="verb", any_words="Anything"),
            Text("who", "Person, by whom or about whom", (), make=cache(lambda typed: _by_or_about(who(typed)))),
            Choice("system", "System", tuple(Option(*each) for each in sorted((systems or {}).items(), key=_name)), make=_on_system),
            Text("q", "On what, like load 3", ("subject",)),
            Day("from", "From the day, like 22 11 2026", ("at",)),
            Day("to", "To the day, like 30 11 2026", ("at",), until=True),
        ),
        sort="-when",
        kind="entries",
        none_yet="Nothing has been written down yet.",
    )


def _name(each: tuple[str, str]) -> str:
    return each[1]


def _by_or_about(refs: Collection[str]) -> Q:
    return Q(actor__in=refs) | Q(subject__in=refs) if refs else Q(pk__in=())


def _on_system(code: str) -> Q:
    """About a system, or written down with it."""
    return Q(subject=f"system/{code}") | Q(body__system=code)


def unread_days(given: Mapping[str, str]) -> tuple[str, ...]:
    """What was typed as a day and is none, so that the page says it did not narrow the list."""
    return unread(given, [f.name for f in entries_list().filters if isinstance(f, Day)])


def unread(given: Mapping[str, str], names: Iterable[str]) -> tuple[str, ...]:
    """The same of fields that hold days."""
    typed = (given.get(name, "").strip()[:40] for name in names)
    return tuple(words for words in typed if words and read_day(words) is None)

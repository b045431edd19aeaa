"""The consistent list page: what a list can be asked, what was asked, and one page of the answer.

A room describes its list once (`Listing`), the view parses the address into a frozen `Asked`, the room's query applies it to a queryset,
and listing.shown turns both into what web/lists.jinja draws. What an address
asks that the list does not know is left out, and the valid rest is kept.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from django.db.models import Count, Model, Q, QuerySet

from careward.web.asked import VIEW, cleaned

SIZE = 50
FARTHEST = 1_000_000  # pages; a longer number is not a page
DOWNLOADS = ("csv", "xlsx")

Row = TypeVar("Row")
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """A column head. `key` is its name in the address and `order` the database fields it sorts by; without them it cannot be sorted.

    `upward` and `downward` are its words in "Sort by": 'Due, soonest first' and 'Due, latest first'.
    """

    title: str
    key: str = ""
    order: tuple[str, ...] = ()
    numeric: bool = False
    upward: str = ""
    downward: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Text:
    """Finds rows of which any field contains what is typed, or that fit `also`; every word must be found.

    `make` makes the condition of all that is typed instead. `suggested` are names that fit it, which the box then offers.
    """

    name: str
    title: str
    fields: tuple[str, ...]
    also: Callable[[str], Q] | None = None
    make: Callable[[str], Q] | None = None
    suggested: tuple[str, ...] = ()

    def accept(self, given: tuple[str, ...]) -> tuple[str, ...]:
        words = cleaned(given[-1]) if given else ""
        return (words,) if words else ()

    def where(self, values: tuple[str, ...]) -> Q:
        if self.make is not None:
            return self.make(values[0])
        found = Q()
        for word in values[0].split():
            either = self.also(word) if self.also else Q()
            for name in self.fields:
                either |= Q(**{f"{name}__icontains": word})
            found &= either
        return found

    def words(self, value: str) -> str:
        return f"“{value}”"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several, or any. `field` compares with the value; `wheres` gives a condition of its own for some values, and `make` makes it
    of the value that was chosen, where building it for each of many would cost more than asking it."""

    name: str
    title: str
    options: tuple[Option, ...]
    field: str = ""
    any_words: str = "Any"
    wheres: Mapping[str, Q] | None = None
    make: Callable[[str], Q] | None = None
    preset: str = ""  # the value that holds when nothing is asked; "any" in the address turns it off

    def accept(self, given: tuple[str, ...]) -> tuple[str, ...]:
        known = {o.value for o in self.options}
        if not given or (given[-1] not in known and given[-1] != "any"):
            return (self.preset,) if self.preset else ()
        return () if given[-1] == "any" else given[-1:]

    def where(self, values: tuple[str, ...]) -> Q:
        if self.make is not None:
            return self.make(values[0])
        own = self.wheres or {}
        return own[values[0]] if values[0] in own else Q(**{self.field: values[0]})

    def words(self, value: str) -> str:
        return next(o.words for o in self.options if o.value == value)


@dataclass(frozen=True, slots=True)
class Many:
    """Any number of several, each with how many rows it would show."""

    name: str
    title: str
    options: tuple[Option, ...]
    field: str
    counted: bool = True

    def accept(self, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(o.value for o in self.options if o.value in given)

    def where(self, values: tuple[str, ...]) -> Q:
        return Q(**{f"{self.field}__in": values})

    def words(self, value: str) -> str:
        return next(o.words for o in self.options if o.value == value)


Filter = Text | Choice | Many


def personal(each: Filter) -> bool:
    """Whether what is asked of a filter may name somebody, and so stands in no address: whatever is typed may."""
    return isinstance(each, Text)


@dataclass(frozen=True, slots=True)
class Listing:
    """What one list can show and be asked. `noun` is plural: 'findings'. `sort` is the key it is sorted by at first, '-key' downward."""

    noun: str
    columns: tuple[ColumnHead, ...]
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    kind: str = ""  # the class cw-table--KIND
    size: int = SIZE
    none_yet: str = ""  # what to say when there is nothing at all: "Nothing to put right."
    downloads: bool = True

    def column(self, key: str) -> ColumnHead | None:
        return next((c for c in self.columns if c.key and c.key == key), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a list: only what the list knows. `page` may lie beyond the end until it is applied."""

    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sort: str = ""  # "" for the list's own order
    page: int = 1
    download: str = ""
    view: str = ""  # the number under which what may name somebody is kept
    kept: tuple[str, ...] = ()  # the names of the filters that are kept so
    unknown: tuple[tuple[str, str], ...] = ()  # what was asked and is no choice here: the title of the filter, and what was asked

    def of(self, name: str) -> tuple[str, ...]:
        """The chosen values of one filter; empty when it is off."""
        return dict(self.chosen).get(name, ())

    def one(self, name: str) -> str:
        """The chosen value of a filter that has one; "" when it is off."""
        return next(iter(self.of(name)), "")

    @property
    def narrowed(self) -> bool:
        return bool(self.chosen)

    @property
    def narrowed_by(self) -> tuple[str, ...]:
        """The names of the filters that are on."""
        return tuple(name for name, _ in self.chosen)


@dataclass(frozen=True, slots=True)
class AskedList:
    """A list with what was asked of it."""

    listing: Listing
    asked: Asked


def parse(listing: Listing, given: Any) -> Asked:
    """What a query string (request.GET, or any mapping of lists) asks of a list."""
    chosen = [(f.name, f.accept(_values(given, f.name))) for f in listing.filters]
    view = _last(given, VIEW)
    return Asked(
        chosen=tuple((name, values) for name, values in chosen if values),
        view=view,
        unknown=tuple((f.title, cleaned(value)) for f in listing.filters if not isinstance(f, Text) for value in _strange(f, given)),
        kept=tuple(f.name for f in listing.filters if view and personal(f) and _values(given, f.name)),
        sort=_sort(listing, _last(given, "sort")),
        page=_page(_last(given, "page")),
        download=_last(given, "as") if listing.downloads and _last(given, "as") in DOWNLOADS else "",
    )


def _strange(each: "Choice | Many", given: Any) -> list[str]:
    """What was asked of a filter that is none of its choices."""
    known = {"", "any", *(o.value for o in each.options)}
    return [value for value in _values(given, each.name) if value not in known][:3]


def _values(given: Any, name: str) -> tuple[str, ...]:
    found = given.getlist(name) if hasattr(given, "getlist") else given.get(name, ())
    return (found,) if isinstance(found, str) else tuple(found)


def _last(given: Any, name: str) -> str:
    return next(reversed(_values(given, name)), "")


def _sort(listing: Listing, asked: str) -> str:
    column = listing.column(asked.removeprefix("-"))
    return asked if column and column.order and asked != listing.sort else ""


def _page(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 7 and 1 <= int(asked) <= FARTHEST else 1


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows. `total` match, of `all` there are; `counts`: for each Many filter, how many rows each of its values would show."""

    rows: tuple[Row, ...]
    number: int
    size: int
    total: int
    all: int
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        return min((self.number - 1) * self.size + 1, self.total)

    @property
    def last_row(self) -> int:
        return min(self.number * self.size, self.total)

    def map(self, make: Callable[[Row], Other]) -> "Page[Other]":
        """The same page with each row turned into what a page may hold: a frozen value."""
        return Page(tuple(make(r) for r in self.rows), self.number, self.size, self.total, self.all, self.counts)

    def with_rows(self, rows: tuple[Other, ...]) -> "Page[Other]":
        return Page(rows, self.number, self.size, self.total, self.all, self.counts)


def narrowed(listing: Listing, asked: Asked, rows: "QuerySet[Any]", but: str = "") -> "QuerySet[Any]":
    """The rows that match every filter that is on, except one."""
    for each in listing.filters:
        if each.name != but and (values := asked.of(each.name)):
            rows = rows.filter(each.where(values))
    return rows


def ordered(listing: Listing, asked: Asked, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """The rows in the asked order; the row number comes last, so that pages never overlap."""
    key = asked.sort or listing.sort
    if (column := listing.column(key.removeprefix("-"))) is None:
        return rows.order_by("pk")
    names = [_turned(n) for n in column.order] if key.startswith("-") else list(column.order)
    return rows.order_by(*names, "pk")


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def matching(listing: Listing, asked: Asked, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """All rows that match, in order: what a download holds."""
    return ordered(listing, asked, narrowed(listing, asked, rows))


Counts = Mapping[str, Mapping[str, int]]


class Figures(Protocol):
    """Who counts: anew each time, or from what is known not to have changed."""

    def count(self, rows: "QuerySet[Any]", /) -> int:
        """How many rows a query finds."""
        ...

    def lines(self, rows: "QuerySet[Any, Any]", /) -> tuple[Any, ...]:
        """What a query of few rows finds."""
        ...


class Anew:
    """Counts each time it is asked."""

    def count(self, rows: "QuerySet[Any]", /) -> int:
        """How many rows a query finds."""
        return rows.order_by().count()

    def lines(self, rows: "QuerySet[Any, Any]", /) -> tuple[Any, ...]:
        """What a query of few rows finds."""
        return tuple(rows)


ANEW = Anew()


def apply(
    listing: Listing,
    asked: Asked,
    rows: "QuerySet[Any]",
    whole: int | None = None,
    counts: Counts | None = None,
    figures: Figures = ANEW,
) -> "Page[Any]":
    """One page: a query for the rows, one for each counted filter, and one for each figure that these counts do not tell; never more.

    `whole` is how many rows there are in all, and `counts` how many each value of the counted filters would show, where the caller has
    counted them; `figures` counts the rest.
    """
    found = narrowed(listing, asked, rows)
    counts = _counts(listing, asked, rows, figures) if counts is None else counts
    total = _total(listing, asked, counts)
    total = figures.count(found) if total is None else total
    if whole is None:
        whole = figures.count(rows) if asked.narrowed else total
    number = min(asked.page, max(1, -(-total // listing.size)))
    page = _rows(listing, asked, rows, found, (number - 1) * listing.size, total) if total else ()
    return Page(page, number, listing.size, total, whole, counts)


def _rows(listing: Listing, asked: Asked, rows: "QuerySet[Any]", found: "QuerySet[Any]", start: int, total: int) -> tuple[Any, ...]:
    """The rows of one page in one query: what is put in order is their numbers alone, not all that each row and those it refers to hold.

    A page of the second half is counted from the end, so that the last one costs what the first does.
    """
    end = min(start + listing.size, total)
    numbers = ordered(listing, asked, found).values("pk")
    these = numbers.reverse()[total - end : total - start] if start > total // 2 else numbers[start:end]
    return tuple(ordered(listing, asked, rows.filter(pk__in=these)))


def _total(listing: Listing, asked: Asked, counts: Mapping[str, Mapping[str, int]]) -> int | None:
    """How many rows match, by the counts of a filter: what its chosen values show together, or all that it parts. None without one."""
    for each in listing.filters:
        if each.name in counts:
            chosen = asked.of(each.name) or counts[each.name].keys()
            return sum(counts[each.name].get(value, 0) for value in chosen)
    return None


def _counts(listing: Listing, asked: Asked, rows: "QuerySet[Any]", figures: Figures) -> dict[str, dict[str, int]]:
    counts = {}
    for each in listing.filters:
        if isinstance(each, Many) and each.counted:
            found = narrowed(listing, asked, rows, but=each.name).order_by().values_list(each.field)
            counts[each.name] = {str(value): n for value, n in figures.lines(found.annotate(n=Count("pk")))}
    return counts


def stream(rows: "QuerySet[Model]", chunk: int = 2000) -> Iterator[Any]:
    """The rows of a download a chunk at a time, so that a long list does not fill the memory."""
    yield from rows.iterator(chunk_size=chunk)


def address(listing: Listing, asked: Asked, **changes: Any) -> str:
    """The query string that asks the same with some changes; '?' when it asks nothing special."""
    asked = replace(asked, **changes)
    pairs = _under_number(asked) + [(name, value) for name, values in asked.chosen if name not in asked.kept for value in values]
    pairs += [(f.name, "any") for f in listing.filters if isinstance(f, Choice) and f.preset and not asked.of(f.name)]
    pairs += [("sort", asked.sort)] if asked.sort else []
    pairs += [("page", str(asked.page))] if asked.page > 1 else []
    pairs += [("as", asked.download)] if asked.download else []
    return f"?{urlencode(pairs)}"


def _under_number(asked: Asked) -> list[tuple[str, str]]:
    """The number under which words are kept, and which of them are not asked any more; nothing where none of them is."""
    on = [name for name in asked.kept if asked.of(name)]
    return [(VIEW, asked.view), *((name, "") for name in asked.kept if name not in on)] if on else []


def without(asked: Asked, name: str, value: str) -> Asked:
    """The same without one chosen value, from the first page."""
    left = ((n, tuple(v for v in values if n != name or v != value)) for n, values in asked.chosen)
    return replace(asked, chosen=tuple((n, values) for n, values in left if values), page=1)

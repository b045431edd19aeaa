"""A list as web/lists.jinja draws it: heads, filters, tags, pages and addresses, all worked out before the template."""

from dataclasses import dataclass, replace
from typing import Any

from careward.web.lists import Asked, Choice, Filter, Listing, Many, Page, Text, address, personal, without
from careward.web.words import number

AROUND = 2  # page links to each side of this page


@dataclass(frozen=True, slots=True)
class Head:
    title: str
    href: str  # "" when it cannot be sorted
    aria_sort: str  # "ascending", "descending" or ""
    numeric: bool


@dataclass(frozen=True, slots=True)
class ShownOption:
    value: str
    words: str
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class ShownFilter:
    kind: str  # "text", "choice" or "many"
    name: str
    title: str
    value: str
    options: tuple[ShownOption, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class PageLink:
    number: int
    href: str  # "" for the dots
    current: bool


@dataclass(frozen=True, slots=True)
class Download:
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything a list page needs but its own words. `rows` are the room's frozen values."""

    noun: str
    kind: str
    rows: tuple[Any, ...]
    heads: tuple[Head, ...]
    filters: tuple[ShownFilter, ...]
    filters_on: int
    tags: tuple[Tag, ...]
    clear_href: str
    sorts: tuple[ShownOption, ...]
    sorted_words: str
    pages: tuple[PageLink, ...]
    previous: str
    next: str
    downloads: tuple[Download, ...]
    total: int
    all: int
    first_row: int
    last_row: int
    page: int
    last: int
    none_yet: str
    by_post: bool  # something may be typed, which may name somebody: it is sent, and stands in no address
    unknown: tuple[tuple[str, str], ...]  # what was asked and is no choice here: the title of the filter, and what was asked
    in_address: str  # the names of the fields that may stand there
    shows: str  # the query string that asks the same again, from the first page

    @property
    def title(self) -> str:
        """For the title of the page: 'Findings: 36 of 412, page 1 of 3'."""
        many = f"{number(self.total)} of {number(self.all)}" if self.total != self.all else number(self.total)
        where = f", page {self.page} of {self.last}" if self.last > 1 else ""
        return f"{self.noun[:1].upper()}{self.noun[1:]}: {many}{where}"

    @property
    def caption(self) -> str:
        """'Findings 1 to 50 of 412, soonest due first' for people who cannot see the table."""
        rows = f"{number(self.first_row)} to {number(self.last_row)} of {number(self.total)}"
        return f"{self.noun[:1].upper()}{self.noun[1:]} {rows}" + (f", sorted by {self.sorted_words}" if self.sorted_words else "")


def shown(listing: Listing, asked: Asked, page: Page[Any]) -> Shown:
    """The list as the template draws it; `asked` and `page` come from lists.parse and lists.apply."""
    asked = replace(asked, page=page.number, download="")
    key = asked.sort or listing.sort
    sorts = _sorts(listing, key)
    return Shown(
        noun=listing.noun,
        kind=listing.kind,
        rows=page.rows,
        heads=_heads(listing, asked, key),
        filters=tuple(_filter(f, asked, page) for f in listing.filters),
        filters_on=sum(len(values) for _, values in asked.chosen),
        tags=_tags(listing, asked),
        clear_href=address(listing, asked, chosen=(), page=1),
        sorts=sorts,
        sorted_words=next((s.words for s in sorts if s.chosen), ""),
        pages=_pages(listing, asked, page.last),
        previous=address(listing, asked, page=page.number - 1) if page.number > 1 else "",
        next=address(listing, asked, page=page.number + 1) if page.number < page.last else "",
        downloads=_downloads(listing, asked, page.total),
        total=page.total,
        all=page.all,
        first_row=page.first_row,
        last_row=page.last_row,
        page=page.number,
        last=page.last,
        none_yet=listing.none_yet or f"There are no {listing.noun} yet.",
        unknown=asked.unknown,
        by_post=any(map(personal, listing.filters)),
        in_address=" ".join([*(f.name for f in listing.filters if not personal(f)), "sort"]),
        shows=address(listing, _named_by_nobody(listing, asked), page=1),
    )


def _named_by_nobody(listing: Listing, asked: Asked) -> Asked:
    """The same without words that somebody wrote into the address by hand: they are handed on no further."""
    typed = {f.name for f in listing.filters if personal(f)} - set(asked.kept)
    return replace(asked, chosen=tuple((name, values) for name, values in asked.chosen if name not in typed))


def _heads(listing: Listing, asked: Asked, key: str) -> tuple[Head, ...]:
    heads = []
    for column in listing.columns:
        way = {column.key: "ascending", f"-{column.key}": "descending"}.get(key, "") if column.key else ""
        turned = f"-{column.key}" if way == "ascending" else column.key
        sort = "" if turned == listing.sort else turned
        href = address(listing, asked, sort=sort, page=1) if column.order else ""
        heads.append(Head(column.title, href, way, column.numeric))
    return tuple(heads)


def _sorts(listing: Listing, key: str) -> tuple[ShownOption, ...]:
    found = []
    for column in listing.columns:
        if column.order:
            found.append(ShownOption(column.key, column.upward or column.title, None, key == column.key))
            if column.downward or key == f"-{column.key}":
                words = column.downward or f"{column.title}, last first"
                found.append(ShownOption(f"-{column.key}", words, None, key == f"-{column.key}"))
    return tuple(found)


def _filter(each: Filter, asked: Asked, page: Page[Any]) -> ShownFilter:
    chosen = asked.of(each.name)
    if isinstance(each, Text):
        offered = tuple(ShownOption(name, name, None, False) for name in each.suggested)
        return ShownFilter("text", each.name, each.title, asked.one(each.name), offered)
    counts = page.counts.get(each.name)
    options = [
        ShownOption(o.value, o.words, counts.get(o.value, 0) if counts is not None else None, o.value in chosen) for o in each.options
    ]
    if isinstance(each, Many):
        return ShownFilter("many", each.name, each.title, "", tuple(options))
    any_value = "any" if each.preset else ""
    return ShownFilter("choice", each.name, each.title, asked.one(each.name), (_any(each, any_value, not chosen), *options))


def _any(each: Choice, value: str, chosen: bool) -> ShownOption:
    return ShownOption(value, each.any_words, None, chosen)


def _tags(listing: Listing, asked: Asked) -> tuple[Tag, ...]:
    return tuple(
        Tag(each.words(value), address(listing, without(asked, each.name, value)))
        for each in listing.filters
        for value in asked.of(each.name)
    )


def _pages(listing: Listing, asked: Asked, last: int) -> tuple[PageLink, ...]:
    """The first, the last and those around this one, with dots for a gap of two or more."""
    here = asked.page
    numbers = sorted({1, last, *range(max(1, here - AROUND), min(last, here + AROUND) + 1)})
    links: list[PageLink] = []
    for n in numbers:
        gap = n - links[-1].number - 1 if links else 0
        if gap == 1:
            links.append(_link(listing, asked, n - 1))
        elif gap > 1:
            links.append(PageLink(0, "", False))
        links.append(_link(listing, asked, n))
    return tuple(links)


def _link(listing: Listing, asked: Asked, n: int) -> PageLink:
    return PageLink(n, address(listing, asked, page=n), n == asked.page)


def _downloads(listing: Listing, asked: Asked, total: int) -> tuple[Download, ...]:
    if not listing.downloads or not total:
        return ()
    which = f"all {number(total)}" if total > 1 else "this row"
    return (
        Download(f"Download {which} as CSV", address(listing, asked, page=1, download="csv")),
        Download("As a spreadsheet", address(listing, asked, page=1, download="xlsx")),
    )

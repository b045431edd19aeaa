"""The rows of one person in a staff list: whether they are of one person, and what one of their posts says of them all (FEEDS B2.7)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from careward.access.feeds.rules import name_words
from careward.core.ids import MOST_SHARING, plain

Cells = Mapping[str, Sequence[Any]]
OF_ALL_POSTS = ("email", "smartcard_uuid", "nhs_number", "date_of_birth")  # what is said on one post of a person and is theirs on all
SHARED = ("email", "smartcard_uuid")  # what an account can be matched by


def rows_of_each(numbers: Sequence[str], refused: Collection[int] = ()) -> list[list[int]]:
    """The rows of each person who has several, by their numbers in one form."""
    rows: dict[str, list[int]] = defaultdict(list)
    for index, number in enumerate(numbers):
        if index not in refused:
            rows[number].append(index)
    return [found for found in rows.values() if len(found) > 1]


def of_two_people(groups: Iterable[Sequence[int]], cells: Cells) -> Iterator[list[int]]:
    """The rows of each number that are not surely of one person: they agree neither on a last name nor on a day of birth."""
    names, births = cells.get("last_name"), cells.get("date_of_birth")
    for group in groups:
        if names and len({_name(names[i]) for i in group}) > 1:
            known = {births[i] for i in group} if births else {None}
            if len(known) > 1 or None in known:
                yield list(group)


def _name(text: str | None) -> tuple[str, ...] | str:
    """A last name as it is compared; one without Latin letters as it is written."""
    return name_words(text or "") or (text or "").strip().casefold()


def spread(groups: Iterable[Sequence[int]], cells: Mapping[str, list[Any]]) -> None:
    """Gives every post of a person what another post of theirs says of them; where several say, the first."""
    columns = [cells[name] for name in OF_ALL_POSTS if name in cells]
    for group in groups:
        for values in columns:
            given = next((values[i] for i in group if values[i]), None)
            for i in group if given else ():
                values[i] = values[i] or given


def shared_by_many(people: Iterable[Any]) -> list[str]:
    """A notice for each identifier of which some are shared by more people than one can be told by."""
    rows = [person for person in people if person.gone_on is None]
    counts = {name: Counter(filter(None, (plain(getattr(p, name)) for p in rows))) for name in SHARED}
    crowds = {name: [n for n in count.values() if n > MOST_SHARING] for name, count in counts.items()}
    return [
        f"{name}: {_some(len(found))} shared by more than {MOST_SHARING} people, {sum(found):,} in all. No account is matched by it."
        for name, found in crowds.items()
        if found
    ]


def _some(count: int) -> str:
    return "1 value is" if count == 1 else f"{count:,} values are"

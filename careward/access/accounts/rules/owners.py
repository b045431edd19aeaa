"""Whose each of many new accounts is, at once: the one person who alone fits. Must agree with `matching`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from careward.core.ids import MOST_SHARING, plain

SEVERAL = -1  # in place of a person, where an identifier is more than one's
Told = tuple[int, str, str, str]  # person, employee number, smartcard, e-mail address


class Owners:
    """The people of one organisation by what tells whose an account is."""

    def __init__(self, people: Iterable[Told]) -> None:
        persons, *told = list(zip(*people, strict=True)) or [(), (), (), ()]
        self._by = [_owners(persons, values) for values in told]

    def of(self, kinds: Sequence[str], *told: Sequence[str]) -> list[int | None]:
        """The person of each account by its employee number, smartcard and e-mail address; none where nobody or more than one fits."""
        found = [_found(owners, values) for owners, values in zip(self._by, told, strict=True)]
        return [None if kind == "service" else _alone(*each) for kind, each in zip(kinds, zip(*found, strict=True), strict=True)]


def _owners(persons: Sequence[int], values: Sequence[str]) -> dict[str, int]:
    """Who has each value, as it is compared; nobody where more share it than one can be told by."""
    spelt = list(map(plain, values))
    counts = Counter(spelt)
    return {
        value: person if counts[value] == 1 else SEVERAL
        for value, person in zip(spelt, persons, strict=True)
        if value and counts[value] <= MOST_SHARING
    }


def _found(owners: Mapping[str, int], values: Sequence[str]) -> list[int | None]:
    """The owner of each value; one that is not found as it stands is looked for as it is compared."""
    found = list(map(owners.get, values))
    for index, (person, value) in enumerate(zip(found, values, strict=True)):
        if value and (person is None or not value.isascii()):
            found[index] = owners.get(plain(value))
    return found


def _alone(number: int | None, card: int | None, address: int | None) -> int | None:
    persons = {number, card, address} - {None}
    return persons.pop() if len(persons) == 1 and SEVERAL not in persons else None

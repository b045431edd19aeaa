"""Whose account it is: by employee number, smartcard or e-mail address, never by a name."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from careward.access.accounts.rules.shapes import ApprovedGeneric, Holder, SeenAccount
from careward.core.ids import MOST_SHARING, plain

IDENTIFIERS = (("employee_number", "employee number"), ("smartcard", "smartcard"), ("email", "e-mail address"))


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything of one organisation, indexed once, so that one account is looked up at once however many there are."""

    people: Mapping[tuple[str, str], tuple[Holder, ...]]  # (identifier, value) -> who has it
    accounts: Mapping[tuple[int, str], tuple[SeenAccount, ...]]  # (person, system) -> the person's open accounts there
    approvals: Mapping[tuple[str, str], tuple[ApprovedGeneric, ...]]  # (system, user name)

    def fits(self, account: SeenAccount) -> tuple[Holder, ...]:
        """Every person who fits the account, each once, in the order of their ids; none for a service account."""
        return _fits(self.people, account)

    def siblings(self, account: SeenAccount, fits: tuple[Holder, ...]) -> tuple[SeenAccount, ...]:
        """The open accounts on the same system that are as surely the same person's, this one among them."""
        return self.accounts.get((fits[0].person_id, account.system), ()) if len(fits) == 1 else ()

    def generic(self, account: SeenAccount) -> tuple[ApprovedGeneric, ...]:
        return self.approvals.get((account.system, plain(account.username)), ())


def prepare(people: Iterable[Holder], accounts: Iterable[SeenAccount] = (), approvals: Iterable[ApprovedGeneric] = ()) -> Facts:
    """Index one organisation's people, accounts and approvals of shared accounts."""
    who: dict[tuple[str, str], list[Holder]] = defaultdict(list)
    for person in _told_apart(list(people)):
        for field, _ in IDENTIFIERS:
            if (value := plain(getattr(person, field))) and field not in person.crowded:
                who[field, value].append(person)
    persons = {key: tuple(found) for key, found in who.items()}
    theirs: dict[tuple[int, str], list[SeenAccount]] = defaultdict(list)
    for account in accounts:
        if account.is_open and len(fits := _fits(persons, account)) == 1:
            theirs[fits[0].person_id, account.system].append(account)
    listed: dict[tuple[str, str], list[ApprovedGeneric]] = defaultdict(list)
    for row in approvals:
        listed[row.system, plain(row.username)].append(row)
    return Facts(persons, {k: tuple(v) for k, v in theirs.items()}, {k: tuple(v) for k, v in listed.items()})


def _told_apart(people: Sequence[Holder]) -> Iterable[Holder]:
    """The people, each with the identifiers that more share than one can be told by."""
    counts = Counter((field, plain(getattr(person, field))) for person in people for field, _ in IDENTIFIERS)
    crowds = {key for key, count in counts.items() if key[1] and count > MOST_SHARING}
    for person in people:
        crowded = frozenset(field for field, _ in IDENTIFIERS if (field, plain(getattr(person, field))) in crowds)
        yield replace(person, crowded=crowded) if crowded else person


def ways(account: SeenAccount, fits: Iterable[Holder]) -> str:
    """By which identifiers persons fit, in words."""
    people = tuple(fits)
    return ", ".join(name for field, name in IDENTIFIERS if any(_same(account, p, field) for p in people))


def given(account: SeenAccount) -> str:
    """Which identifiers the account carries, in words."""
    return ", ".join(name for field, name in IDENTIFIERS if plain(getattr(account, field)))


def _same(account: SeenAccount, person: Holder, field: str) -> bool:
    value = plain(getattr(account, field))
    return bool(value) and field not in person.crowded and value == plain(getattr(person, field))


def _fits(people: Mapping[tuple[str, str], tuple[Holder, ...]], account: SeenAccount) -> tuple[Holder, ...]:
    if account.kind == "service":
        return ()
    found: dict[int, Holder] = {}
    for field, _ in IDENTIFIERS:
        for person in people.get((field, plain(getattr(account, field))), ()):
            found[person.person_id] = person
    return tuple(found[i] for i in sorted(found)) if len(found) > 1 else tuple(found.values())

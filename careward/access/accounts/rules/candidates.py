"""Whose an account may be: people worth offering to whoever is asked, each with why. Never a match: somebody decides. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from careward.core.ids import bare, plain

MOST = 5
FIGURES = re.compile(r"[0-9]+$")
SEPARATORS = re.compile(r"[\s,._@-]+")
FITS, NUMBER, EMAIL, NAME, PATTERN = 16, 8, 4, 2, 1  # how much each reason weighs: any one more than all below it


@dataclass(frozen=True, slots=True)
class AccountClues:
    """What an account says of whose it is."""

    username: str
    display_name: str = ""
    employee_number: str = ""
    email: str = ""
    smartcard: str = ""


@dataclass(frozen=True, slots=True)
class StaffClues:
    """A person of the staff list by their names and identifiers."""

    person_id: int
    first_name: str
    last_name: str
    preferred_name: str = ""
    employee_number: str = ""
    email: str = ""
    smartcard: str = ""

    @property
    def name(self) -> str:
        return f"{self.preferred_name or self.first_name} {self.last_name}"

    @property
    def first_names(self) -> tuple[str, ...]:
        return tuple(n for n in (self.first_name, self.preferred_name) if n.strip())


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whose the account may be, and every reason for which they are offered."""

    person_id: int
    name: str
    employee_number: str
    why: tuple[str, ...]
    fits: bool  # by an identifier that its export gives

    @property
    def words(self) -> str:
        return f"{self.name}, staff number {self.employee_number}: {', '.join(self.why)}"


def candidates(account: AccountClues, people: Iterable[StaffClues]) -> tuple[Candidate, ...]:
    """At most five people whose an account may be, the likeliest first; nobody without a reason."""
    found = [(sum(w for w, _ in why), p, why) for p in people if (why := tuple(_reasons(account, p)))]
    found.sort(key=lambda f: (-f[0], f[1].last_name, f[1].first_name, f[1].person_id))
    return tuple(
        Candidate(p.person_id, p.name, p.employee_number, tuple(words for _, words in why), weight >= FITS)
        for weight, p, why in found[:MOST]
    )


def _reasons(account: AccountClues, person: StaffClues) -> Iterator[tuple[int, str]]:
    exact = (
        ("employee number", account.employee_number, person.employee_number),
        ("e-mail address", account.email, person.email),
        ("smartcard", account.smartcard, person.smartcard),
    )
    fits = [what for what, here, there in exact if plain(here) and plain(here) == plain(there)]
    yield from ((FITS, f"the same {what}") for what in fits)
    if "employee number" not in fits and _same_number(account, person):
        yield NUMBER, "the same staff number but for leading noughts"
    if "e-mail address" not in fits and local_part(account.email) and local_part(account.email) == local_part(person.email):
        yield EMAIL, "the same name before the @ of the e-mail address"
    if any(words_of(account.display_name) == words_of(f"{first} {person.last_name}") for first in person.first_names):
        yield NAME, "the same name"
    if letters(account.username) in _patterns(person):
        yield PATTERN, "the user name is made of the name"


def _same_number(account: AccountClues, person: StaffClues) -> bool:
    number = bare_number(person.employee_number)
    return bool(number) and number in (bare_number(account.employee_number), bare_number(account.username))


def bare_number(text: str) -> str:
    """A staff number without leading noughts."""
    return bare(text)


def local_part(email: str) -> str:
    """What stands before the @ of an e-mail address; empty where there is none."""
    name, at, _ = plain(email).partition("@")
    return name if at else ""


def folded(text: str) -> str:
    """A name as it is compared: accents and case make no difference."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def words_of(name: str) -> frozenset[str]:
    """The words of a name in whatever order they stand: "Other, Ann" is "Ann Other". None where there is none."""
    return frozenset(w for w in SEPARATORS.split(folded(name).replace("'", "").replace("\u2019", "")) if w)


def letters(text: str) -> str:
    """A name's or user name's letters alone, without the figures at its end."""
    return "".join(c for c in FIGURES.sub("", folded(text)) if c.isalnum())


def _patterns(person: StaffClues) -> frozenset[str]:
    last = letters(person.last_name)
    firsts = [f for n in person.first_names if (f := letters(n))]
    made = {p for f in firsts for p in (f[0] + last, last + f[0], f + last, last + f)} if last else set()
    return frozenset(made)


def last_names(account: AccountClues) -> tuple[str, ...]:
    """The last names that would make somebody a candidate by name or user name, as a search may ask for them."""
    words = [w for w in re.split(r"[\s,]+", account.display_name.strip()) if w]
    several = {" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(i + 3, len(words)) + 1)}
    parts = [letters(p) for p in re.split(r"[._-]", plain(account.username))]
    whole = letters(account.username)
    made = {whole[1:], whole[:-1], *(parts if len(parts) > 1 else ())}
    made |= {f"{m[0]}'{m[1:]}" for m in made if len(m) > 1}  # O'Brien, whose user name has no apostrophe
    return tuple(sorted(n for n in several | made if len(n) > 1))

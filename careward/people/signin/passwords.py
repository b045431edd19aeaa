"""What a password may not be: short, common, patterned, or named after the trust, the person or the product; every reason at once.

One rule for the pages, the commands and the invitation (ADR 0031).
"""

import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from careward.core.decision import ALLOWED, Decision, refuse
from careward.people.signin.models import RoleHeld, User
from careward.web.words import listed

LEAST = 12
MOST_LOOKED_AT = 72  # letters of a long one that are weighed: the time it takes grows with their square
SAFE = 4  # of zxcvbn's 0 to 4: ten thousand million guesses
PRODUCT = "Careward"
REMEDY = f"Choose {LEAST} characters or more. Three words that have nothing to do with you or your work, and a number, will do"
# Words of many trusts' names, which name none of them; their guesses are still weighed.
OF_MANY = frozenset({
    "nhs", "trust", "foundation", "health", "healthcare", "care", "mental", "community", "hospital", "hospitals", "university",
    "partnership", "service", "services", "board",
})  # fmt: skip
LOOKS_LIKE = str.maketrans("01345@$!7", "oieasasit")


def may_use_password(password: str, *, names: Collection[str], clause: str = "house") -> Decision:
    """Whether somebody may choose a password; `names` are theirs, their address's, their trusts'."""
    decision = ALLOWED
    if len(password) < LEAST:
        decision &= refuse("password.short", clause, f"The password has {len(password)} characters of the {LEAST} it needs", REMEDY)
    if {password.lower(), _core(password)} & common():
        decision &= refuse("password.common", clause, "The password is one that many people use", REMEDY)
    if named := [word for word in words_of([*names, PRODUCT]) if _contains(password, word)]:
        decision &= refuse("password.named", clause, f"The password has {listed(named)} in it, a name that is yours or your work's", REMEDY)
    if password and _easy(password, [*names, PRODUCT]):
        detail = (
            "The password is a pattern that is easy to guess: a row of keys, a date, a repetition, or a common word with a few characters"
        )
        decision &= refuse("password.patterned", clause, detail, REMEDY)
    return decision


def words_of(names: Iterable[str]) -> list[str]:
    """The words of some names that name somebody or something: no initials, and none that many trusts share."""
    found: dict[str, str] = {}
    for name in names:
        for word in re.findall(r"[^\W\d_]+", name.replace("'", "").replace("’", "")):
            found.setdefault(word.lower(), word)
    return [word for low, word in found.items() if len(low) > 2 and low not in OF_MANY]


def _contains(password: str, word: str) -> bool:
    """A long name anywhere; a short one only as a word of its own, for "Ann" is in "banner"."""
    word = word.lower()
    plain = password.lower()
    if len(word) > 4:
        return any(word in re.sub(r"[^\w]|_", "", text) for text in (plain, plain.translate(LOOKS_LIKE)))
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_a-zA-Z]+", password)
    return word in (part.lower() for part in parts)


def _core(password: str) -> str:
    """The word within: without the figures and signs around it, and with letters for what only looks like them."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password.lower()).translate(LOOKS_LIKE)


def _easy(password: str, names: Iterable[str]) -> bool:
    from zxcvbn import zxcvbn  # only now: its lists take half a second to read, and nearly no command needs them

    return int(zxcvbn(password[:MOST_LOOKED_AT], user_inputs=[part for name in names for part in [name, *name.split()]])["score"]) < SAFE


@cache
def common() -> frozenset[str]:
    """Django's list of 20,000, read once."""
    return frozenset(CommonPasswordValidator().passwords)


def names_of(user: User, *trusts: str) -> list[str]:
    """What a password of somebody may not be named after: themselves, their address, where they work and where they hold a role."""
    grants = RoleHeld.objects.filter(user_id=user.pk).values_list("organisation__name", "organisation__ods_code") if user.pk else ()
    at = user.person.organisation if user.person_id and user.person else None
    staff = [user.person.first_name, user.person.last_name, user.person.preferred_name] if at and user.person else []
    work = [at.name, at.ods_code] if at else []
    return [user.name, user.email.partition("@")[0].replace(".", " "), *staff, *work, *trusts, *(name for row in grants for name in row)]


class PasswordRule:
    """The rule as Django's forms ask for it."""

    def validate(self, password: str, user: Any = None) -> None:
        names = names_of(user) if isinstance(user, User) else []
        if reasons := may_use_password(password, names=names).reasons:
            raise ValidationError(". ".join([*(reason.detail for reason in reasons), REMEDY]))

    def get_help_text(self) -> str:
        return REMEDY

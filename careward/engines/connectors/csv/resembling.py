"""Columns under another heading than ours: "Last Login" is not read where `last_used_at` is missing, and that must not pass in silence."""

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

NEAR = 0.85  # how alike two headings are that differ by a letter or two
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_FILL = frozenset(
    ("at", "by", "current", "date", "datetime", "day", "dt", "in", "is", "most", "of", "on", "the", "time", "timestamp", "when", "utc")
)
_SAME = {
    word: concept
    for concept, words in {
        "use": "access accessed activity active log logged login logon logons seen sign signed signin signon used",
        "last": "latest recent",
        "end": "cease ceased ending ends ended finish finished leave leaver leaving left termination terminated term exit",
        "create": "created creation made opened added registered",
        "expire": "expires expiry expiration expiring valid validity",
        "employee": "staff personnel payroll person",
        "number": "no num nr id identifier",
        "birth": "birthday born dob",
        "mail": "email",
        "supervisor": "manager supervisors",
        "role": "roles profile profiles group groups permission permissions",
        "team": "teams unit units workgroup",
        "assignment": "assign asg",
        "status": "state",
        "position": "post",
        "return": "returned returning",
    }.items()
    for word in words.split()
}
# What people call a column beside its own name.
_ALSO: Mapping[str, tuple[str, ...]] = {
    "end_on": ("leaving date", "last working day", "last day", "contract end", "employment end", "assignment end", "end to"),
    "assignment_status": ("status", "employment status", "employee status", "post status"),
    "supervisor_employee_number": ("supervisor", "line manager", "line manager number", "manager number", "reports to"),
    "smartcard_uuid": ("smartcard", "smart card", "smartcard number", "uuid"),
    "display_name": ("full name", "name"),
    "email": ("mail address", "work email", "e-mail", "e-mail address"),
    "last_used_at": ("last logon", "last sign in", "last on", "last activity", "last used date", "logon last"),
    "created_on": ("account created", "user created", "create"),
    "expires_on": ("expire", "valid to", "valid until", "expire end", "end"),
    "to_on": ("end", "return", "back", "until"),
    "date_of_birth": ("birth",),
    "employee_number": ("employee", "employee number"),
    "declaration_signed_on": ("declaration", "declaration sign"),
    "exception_reason": ("exception",),
    "kind": ("account type", "type", "account kind"),
    "environment": ("env", "instance"),
}


def likeness(headings: Iterable[str], missing: Mapping[str, str]) -> dict[str, str]:
    """Each heading that nobody asked for and that resembles a missing column, with that column's heading; `missing`: ours to theirs."""
    left, found = dict(missing), {}
    for heading in headings:
        ours = next((name for name in left if _alike(heading, name, left[name])), None)
        if ours is not None:
            found[heading] = left.pop(ours)
    return found


def _alike(heading: str, ours: str, theirs: str) -> bool:
    if alike_in_meaning(heading, ours) or _concepts(heading) == _concepts(theirs) != frozenset():
        return True
    return nearly(heading, ours) or nearly(heading, theirs)


def alike_in_meaning(heading: str, ours: str) -> bool:
    """Whether a heading says what a column of ours does, in other words."""
    said = _concepts(heading)
    return bool(said) and any(said == _concepts(other) for other in (ours, *_ALSO.get(ours, ())))


def nearly(one: str, other: str) -> bool:
    """Whether two headings differ by a letter or two."""
    one, other = squeezed(one), squeezed(other)
    same_figures = [c for c in one if c.isdigit()] == [c for c in other if c.isdigit()]  # address_line_2 is not address_line_1
    return same_figures and SequenceMatcher(None, one, other).ratio() >= NEAR


def _concepts(heading: str) -> frozenset[str]:
    words = [w.lower() for w in _WORDS.findall(heading)]
    return frozenset(_SAME.get(w, w) for w in words if w not in _FILL)


def squeezed(heading: str) -> str:
    """The letters and figures of a heading, in small letters."""
    return "".join(c for c in heading.casefold() if c.isalnum())

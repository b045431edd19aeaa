"""Which of our columns a file's columns seem to be, and which of our words its words: offered with the reason, and never taken unseen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from careward.core.columns import Column, Feed
from careward.core.ids import spelt_plainly
from careward.engines.connectors.csv.headings import normal
from careward.engines.connectors.csv.resembling import alike_in_meaning, nearly, squeezed

LIKE = 0.75  # how alike two words of a closed list are at least
SAME, SO_CALLED, NEARLY = "It bears the same name", "Others call it so", "It is spelt almost the same"
# What extracts call a column beside what `resembling` knows. Wider than that: a suggestion is looked at before it counts.
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "username": (
        "user", "user id", "user name", "login", "login name", "login id", "logon", "logon name", "logon id", "account", "account name",
        "sam account name", "network id", "network login", "nt login", "windows login",
    ),
    "display_name": ("user full name", "staff name", "person name", "employee name", "surname and forename"),
    "employee_number": (
        "esr number", "esr employee number", "payroll number", "staff number", "assignment employee number", "personnel number",
        "staff id", "employee id", "emp no", "pay number",
    ),
    "assignment_number": ("esr assignment number", "assignment"),
    "first_name": ("forename", "given name", "christian name", "first names", "forenames", "known as forename"),
    "last_name": ("surname", "family name", "last names"),
    "preferred_name": ("known as", "preferred first name", "preferred forename"),
    "name": ("full name", "staff name", "employee name", "leaver", "leaver name", "employee"),
    "email": ("email", "email address", "mail", "work email address", "user principal name"),
    "status": ("account status", "user status", "enabled", "state", "account state", "account enabled", "active"),
    "roles": ("role", "user role", "role name", "access role", "security group", "security groups", "user profile", "access level"),
    "teams": ("team", "team name", "department", "ward", "unit", "caseload", "location"),
    "team": ("team name", "department", "ward", "organisation", "org l5", "cost centre name", "unit", "service"),
    "team_code": ("cost centre", "department code", "organisation code"),
    "directorate": ("division", "org l3", "care group", "service line", "business unit"),
    "job_role": ("role", "job", "occupation"),
    "position_title": ("job title", "post title", "title of post", "position"),
    "position_number": ("post number", "position id"),
    "staff_group": ("staff category", "occupational group"),
    "person_type": ("employee category", "person category", "employment type", "worker type", "user person type"),
    "start_on": (
        "start", "start date", "date started", "hire date", "date of joining", "commencement date", "assignment start date",
        "latest start date",
    ),
    "end_on": ("end date", "date left", "leaving date", "termination date", "actual termination date", "assignment end date"),
    "left_on": ("leaving date", "date left", "left", "termination date", "last day", "last working day", "end date"),
    "created_on": ("created", "date created", "creation date", "account created", "when created", "start date", "date added"),
    "last_used_at": ("last login", "last logon", "last logged in", "last access", "last used", "last logon timestamp"),
    "supervisor_employee_number": ("manager employee number", "supervisor number", "line manager employee number", "manager id"),
    "completed_on": ("completion date", "date completed", "achieved on", "attained date", "passed on", "date", "competence start"),
    "course_code": ("course", "competence", "competence name", "course name", "module", "training"),
    "result": ("outcome", "status", "pass or fail"),
    "postcode": ("post code", "zip"),
    "nhs_number": ("nhs no",),
    "address_line_1": ("address", "address line", "address 1", "street"),
    "kind": ("absence type", "absence reason", "leave type", "user type", "category"),
    "from_on": ("from", "start date", "absence start", "absence start date", "first day", "valid from", "start"),
    "to_on": ("to", "end date", "absence end", "absence end date", "return date", "valid to"),
    "approved_on": ("date approved", "approval date", "authorised on", "date authorised"),
    "approved_by_employee_number": ("approver", "approver number", "authorised by", "approved by"),
    "system": ("application", "system name", "system code"),
    "code": ("system code", "short name"),
    "title": ("salutation", "course title"),
    "reason": ("purpose", "justification", "business reason"),
    "owner_employee_number": ("owner", "owner number", "responsible person"),
}  # fmt: skip
# What extracts write for a word of a closed list; what could be meant in two ways is not here.
_WORDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("status", "active"): ("a", "act", "enabled", "enable", "live", "current", "open", "in use", "ok", "normal"),
    ("status", "locked"): ("l", "locked out", "disabled", "disable", "suspended", "inactive", "blocked", "frozen"),
    ("status", "closed"): ("c", "deleted", "removed", "terminated", "ended", "archived", "expired", "retired", "left", "leaver"),
    ("kind", "normal"): ("user", "standard", "person", "personal", "named", "staff", "n"),
    ("kind", "admin"): ("administrator", "privileged", "system administrator", "sysadmin", "super user", "superuser"),
    ("kind", "generic"): ("shared", "group", "ward", "shared account"),
    ("kind", "service"): ("system", "service account", "interface", "robot", "application"),
    ("result", "passed"): ("pass", "p", "achieved", "complete", "completed", "compliant", "attended"),
    ("result", "failed"): ("fail", "f", "not achieved", "not passed", "did not attend", "dna"),
    ("person_type", "employee"): ("permanent", "fixed term", "fixed term temp", "perm", "substantive", "staff", "emp", "locum"),
    ("person_type", "bank"): ("bank staff", "bank worker", "nhsp"),
    ("person_type", "agency"): ("agency worker", "agency staff", "temp"),
    ("person_type", "honorary"): ("honorary contract", "hon"),
    ("person_type", "contractor"): ("consultant contractor", "supplier", "third party"),
    ("assignment_status", "active"): ("active assignment", "a", "current", "acting up", "internal secondment", "in post"),
    ("assignment_status", "suspended"): ("suspend assignment", "suspended assignment", "suspend no pay", "suspend with pay"),
    ("assignment_status", "maternity"): ("maternity and adoption", "maternity leave", "adoption", "maternity adoption"),
    ("assignment_status", "long_term_absence"): ("career break", "long term sick", "sabbatical", "long term sickness"),
    ("assignment_status", "terminated"): ("leaver", "left", "ended", "terminate assignment", "end", "former"),
}  # fmt: skip

_YES_OR_NO = {**dict.fromkeys(("y", "yes", "true", "1"), "active"), **dict.fromkeys(("n", "no", "false", "0"), "locked")}
_IN_USE = frozenset(("enabled", "accountenabled", "active", "inuse"))


def matches(feed: Feed, headings: Sequence[str]) -> dict[int, tuple[str, str]]:
    """By the place of a heading: which of the feed's columns it seems to be, and why. No two are one, and the surest come first."""
    found: dict[int, tuple[str, str]] = {}
    taken: set[str] = set()
    for place, column, why in _by_sureness(feed, headings):
        if place not in found and column not in taken:
            found[place] = (column, why)
            taken.add(column)
    return found


def _by_sureness(feed: Feed, headings: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Every pair that may be one, the surest first; of equals in the order of our columns, then of theirs."""
    firsts = {normal(h): place for place, h in reversed(list(enumerate(headings))) if normal(h)}  # of a heading that comes twice the first
    for why, fits in _KINDS:
        for name in feed.names:
            yield from ((place, name, why) for place in sorted(firsts.values()) if fits(headings[place], name))


def _so_called(heading: str, name: str) -> bool:
    return alike_in_meaning(heading, name) or squeezed(heading) in map(squeezed, _OTHERS.get(name, ()))


def _same(heading: str, name: str) -> bool:
    return squeezed(heading) == squeezed(name)


_KINDS: tuple[tuple[str, Callable[[str, str], bool]], ...] = ((SAME, _same), (SO_CALLED, _so_called), (NEARLY, nearly))


def word_for(column: Column, heading: str, word: str, words: Sequence[str] = ()) -> str:
    """Which of our words another may mean, of the column's own or of a longer list; "" where nobody can say."""
    spelt = spelt_plainly(word)
    if spelt in _YES_OR_NO:  # of a column called Disabled it would mean the other
        says_so = column.name == "status" and squeezed(heading) in _IN_USE
        return _YES_OR_NO[spelt] if says_so else ""
    ours = {spelt_plainly(w): w for w in words or column.words}
    for each in column.words:
        if spelt in map(spelt_plainly, _WORDS.get((column.name, each), ())):
            return each
    return next((ours[near] for near in get_close_matches(spelt, ours, 1, LIKE)), "")

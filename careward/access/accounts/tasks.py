"""The task each finding raises: its words, who does it, and by when. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from careward.web.words import written_out
from careward.work.tasks import questions
from careward.work.tasks.questions import Question

ANSWERED_NOBODY = ("account.unmatched", "account.ambiguous")
OF_A_PERSON = ("training.missing", "training.expired", "registration.lapsed")  # one task however many accounts it touches


@dataclass(frozen=True, slots=True)
class Cause:
    """A finding as its task needs it."""

    code: str
    topic: str
    step: str
    detail: str
    system_code: str
    system_name: str
    environment: str
    username: str
    employee_number: str
    holder: str  # the person's name, or empty where nobody is matched
    who: str  # the role that acts
    course: str = ""  # the title of the course, where the topic is one

    @property
    def where(self) -> str:
        return self.system_name if self.environment == "live" else f"{self.system_name} ({self.environment})"

    @property
    def whose(self) -> str:
        return self.holder or self.username


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    why: str
    otherwise: str


def key_of(cause: Cause) -> str:
    """What the task is about. One task serves all findings of an account with the same step, and of a person's one course."""
    if cause.code in OF_A_PERSON and cause.employee_number:
        return f"person/{cause.employee_number}/{cause.code.split('.')[0]}/{cause.topic}"
    if cause.code == "feed.unsafe":
        return f"system/{cause.system_code}/unsafe"
    return f"account/{cause.system_code}/{cause.environment}/{cause.username}/{group_of_step(cause.step, cause.code, cause.who)}"


def group_of_step(step: str, code: str, who: str) -> str:
    """Lock and close are one piece of work of one role on an account, as are changes of its rights; each question stands alone.

    One about an approval does so where it would lock, too: approved, there is nothing to lock.
    """
    if code == UNAPPROVED:
        return code
    if step not in ("lock", "close", "amend"):
        return step if step == "warn" else code
    group = "rights" if step == "amend" else "shut"
    return group if who == "system_administrator" else f"{group}/{who}"


def words(cause: Cause, *, locks_on: date | None = None) -> Words:
    """What the task says: a title that begins with a verb, why it is yours, what follows if nobody acts."""
    shut = cause.code in ANSWERED_NOBODY and cause.step in ("lock", "close")  # it was asked, and answered
    own = _TITLES_OF_ASKING.get(cause.code) if cause.step == "ask" else None
    title = own or (not shut and _TITLES.get(cause.code)) or _TITLES_BY_STEP[cause.step]
    because = (
        "Yours because you manage {holder}."
        if cause.who == "line_manager" and cause.holder
        else _BECAUSE.get(cause.who, "Yours by your role.")
    )
    otherwise = ""
    if cause.step == "warn" and locks_on:
        otherwise = f"If you do nothing, the account is locked on {locks_on.day} {locks_on:%B %Y}."
    account = f", account {cause.username}" if cause.holder else ""  # somebody may have two on one system
    facts = {
        "which": f"{cause.whose} on {cause.where}{account}",
        "account": account,
        "whose": cause.whose,
        "where": cause.where,
        "holder": cause.holder,
        "username": cause.username,
        "topic": cause.course or cause.topic,
    }
    return Words(title.format(**facts), f"{because.format(**facts)} {written_out(cause.detail)}.", otherwise)


UNAPPROVED = "account.generic_unapproved"
ANSWERED = "accounts.answered"  # the errand that follows an answer


def question(cause: Cause) -> Question | None:
    """What the task asks, where it ends by an answer; None where something is to be done in the system, or decided elsewhere."""
    if not asks(cause.code, cause.step):
        return None
    asking = _QUESTIONS.get(cause.code, _arranged)
    return replace(asking(cause), tells=ANSWERED)


def asks(code: str, step: str) -> bool:
    """Whether the task of such a finding ends by an answer."""
    return code != "feed.unsafe" and (step in ("warn", "ask") or (step == "lock" and code == UNAPPROVED))


def _arranged(cause: Cause) -> Question:
    return questions.arranged(f"When will this be put right for {cause.whose} on {cause.where}?")


def _approval(cause: Cause) -> Question:
    """One that is to be locked is locked, or approved; of one that is only asked about it may also be said by when."""
    also = () if cause.step == "lock" else (questions.ARRANGED,)
    return questions.approval(f"Until when should {cause.username} on {cause.where} be approved, and who answers for it?", also=also)


_QUESTIONS: dict[str, Callable[[Cause], Question]] = {
    "account.inactive": lambda c: questions.still_needed(f"{c.where} for {c.whose}"),
    "account.absent": lambda c: questions.still_needed(f"{c.where} for {c.whose}"),
    "access.mover": lambda c: questions.still_needed(f"what {c.whose} has on {c.where}"),
    "account.leaver": lambda c: questions.has_gone(c.whose),
    "account.unmatched": lambda c: questions.whose(f"account {c.username} on {c.where}"),
    "account.ambiguous": lambda c: questions.whose(f"account {c.username} on {c.where}"),
    UNAPPROVED: _approval,
    "account.owner_left": lambda c: questions.new_owner(f"{c.username} on {c.where}"),
}
_TITLES_BY_STEP = {
    "warn": "Say whether {whose} still needs {where}{account}",
    "lock": "Lock {which}",
    "close": "Close {which}",
    "amend": "Put the rights of {which} right",
    "ask": "Look at {which}",
}
_TITLES = {
    "account.unmatched": "Find out whose account {username} on {where} is",
    "account.ambiguous": "Say whose account {username} on {where} is",
    "account.duplicate": "Decide which account {whose} keeps on {where}",
    "account.contradicted": "Find out whether {which} is open",
    "account.use_unknown": "Find out when {whose} last used {where}{account}",
    "account.generic_unapproved": "Lock {username} on {where}, or have it approved",
    "account.owner_left": "Find a new owner for {username} on {where}",
    "account.admin_unapproved": "Have the administrator rights of {which} approved, or remove them",
    "authorisation.missing": "Say whether {whose} should have {where}{account}",
    "environment.unauthorised": "Lock {which}, or authorise it",
    "training.missing": "Ask {whose} to do the training: {topic}",
    "training.expired": "Ask {whose} to renew the training: {topic}",
    "registration.lapsed": "Check the professional registration of {whose}",
    "feed.unsafe": "Decide whether the change to {where} may go ahead",
}
_TITLES_OF_ASKING = {  # where the same trouble locks at other times
    "account.absent": "Say whether {whose} needs {where} while away{account}",
    "account.leaver": "Find out whether {whose} has left, and still needs {where}{account}",
    "account.generic_unapproved": "Have {username} on {where} approved",
    "environment.unauthorised": "Find out who authorised {which}",
    "authorisation.expired": "Find out until when {whose} may use {where}{account}",
}
_BECAUSE = {
    "system_administrator": "Yours because you administer {where}.",
    "head_of_ig": "Yours because information governance says who answers for a shared account.",
    "trust_administrator": "Yours because a change this large needs a named person.",
    "line_manager": "Yours because nobody is recorded as this person's manager.",
}

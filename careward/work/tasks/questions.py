"""Questions that a task ends by: their options as data, what must be said with each, and whether an answer fits. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from careward.core.decision import ALLOWED, Decision, refuse
from careward.core.room import SubjectFacts

UNTIL, NUMBER, REASON = "until", "number", "reason"  # what may have to be said with an answer
PASSING = ("not_mine", "cannot")  # answers after which the task is still to be done


@dataclass(frozen=True, slots=True)
class AnswerOption:
    """One answer. `asks` names what must be said with it; `person` is the one it names, with `number` to prove it."""

    answer: str  # still_needed, not_needed, gone, is, nobody, approve, arranged, cannot, not_mine
    words: str
    asks: tuple[str, ...] = ()
    day_words: str = ""  # what the day means, where one is asked
    person: int | None = None

    @property
    def choice(self) -> str:
        """How the page names it: each candidate apart."""
        return f"{self.answer}-{self.person}" if self.person else self.answer


@dataclass(frozen=True, slots=True)
class Question:
    """What a task asks. `tells` names an errand of the asking room, raised when it is answered."""

    kind: str
    words: str
    options: tuple[AnswerOption, ...]
    tells: str = ""
    facts: tuple[tuple[str, str], ...] = ()  # of what it asks about, as the page shows them
    note: str = ""  # what an answer does, and how far
    at_most: date | None = None  # the last day that "still needed" moves anything to

    def as_data(self) -> dict[str, Any]:
        """The question as plain values, to keep with its task."""
        options = [
            {"answer": o.answer, "words": o.words, "asks": list(o.asks), "day_words": o.day_words, "person": o.person} for o in self.options
        ]
        return {"kind": self.kind, "words": self.words, "options": options, "tells": self.tells}


def from_data(data: Mapping[str, Any] | None) -> Question | None:
    """A question as it was kept; None where a task has none."""
    if not data:
        return None
    options = (AnswerOption(o["answer"], o["words"], tuple(o["asks"]), o["day_words"], o["person"]) for o in data["options"])
    return Question(data["kind"], data["words"], tuple(options), data["tells"])


CANNOT = AnswerOption("cannot", "It cannot be done or said, because", (REASON,))
NOT_MINE = AnswerOption("not_mine", "This task is not mine, it is somebody else's", (NUMBER,))
STILL = AnswerOption("still_needed", "Yes, until", (UNTIL,), "The last day it is needed")


def _asking(kind: str, words: str, *options: AnswerOption) -> Question:
    return Question(kind, words, (*options, NOT_MINE, CANNOT))


def shown(question: Question, told: SubjectFacts) -> Question:
    """A question as its page shows it: with the facts of what it asks about, and before "somebody else" whose it may be."""
    named = tuple(AnswerOption("is", words, person=number) for number, words in told.candidates) if question.kind == "whose" else ()
    note, at_most = (told.note, told.at_most) if question.kind in ("still_needed", "approval") else ("", None)
    return replace(question, options=(*named, *question.options), facts=told.facts, note=note, at_most=at_most)


def shown_data(question: Question | None) -> dict[str, Any] | None:
    """All of a question that an answer is bound to. How far an answer moves a lock counts on from the day and is not among it."""
    return {**question.as_data(), "facts": [list(f) for f in question.facts]} if question else None


def still_needed(what: str) -> Question:
    """Whether an account or a right is still needed: yes until a day, no, or its holder has gone."""
    gone = AnswerOption("gone", "They have gone", (UNTIL,), "Their last day")
    return _asking("still_needed", f"Is {what} still needed?", STILL, AnswerOption("not_needed", "No, it can be locked"), gone)


def has_gone(whom: str) -> Question:
    """Whether somebody has left."""
    gone = AnswerOption("gone", "Yes, they have gone", (UNTIL,), "Their last day")
    return _asking("has_gone", f"Has {whom} left?", gone, replace(STILL, words="No, they need it until"))


def whose(what: str) -> Question:
    """Whose an account is: somebody, or nobody. Its page offers whose it may be, found when it is shown."""
    return _asking("whose", f"Whose is {what}?", AnswerOption("is", "Somebody else's", (NUMBER,)), AnswerOption("nobody", "Nobody's"))


def new_owner(what: str) -> Question:
    """Who answers for a shared account whose owner has left."""
    return _asking(
        "new_owner",
        f"Who answers for {what} now?",
        AnswerOption("is", "This person", (NUMBER,)),
        AnswerOption("not_needed", "Nobody needs it"),
    )


ARRANGED = AnswerOption("arranged", "It is arranged for", (UNTIL,), "The day it is arranged for")


def arranged(what: str) -> Question:
    """Until when something will be put right."""
    return _asking("arranged", what, ARRANGED)


def approval(what: str, *, also: tuple[AnswerOption, ...] = ()) -> Question:
    """Until when, with whom answering for it and why something is to be approved: somebody else then decides."""
    ask = AnswerOption("approve", "Ask to have it approved until", (UNTIL, NUMBER, REASON), "The last day it is to be approved for")
    return _asking("approval", what, ask, *also)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as somebody gave it."""

    choice: str = ""
    until: date | None = None
    number: str = ""
    reason: str = ""


def option_of(question: Question, choice: str) -> AnswerOption | None:
    return next((o for o in question.options if o.choice == choice), None)


def fits(question: Question | None, given: Given, *, today: date, known: bool) -> Decision:
    """Whether an answer can be taken: it is one of the question's, and says all that goes with it. `known`: the number is somebody's.

    Each reason's code begins with the name of the field it is about.
    """
    if question is None:
        return refuse("choice.missing", "house", "This task asks nothing", "Say that it is done")
    option = option_of(question, given.choice)
    if option is None:
        return refuse("choice.missing", "house", "Nothing is chosen", "Choose an answer")
    decision = ALLOWED
    if UNTIL in option.asks:
        decision &= _day(option, given.until, today)
    if NUMBER in option.asks and not known:
        what = "There is nobody of that staff number" if given.number.strip() else "No staff number is given"
        decision &= refuse("number.missing", "house", what, "Enter a staff number from the staff record")
    if option.answer == CANNOT.answer and not given.reason.strip():  # of any other, the room whose question it is weighs the reason
        decision &= refuse("reason.missing", "house", "Nothing says why", "Say why it cannot be done")
    return decision


def _day(option: AnswerOption, until: date | None, today: date) -> Decision:
    if until is None:
        return refuse("until.missing", "house", f"{option.day_words} is not given", "Enter a day, like 30 11 2026")
    if option.answer != "gone" and until < today:
        return refuse("until.past", "house", "That day has passed", "Enter today or a later day")
    return ALLOWED


def in_words(answer: str, *, until: date | None, whom: str, reason: str, kind: str = "", at_most: date | None = None) -> str:
    """An answer in a sentence, for the task's history; one that goes further than it may move a lock says how far it does."""
    day = f"{until.day} {until:%B %Y}" if until else ""
    short = f"; its lock moves to {at_most.day} {at_most:%B %Y}, the furthest it may" if until and at_most and at_most < until else ""
    said = {
        "still_needed": f"Still needed until {day}{short}", "not_needed": "Not needed any more", "gone": f"Gone, last day {day}",
        "is": f"{whom} answers for it" if kind == "new_owner" else f"It is {whom}'s", "nobody": "It is nobody's",
        "approve": f"To be approved until {day}, with {whom} answering for it: {reason}",
        "arranged": f"Arranged for {day}", "cannot": f"It cannot be done: {reason}", "not_mine": f"It is {whom}'s to do",
    }  # fmt: skip
    return said[answer]

"""The acts on many things at once: what each asks for, what it does, and what is said of it; for tasks, and for what tasks are about."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from careward.web.house import house
from careward.web.permission import Viewer
from careward.work.tasks import queries, together, words
from careward.work.tasks.answers_together import answer_together
from careward.work.tasks.forms import AnswerForm, TogetherForm
from careward.work.tasks.questions import PASSING, Question
from careward.work.tasks.together import Chosen, Together
from careward.work.tasks.worklists import LONGEST, MOST, Choosing

NOTHING_ASKED = Question("", "", ())  # where none of what was ticked can be answered: each says why
ACTS = ("done", "answer", "give", "note")
Typed = Mapping[str, Any] | None


def one_of(act: str) -> str:
    return act if act in ACTS else ACTS[0]


def ticked(given: Any, name: str) -> dict[int, str]:
    """The numbers of what was ticked, each with the digest of what was shown of it, where it was shown already."""
    each = given.getlist(name) + (given.get("of", "").split() if given.get("all") else [])
    pairs = (one.partition("-") for one in each[: 2 * MOST])
    found = {int(number): digest for number, _, digest in pairs if number.isascii() and number.isdigit() and len(number) <= LONGEST}
    return dict(list(found.items())[:MOST])


def form_of(act: str, seen: Choosing, typed: Typed) -> AnswerForm | TogetherForm:
    """The form of one act on many."""
    if act == "answer":
        return AnswerForm(seen.question or NOTHING_ASKED, typed)
    return TogetherForm(act, seen.offered, seen.given, typed)


def deed(act: str, form: AnswerForm | TogetherForm, seen: Choosing, viewer: Viewer) -> Callable[[Chosen], Together]:
    """What a form that was filled in does to some tasks."""
    facts: dict[str, Any] = {
        "organisation_id": viewer.organisation_id, "doer": queries.doer_of(viewer), "now": viewer.now, "by": viewer.actor,
    }  # fmt: skip

    def do(chosen: Chosen) -> Together:
        return _acted(act, form, seen)(chosen=chosen, **facts)

    return do


def _acted(act: str, form: AnswerForm | TogetherForm, seen: Choosing) -> Callable[..., Together]:
    if isinstance(form, AnswerForm):
        return partial(answer_together, kind=seen.question.kind if seen.question else "", given=form.given())
    if act == "done":
        return partial(together.say_done_together, evidence=form.cleaned_data["evidence"])
    if act == "give":
        return partial(together.give_together, to=form.whom, why=form.cleaned_data["why"], receivers=seen.receivers)
    return partial(together.note_together, note=form.cleaned_data.get("note", ""))


def follows(act: str, form: AnswerForm | TogetherForm, outcome: Together, viewer: Viewer) -> str:
    """What becomes of what was done."""
    if act == "done":
        names = house().systems(organisation_id=viewer.organisation_id)
        return words.will_show(outcome.kinds, viewer.pack.findings, outcome.systems, names, many=len(outcome.done) != 1)
    if not isinstance(form, AnswerForm):
        return words.FOLLOWS[act]
    choice = form.given().choice
    return words.TO_DECIDERS if choice == "approve" else words.FOLLOWS["give" if choice in PASSING else act]

"""A form asked over pages: one question a page with Back, or all on one page; then the answers to check, and the act, once.

What is answered is kept on the server as it goes (Drafts), so no answer stands in an address, and it can be gone on with elsewhere.
A room gives the pages two addresses of one name, without a step and with `<slug:step>`, and a Room.forms that leads back to them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from careward.core import forms
from careward.core.decision import Reason, Refused
from careward.core.forms import Answer, Answers, Form, FormQuestion, Known
from careward.web.acts import typed
from careward.web.questions import QuestionForm, in_words

Act = Callable[[Answers, frozenset[str]], str]  # act(answers, lifted refusals): acts, and returns what to say
CHECK, THROW_AWAY = "check", "throw-away"


@dataclass(frozen=True, slots=True)
class DraftAnswers:
    """What somebody has answered of a form so far."""

    number: int
    answers: Answers
    changed_at: datetime
    kept_until: date


class Drafts(Protocol):
    """Where one person's answers to one form are kept."""

    def read(self) -> DraftAnswers | None: ...

    def keep(self, answers: Answers) -> None: ...

    def throw_away(self) -> None: ...

    def finish(self, *, seen: str, do: Callable[[Answers], str]) -> str | None:
        """Does what is asked and lets the draft go, in one transaction; None where it is gone already. Refused where it changed since."""


@dataclass(frozen=True)
class Asking:
    """How a form is asked by its room. `second_words`: refusals, by code, that somebody may lift by ticking these words."""

    form: Form
    url: str
    to: str  # the name of the page one is led to afterwards
    button: str  # "Give the role"
    refused: str  # "The role cannot be given"
    section: str  # the menu's entry that it belongs to
    back: str  # what the page `to` is called: "Roles held"
    note: str = ""  # what is told beside the button
    second_words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sitting:
    """One request for a form: who asks what, with what is answered so far."""

    request: HttpRequest
    asking: Asking
    drafts: Drafts
    known: Known
    do: Act
    preset: Answers
    draft: DraftAnswers | None

    @property
    def form(self) -> Form:
        return self.asking.form

    @property
    def answers(self) -> dict[str, Answer]:
        return forms.kept(self.form, self.draft.answers) if self.draft else {}

    def address(self, step: str = "") -> str:
        return reverse(self.asking.url, args=[step] if step else [])

    def onward(self, answers: Answers) -> str:
        """The first question still to answer, or the page of answers."""
        left = forms.missing(self.form, answers, self.known)
        return self.address("" if left and self.form.one_page else left[0].id if left else CHECK)

    def page(self, template: str, status: int = 200, **more: Any) -> HttpResponse:
        facts = {"asking": self.asking, "draft": self.draft, "start": self.address(), "check": self.address(CHECK)}
        facts.update(to=reverse(self.asking.to), throw_away=self.address(THROW_AWAY))
        return render(self.request, template, {**facts, **more}, status=status)


def ask(
    request: HttpRequest,
    step: str,
    asking: Asking,
    *,
    drafts: Drafts,
    known: Known,
    do: Act,
    preset: Answers | None = None,
) -> HttpResponse:
    """The page of one step of a form: "" to begin or go on, a question by its id, the answers to check, or throwing them away.

    `preset`: what a box holds before it is answered.
    """
    sitting = Sitting(request, asking, drafts, known, do, preset or {}, drafts.read())
    if step == THROW_AWAY:
        return _throw_away(sitting)
    if step == CHECK:
        return _check(sitting)
    if not step:
        return _whole(sitting) if asking.form.one_page else _begin(sitting)
    if (question := asking.form.question(step)) is None:
        raise Http404("no such question")
    if asking.form.one_page or question not in forms.asked(asking.form, sitting.answers):
        return redirect(sitting.onward(sitting.answers))
    return _question(sitting, question)


def _begin(sitting: Sitting) -> HttpResponse:
    if sitting.draft is None:
        return redirect(sitting.onward({}))
    return sitting.page("web/forms/begun.jinja", onward=sitting.onward(sitting.answers))


def _whole(sitting: Sitting) -> HttpResponse:
    """Every question on one page; what may stand can be kept for later."""
    form = _boxes(sitting, sitting.form.questions)
    if form.is_bound:
        fits = form.is_valid()
        if "later" in sitting.request.POST:
            sitting.drafts.keep(form.answers)
            messages.success(sitting.request, "Your answers are kept. You find them under My work.")
            return redirect(sitting.asking.to)
        if fits:
            sitting.drafts.keep(form.answers)
            return redirect(sitting.address(CHECK))
    return sitting.page("web/forms/whole.jinja", 422 if form.errors else 200, form=form)


def _question(sitting: Sitting, question: FormQuestion) -> HttpResponse:
    form = _boxes(sitting, (question,))
    if form.is_bound and form.is_valid():
        sitting.drafts.keep(form.answers)
        return redirect(sitting.onward(form.answers))
    earlier = forms.before(sitting.form, sitting.answers, question.id)
    back = sitting.address(earlier.id) if earlier else reverse(sitting.asking.to)
    title = next(s.title for s in sitting.form.sections if question in s.questions)
    return sitting.page("web/forms/question.jinja", 422 if form.errors else 200, form=form, question=question, back=back, caption=title)


def _boxes(sitting: Sitting, ask: tuple[FormQuestion, ...]) -> QuestionForm:
    return QuestionForm(
        typed(sitting.request), form=sitting.form, ask=ask, so_far=sitting.answers, known=sitting.known, preset=sitting.preset
    )


def _check(sitting: Sitting) -> HttpResponse:
    """The answers to check; sent from there, the act is done once, for exactly the answers that were seen."""
    reasons: tuple[Reason, ...] = ()
    if sitting.draft is not None and forms.missing(sitting.form, sitting.answers, sitting.known):
        return redirect(sitting.onward(sitting.answers))
    lifted = frozenset(sitting.request.POST.getlist("knowingly")) & sitting.asking.second_words.keys()
    if sitting.request.method == "POST":
        try:
            done = sitting.drafts.finish(
                seen=sitting.request.POST.get("seen", ""), do=lambda answers: sitting.do(forms.kept(sitting.form, answers), lifted)
            )
        except Refused as refused:
            reasons = tuple(refused.decision.reasons)
        else:
            return _done(sitting, done)
    if sitting.draft is None:
        return redirect(sitting.address())
    return _answers_page(sitting, sitting.draft, reasons, lifted)


def _done(sitting: Sitting, done: str | None) -> HttpResponse:
    if done is None:
        messages.warning(sitting.request, "These answers were sent already, or thrown away. Nothing was done a second time.")
    else:
        messages.success(sitting.request, done)
    return redirect(sitting.asking.to)


def _answers_page(sitting: Sitting, draft: DraftAnswers, reasons: tuple[Reason, ...], lifted: frozenset[str]) -> HttpResponse:
    codes = {r.code for r in reasons} | lifted
    return sitting.page(
        "web/forms/check.jinja",
        409 if reasons else 200,
        reasons=reasons,
        sections=_sections(sitting),
        seen=forms.digest(draft.answers, number=draft.number),
        second_words={code: words for code, words in sitting.asking.second_words.items() if code in codes},
        lifted=lifted,
        back=sitting.address() if sitting.form.one_page else _last(sitting),
    )


def _last(sitting: Sitting) -> str:
    question = forms.before(sitting.form, sitting.answers, CHECK)
    return sitting.address(question.id if question else "")


def _sections(sitting: Sitting) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Each section with its rows: what was asked in short, the answer in words, and where to change it."""
    open_ = forms.asked(sitting.form, sitting.answers)
    rows = [(s.title, [_row(sitting, q) for q in s.questions if q in open_]) for s in sitting.form.sections]
    return [(title, found) for title, found in rows if found]


def _row(sitting: Sitting, question: FormQuestion) -> tuple[str, str, str]:
    return question.short, in_words(question, sitting.answers[question.id], sitting.known), _change(sitting, question)


def _change(sitting: Sitting, question: FormQuestion) -> str:
    return f"{sitting.address()}#id_{question.id}" if sitting.form.one_page else sitting.address(question.id)


def _throw_away(sitting: Sitting) -> HttpResponse:
    if sitting.request.method != "POST":
        return redirect(sitting.address())
    sitting.drafts.throw_away()
    messages.success(sitting.request, "Thrown away. Nothing of what you had answered is kept.")
    return redirect(sitting.asking.to)

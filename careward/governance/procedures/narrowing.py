"""What one page of a procedure shows of it: the view chosen, the words sought, and who acts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from careward.governance.procedures import rules
from careward.governance.procedures.queries import Duty, Procedure, SectionView
from careward.governance.procedures.rules import DutyFigures
from careward.web.asked import VIEW

LONGEST = 100


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the address asks for; what it does not know is left out."""

    show: str = ""
    words: str = ""
    who: str = ""
    view: str = ""  # the number under which the words are kept

    @property
    def narrowed(self) -> bool:
        return bool(self.show or self.words or self.who)

    @property
    def narrowed_by(self) -> tuple[str, ...]:
        """The names of what narrows it."""
        return tuple(name for name, value in (("show", self.show), ("words", self.words), ("who", self.who)) if value)

    def address(self, **changes: str) -> str:
        asked = replace(self, **changes)
        words = (VIEW, asked.view) if asked.view and asked.words else ("words", asked.words)
        pairs = [(name, value) for name, value in (("show", asked.show), words, ("who", asked.who)) if value]
        return f"?{urlencode(pairs)}" if pairs else "?"


@dataclass(frozen=True, slots=True)
class View:
    """One of the views above the list, with how many duties it shows."""

    words: str
    href: str
    count: int
    current: bool


def parse(given: Mapping[str, str], procedure: Procedure) -> Narrowing:
    show, who = given.get("show", ""), given.get("who", "")
    return Narrowing(
        show=show if show in rules.VIEWS else "",
        words=" ".join(given.get("words", "").replace("\0", " ").split())[:LONGEST],
        who=who if who in actors(procedure) else "",
        view=given.get(VIEW, ""),
    )


def actors(procedure: Procedure) -> tuple[str, ...]:
    """Everyone who acts under a document, by name."""
    return tuple(sorted({d.clause.actor for d in procedure.duties}))


def matches(duty: Duty, asked: Narrowing) -> bool:
    """Whether a duty is shown: every word stands in its number, its duty or who acts."""
    text = f"{duty.clause.id} {duty.clause.duty} {duty.clause.actor}".casefold()
    in_view = duty.mark in rules.VIEWS[asked.show]
    return in_view and asked.who in ("", duty.clause.actor) and all(word in text for word in asked.words.casefold().split())


def narrowed(procedure: Procedure, asked: Narrowing) -> tuple[SectionView, ...]:
    """The sections with the duties that are asked for; a section that has none is left out."""
    if not asked.narrowed:
        return procedure.sections
    sections = ((s, tuple(d for d in s.duties if matches(d, asked))) for s in procedure.sections)
    return tuple(replace(s, duties=duties, figures=rules.figures(duties)) for s, duties in sections if duties)


def views(figures: DutyFigures, asked: Narrowing) -> tuple[View, ...]:
    """The views, each with its count; one that would be empty is left out, unless it is the one shown."""
    every = (
        ("All", "", figures.duties),
        ("To put right", "fix", figures.to_put_right),
        ("Late", "late", figures.late),
        ("Kept", "kept", figures.kept if asked.show == "kept" else 0),  # health is quiet: the number in the opening sentence leads here
        ("In part", "part", figures.part),
        ("Not counted", "uncounted", figures.uncounted),
        ("Not covered", "absent", figures.absent),
    )
    return tuple(View(words, asked.address(show=show), n, asked.show == show) for words, show, n in every if n or asked.show == show)

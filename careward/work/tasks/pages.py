"""What the worklist can be asked."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

from django.db.models import Q

from careward.core.packs.pack import HOUSE_PACK
from careward.core.packs.pack import load as load_pack
from careward.core.roles import ROLES
from careward.web.lists import Choice, ColumnHead, Listing, Option, Text
from careward.web.words import day
from careward.work.tasks.words import BY_STEP

TASK_HEADS = ("Task", "Why", "Who acts", "System", "Step", "Due", "Raised", "State", "Times reopened", "Clause")


@cache
def kind_words(kind: str) -> str:
    """What a task of a kind is about: what is found by that name is called, or the kind itself."""
    found = load_pack(HOUSE_PACK).findings
    return found[kind].title if kind in found else kind.replace(".", ": ").replace("_", " ").capitalize()


def _by_words(options: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(sorted((Option(*pair) for pair in options.items()), key=lambda o: o.words))


def tasks(
    sorts: tuple[tuple[str, str, str], ...], *, systems: Mapping[str, str], mine: Q, lately: datetime, last_here: date | None = None
) -> Listing:
    """The list of tasks; what is done shows for a while. `sorts` are the kinds there are, each with its system and step.

    `last_here` is the day after which a task is new to whoever looks.
    """
    kinds, codes, steps = ({row[n] for row in sorts} for n in range(3))
    return Listing(
        noun="tasks",
        size=40,  # each row says why it is somebody's
        columns=(
            ColumnHead("Task", "task", ("title",), upward="Task"),
            ColumnHead("Who acts", "who", ("role",), upward="Who acts"),
            ColumnHead("Due", "due", ("due_on",), upward="Due, soonest first", downward="Due, latest first"),
            ColumnHead("Clause"),
        ),
        filters=(
            Text("q", "Words of the task", ("title",)),
            _state(lately),
            Choice("role", "Who acts", tuple(Option(r, role.title) for r, role in ROLES.items()), field="role", any_words="Anyone"),
            Choice("whose", "Whose", (Option("mine", "Yours"),), wheres={"mine": mine}, any_words="Anybody's"),
            Choice("system", "System", _by_words({c: systems.get(c, c) for c in codes if c}), field="system_code"),
            Choice("step", "What is to be done", _by_words({s: words for s, words in BY_STEP.items() if s in steps}), field="step"),
            Choice("kind", "What is wrong", _by_words({k: kind_words(k) for k in kinds}), field="kind"),
            *_since(last_here),
        ),
        sort="due",
        kind="tasks",
        none_yet="Nothing to do.",
    )


def _state(lately: datetime) -> Choice:
    return Choice(
        "state",
        "State",
        (
            Option("open", "To do"),
            Option("said_done", "Said to be done, not yet read back"),
            Option("answered", "Answered, not yet read back"),
            Option("closed", "Done in the last 30 days"),
            Option("reopened", "Opened again"),
        ),
        field="state",
        wheres={"closed": Q(state="closed", closed_at__gte=lately), "reopened": Q(state="open", times_reopened__gt=0)},
        preset="open",
        any_words="Any",
    )


def _since(last_here: date | None) -> tuple[Choice, ...]:
    """What is new since whoever looks was last here, where that is known."""
    if last_here is None:
        return ()
    new = Option("new", f"Since you were last here, {day(last_here)}")
    return (Choice("came", "Came", (new,), wheres={"new": Q(raised_on__gt=last_here)}, any_words="Any day"),)

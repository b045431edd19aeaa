"""State machines: the database holds their states and no others, each state is reached and left, and each move is really asked."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps
from django.db.models import CheckConstraint, Model, Q, TextField

from careward.access.accounts.models import Account
from careward.access.accounts.rules.states import ACCOUNT
from careward.config.rooms import house
from careward.core.machine import Machine, Move
from careward.evidence.moves.kinds import HISTORY, Kind

CAREWARD = Path(__file__).resolve().parents[2] / "careward"


def _kinds() -> Iterator[Kind]:
    for app in apps.get_app_configs():
        if isinstance(app.models_module, ModuleType):
            yield from (v for v in vars(app.models_module).values() if isinstance(v, Kind))


KINDS = list(_kinds())
EACH_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.thing)
HELD_BY = {k.machine: (k.model, k.state) for k in KINDS} | {ACCOUNT: (Account, "status")}  # an account is only observed
MACHINES = pytest.mark.parametrize("machine", HELD_BY, ids=lambda m: m.name)


def test_the_rooms_give_the_house_every_machine_there_is():
    """Every table of states that some module holds is held by a model, given by its room, and so drawn in the docs."""
    assert {m.name for m in house().machines} == {m.name for m in HELD_BY}
    told = "\n".join(p.read_text(encoding="utf-8") for p in CAREWARD.rglob("*.py"))
    assert len(re.findall(r"^[A-Z_]+ = Machine\(", told, re.MULTILINE)) == len(HELD_BY)


def faults(machine: Machine) -> list[str]:
    """What is wrong with a table of states: never reached, a dead end that is no end, or no way to any end."""
    states = set(machine.states)
    return (
        [f"{s} is never reached" for s in sorted(states - machine.reachable())]
        + [f"{s} is a dead end and not said to be an end" for s in sorted(machine.dead_ends - machine.ends)]
        + [f"{s} leads to no end" for s in sorted(states) if not machine.reachable(s) & machine.ends]
        + [f"{s} is an end and no state" for s in sorted(machine.ends - states)]
    )


@MACHINES
def test_every_state_is_reached_and_leads_to_an_end(machine: Machine):
    assert faults(machine) == []


def test_a_bad_table_is_seen():
    go = Move("go", frozenset({"a"}), "b", "clock")
    astray = Move("stray", frozenset({"c"}), "b", "clock")
    assert faults(Machine("m", "a", (go, astray), ends=frozenset({"b"}))) == ["c is never reached"]
    assert faults(Machine("m", "a", (go,)))[0] == "b is a dead end and not said to be an end"
    assert faults(Machine("m", "a", (go,), ends=frozenset({"d"})))[-1] == "d is an end and no state"


def _states_the_database_takes(model: type[Model], field: str) -> list[set[str]]:
    found = [c.condition for c in model._meta.constraints if isinstance(c, CheckConstraint) and isinstance(c.condition, Q)]
    return [
        set(value) for q in found for child in q.children if isinstance(child, tuple) for name, value in [child] if name == f"{field}__in"
    ]


@MACHINES
def test_the_database_takes_exactly_the_states_of_the_machine(machine: Machine):
    model, field = HELD_BY[machine]
    assert _states_the_database_takes(model, field) == [set(machine.states)]


@MACHINES
def test_each_machine_is_asked_by_the_product(machine: Machine):
    """Through a kind that moves, each move by its name; or by a rule that asks the table itself."""
    model, _ = HELD_BY[machine]
    room = Path(CAREWARD.parent, *model.__module__.split(".")[:-1])
    told = "\n".join(p.read_text(encoding="utf-8") for p in sorted(room.rglob("*.py")))
    used = set(re.findall(r'(?<!Move\()(?<!Move\(\n        )"([a-z_]+)"(?!:)', told))
    missing = [m.name for m in machine.moves if m.name not in used]
    assert missing == [] or f"{machine.name.upper()}.may(step" in told, f"nothing asks {machine.name} about {missing}"


@EACH_KIND
def test_a_history_row_tells_who_when_and_from_what_to_what(kind: Kind):
    fields = {f.name for f in kind.history._meta.concrete_fields}
    assert fields >= {*HISTORY, kind.thing}
    assert kind.history._meta.get_field(kind.thing).related_model is kind.model


@EACH_KIND
def test_no_state_is_set_by_hand(kind: Kind):
    """Only evidence/moves sets the state of what has a kind; a planted line is seen."""
    by_hand = re.compile(rf"\b{kind.thing}\.{kind.state}\b(?:, [\w.]+)* = |\.update\([^)]*\b{kind.state}=")
    assert by_hand.search(f'{kind.thing}.{kind.state} = "closed"') and by_hand.search(f'rows.update({kind.state}="closed")')
    room = Path(CAREWARD.parent, *kind.model.__module__.split(".")[:-1])
    for path in room.glob("*.py"):
        assert not by_hand.search(path.read_text(encoding="utf-8")), f"{path.name} sets the state of a {kind.thing} by hand"


def test_there_are_kinds():
    assert {k.thing for k in KINDS} >= {"task", "load", "approval", "finding"}


STATE = re.compile(r"(^|_)(state|status|stage|phase)$")
FACTS = {  # words of a closed list that say what a thing is, or what somebody else's list says of it; none has a life here
    ("Account", "kind"), ("Authorisation", "kind"), ("System", "kind"), ("Notice", "kind"),
    ("Organisation", "demonstration"),  # real or made up: said as it is made, and once that what is made up is whole
    ("Assignment", "status"),  # what the staff list says of a post
}  # fmt: skip


def stateful(model: type[Model]) -> set[tuple[str, str]]:
    """The fields of a model that say in which of several states a row is: by their name, or because the database takes a few words alone."""
    named = {f.name for f in model._meta.concrete_fields if STATE.search(f.name)}
    checks = [c.condition for c in model._meta.constraints if isinstance(c, CheckConstraint) and isinstance(c.condition, Q)]
    listed = {
        child[0].removesuffix("__in") for q in checks for child in q.children if isinstance(child, tuple) and child[0].endswith("__in")
    }
    return {(model.__name__, name) for name in named | listed}


def test_whatever_is_in_a_state_has_a_machine():
    ours = [m for m in apps.get_models() if m.__module__.startswith("careward.")]
    held = {(model.__name__, field) for model, field in HELD_BY.values()}
    found = {pair for model in ours for pair in stateful(model)}
    assert found - held == FACTS, "give it a machine, or say here why it has none"


def test_a_state_without_a_machine_is_seen():
    class Kettle(Model):
        heat_state, colour = TextField(), TextField()

        class Meta:
            app_label = "planted"
            constraints = (CheckConstraint(condition=Q(colour__in=["red", "blue"]), name="colour_known"),)

    assert stateful(Kettle) == {("Kettle", "heat_state"), ("Kettle", "colour")}

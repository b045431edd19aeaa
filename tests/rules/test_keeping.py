"""What comparisons do to findings and tasks, over drawn sequences of them: the plan is pure, so a small house in memory keeps it."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careward.access.accounts.keeping.plan import KeepingPlan, keys_wanted, plan_keeping, stirred
from careward.access.accounts.keeping.shapes import Judged, KeepingFacts, KnownFinding, StandingTask, trouble_of
from careward.access.accounts.keeping.work import who_acts
from careward.access.accounts.rules.states import COMPARISON, FINDING
from careward.access.accounts.tasks import OF_A_PERSON
from careward.core.days import ENGLAND, add_working_days
from careward.core.packs.pack import load
from careward.core.ports import STEPS, Found
from careward.work.tasks.wanted import TOLD

PACKS = {"paris": load("tewv"), "rio": load("elft"), "epma": load("base")}
NAMES = {code: code.upper() for code in PACKS}
START = date(2026, 11, 2)
MANAGERS = {1: 3, 2: 3}


@dataclass
class House:
    """Findings and tasks as rows would hold them."""

    known: dict[int, KnownFinding] = field(default_factory=dict)
    tasks: dict[int, StandingTask] = field(default_factory=dict)
    closed_tasks: Counter[str] = field(default_factory=Counter)
    numbers: count = field(default_factory=lambda: count(1))

    def compare(self, judged: list[Judged], facts: KeepingFacts) -> KeepingPlan:
        """Plans of what is stirred alone, holds that to be the plan of everything, and keeps it."""
        known = [k for k in self.known.values() if k.trouble.of_a_person or k.trouble.system in facts.systems]
        states = {t.id: t.state for t in self.tasks.values()}
        some, of_them = stirred(judged, known, states, facts)
        keys = keys_wanted(judged=some, known=of_them, states=states, facts=facts)
        wanted = {k.task_id for k in of_them}
        standing = [t for t in self.tasks.values() if t.id in wanted or t.key in keys]
        plan = plan_keeping(judged=some, known=of_them, standing=standing, facts=facts)
        whole = plan_keeping(judged=judged, known=known, standing=list(self.tasks.values()), facts=facts)
        assert whole == replace(plan, still=whole.still)
        self.keep(plan, facts)
        return plan

    def keep(self, plan: KeepingPlan, facts: KeepingFacts) -> None:
        raised = {t.key: next(self.numbers) for t in plan.tasks.raised}
        for wanted in plan.tasks.raised:
            assert all(t.key != wanted.key for t in self.tasks.values()), "one open task per key"
            self.tasks[raised[wanted.key]] = StandingTask(raised[wanted.key], wanted.key, "open", None, wanted.words)
        for number, wanted in plan.tasks.told:
            self.tasks[number] = replace(self.tasks[number], words=wanted.words)
        for number, _ in plan.tasks.closed:
            self.closed_tasks[self.tasks.pop(number).key] += 1
        for number, _ in plan.tasks.reopened:
            self.tasks[number] = replace(self.tasks[number], state="open")
        for gone in plan.closed:
            del self.known[gone.id]
        for new in plan.opened:
            row = next(self.numbers)
            rows = {a: next(self.numbers) for a in new.accounts}
            self.known[row] = KnownFinding(row, new.trouble, new.told, new.found_on, raised.get(new.task, new.task), rows)
        for each in plan.changed:
            was = self.known[each.id]
            rows = {a: n for a, n in was.rows.items() if n not in each.ended} | {a: next(self.numbers) for a in each.added}
            self.known[each.id] = replace(was, told=each.told, task_id=raised.get(each.task, each.task), rows=rows)
        assert len({k.trouble for k in self.known.values()}) == len(self.known)

    def say_done(self, number: int, at: datetime) -> None:
        self.tasks[number] = replace(self.tasks[number], state="said_done", said_done_at=at)

    def answer(self, number: int, *, until: date) -> None:
        self.tasks[number] = replace(self.tasks[number], state="answered", answered_until=until)


def found(system: str = "paris", username: str = "u1", person: int | None = 1, code: str = "account.leaver", **more: object) -> Judged:
    step = more.pop("step", "close" if code == "account.leaver" else "ask")
    clause = PACKS[system].findings[code].clause
    facts = {"environment": "live", "employee_number": f"E{person}" if person else None, "detail": "It is so", **more}
    line = Found(system=system, username=username, code=code, step=step, clause=clause, **facts)
    return Judged(line, account_id(system, username), person)


def account_id(system: str, username: str) -> int:
    return 1 + list(PACKS).index(system) * 10 + int(username[1:])


LINES = st.builds(
    found,
    system=st.sampled_from(list(PACKS)), username=st.sampled_from(["u1", "u2", "u3"]), person=st.sampled_from([None, 1, 2, 4]),
    code=st.sampled_from([
        "account.leaver", "account.absent", "account.inactive", "account.unmatched", "training.missing", "training.expired",
        "registration.lapsed", "entitlement.excess",
    ]),
    topic=st.sampled_from(["", "roles"]), detail=st.sampled_from(["It is so", "It is otherwise"]),
    step=st.sampled_from(["warn", "ask", "amend", "lock", "close"]), settled=st.booleans(),
    since=st.none() | st.integers(-3, 8).map(lambda n: START + timedelta(days=n)),
)  # fmt: skip


def told_once(lines: list[Judged]) -> list[Judged]:
    """What a comparison can say: one line for each account and trouble, one holder for each account, and only a lock is settled."""
    holders: dict[tuple[str, str], int | None] = {}
    out = {}
    for line in lines:
        there = (line.found.system, line.found.username)
        person = holders.setdefault(there, line.person_id)
        told = replace(
            line.found, employee_number=f"E{person}" if person else None, settled=line.found.settled and line.found.step == "lock"
        )
        if told.code in OF_A_PERSON:
            told = replace(told, step="ask", settled=False)
        if told.code in OF_A_PERSON and not person:
            continue
        out[*there, told.code, told.topic] = Judged(told, line.account_id, person)
    return list(out.values())


NIGHTS = st.lists(
    st.tuples(
        st.lists(LINES, max_size=10).map(told_once),
        st.sampled_from(["", "", "", "paris", "rio"]),  # the one system compared; "": all
        st.sets(st.sampled_from(list(PACKS)), max_size=1),  # held
        st.sampled_from([{}, MANAGERS]),
        st.integers(0, 3),  # how many tasks are said to be done in the day before
        st.sets(st.sampled_from(list(PACKS))),  # heard from in the night
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def live(nights) -> list[tuple[House, KeepingPlan, list[Judged], KeepingFacts, dict[int, StandingTask]]]:
    """Each night, with the house as it is after it; and the tasks as they were before it."""
    house, told_at, on = House(), {}, START
    for judged, only, held, managers, done, heard in nights:
        on += timedelta(days=1)
        noon = datetime(on.year, on.month, on.day, 12, tzinfo=UTC) - timedelta(days=1)
        for number in sorted(house.tasks)[:done]:
            house.say_done(number, noon)
        told_at |= {code: noon + timedelta(hours=10) for code in heard} | ({"": noon + timedelta(hours=10)} if heard else {})
        lines = [j for j in judged if not only or j.found.system == only]
        facts = KeepingFacts(
            on=on, calendar=ENGLAND, packs=PACKS, systems={c: n for c, n in NAMES.items() if not only or c == only}, names={1: "Ann", 2: "Bo", 4: "Di"},
            managers=managers, held=frozenset(held), told_at=told_at,
            locks_on={j.account_id: on + timedelta(days=9) for j in lines if j.found.step == "warn"}, run=f"run {on}",
        )  # fmt: skip
        before = dict(house.tasks)
        plan = house.compare(lines, facts)
        yield house, plan, lines, facts, before


def asks(known: KnownFinding) -> bool:
    return not known.told.settled


@given(nights=NIGHTS)
def test_each_open_finding_that_asks_has_one_open_task_unless_its_systems_plan_is_held(nights):
    for house, _, _, facts, _ in live(nights):
        for known in house.known.values():
            may_wait = known.told.step in ("lock", "close") and not known.trouble.of_a_person
            compared = known.trouble.of_a_person or known.trouble.system in facts.systems
            if asks(known) and compared and not (may_wait and known.trouble.system in facts.held):
                assert known.task_id in house.tasks
            if not asks(known):
                assert known.task_id is None


@given(nights=NIGHTS)
def test_no_task_stands_without_a_finding_that_asks_it(nights):
    for house, _, _, _, _ in live(nights):
        assert house.tasks.keys() == {k.task_id for k in house.known.values() if asks(k) and k.task_id}


@given(nights=NIGHTS)
def test_a_finding_is_due_when_its_task_is(nights):
    for house, _, _, _, _ in live(nights):
        for known in house.known.values():
            if known.task_id:
                assert known.told.due_on == house.tasks[known.task_id].words[-1]


@given(nights=NIGHTS)
def test_the_day_something_was_asked_stays_while_its_step_does(nights):
    before: dict[int, KnownFinding] = {}
    for house, plan, _, _, _ in live(nights):
        for each in plan.changed:
            was, now = before[each.id].told, each.told
            if (was.step, was.settled) == (now.step, now.settled):
                assert now.asked_on == was.asked_on
            if each.task is None and (was.step, was.settled) == (now.step, now.settled):
                assert now.due_on == was.due_on
        before = dict(house.known)


@given(
    settled=st.booleans(), held=st.booleans(), back=st.booleans(), later=st.integers(1, 40),
    now=st.sampled_from([{"detail": "It is otherwise"}, {"employee_number": "E9"}, {}]), managers=st.sampled_from([{}, {1: 4}, MANAGERS]),
)  # fmt: skip
def test_a_finding_keeps_the_days_it_was_asked_and_is_due_whatever_else_it_says_later(settled, held, back, later, now, managers):
    """Asked of somebody, held back or already so, and said otherwise or of another manager any days later."""
    house = House()
    facts = KeepingFacts(
        on=START, calendar=ENGLAND, packs=PACKS, systems=NAMES, managers=MANAGERS, held=frozenset({"paris"} if held else ())
    )
    line = {"code": "account.absent", "step": "lock", "settled": settled}
    house.compare([found(**line)], facts)
    (first,) = house.known.values()
    further = replace(facts, on=START + timedelta(days=later), managers=managers, held=frozenset() if back else facts.held)
    house.compare([found(**line, **now)], further)
    (second,) = house.known.values()
    assert second.told.detail == now.get("detail", first.told.detail) and second.told.manager_id == managers.get(1)
    assert (second.id, second.found_on, second.told.asked_on, second.told.due_on) == (first.id, START, START, first.told.due_on)


@given(nights=NIGHTS)
def test_a_finding_of_an_account_is_never_older_than_its_cause(nights):
    for house, plan, lines, facts, _ in live(nights):
        since = {trouble_of(j): j.found.since for j in lines if j.found.since and j.found.since <= facts.on}
        for known in house.known.values():
            if not known.trouble.of_a_person:
                assert known.found_on >= since.get(known.trouble, known.found_on)
                assert known.told.asked_on >= known.found_on
        assert all(o.found_on == o.told.asked_on <= o.told.due_on for o in plan.opened)


@given(st.lists(LINES, max_size=8).map(told_once), st.integers(0, 6))
def test_looking_back_opens_nothing_before_its_cause_and_nothing_still_to_come(lines, back):
    house, today = House(), START + timedelta(days=back)
    house.compare(lines, KeepingFacts(on=START, calendar=ENGLAND, packs=PACKS, systems=NAMES, today=today))
    of = {t: [j.found.since for j in lines if trouble_of(j) == t] for t in map(trouble_of, lines)}
    for known in house.known.values():
        since = min((day or START for day in of[known.trouble]), default=START)
        assert known.found_on == known.told.asked_on == max(START, min(since, today))


def test_what_began_anew_closes_and_opens_in_its_place_with_the_task_that_stands():
    house = House()
    facts = [KeepingFacts(on=START + timedelta(days=n), calendar=ENGLAND, packs=PACKS, systems=NAMES) for n in (0, 9)]
    house.compare([found(since=START)], facts[0])
    later = START + timedelta(days=5)
    plan = house.compare([found(since=later)], facts[1])
    assert [c.why for c in plan.closed] == [f"it began anew on {later}"]
    assert [o.found_on for o in plan.opened] == [facts[1].on] and (plan.tasks.raised, plan.tasks.closed) == ((), ())


@given(later=st.integers(0, 30), turned=st.booleans())
def test_a_task_is_due_by_the_first_day_of_any_of_its_findings(later, turned):
    one, other = found(code="account.absent", step="lock"), found()
    house, first, second = House(), *((other, one) if turned else (one, other))
    facts = [KeepingFacts(on=START + timedelta(days=n), calendar=ENGLAND, packs=PACKS, systems=NAMES) for n in (0, later)]
    house.compare([first], facts[0])
    house.compare([first, second], facts[1])
    rules, days = PACKS["paris"].findings, (START, facts[1].on)
    own = [add_working_days(on, rules[j.found.code].working_days, ENGLAND) for on, j in zip(days, (first, second), strict=True)]
    assert [t.words[-1] for t in house.tasks.values()] == [min(own)]


@pytest.mark.clause("EL-023")
@given(heard=st.dictionaries(st.sampled_from(list(PACKS)), st.integers(-2, 2), max_size=3))
def test_only_a_later_list_of_its_own_system_disproves_that_a_task_is_done(heard):
    house, noon = House(), datetime(2026, 11, 3, 12, tzinfo=UTC)
    facts = KeepingFacts(on=START, calendar=ENGLAND, packs=PACKS, systems=NAMES)
    house.compare([found()], facts)
    (number,) = house.tasks
    house.say_done(number, noon)
    told_at = {code: noon + timedelta(hours=h) for code, h in heard.items()}
    told_at |= {"": max(told_at.values())} if told_at else {}
    house.compare([found()], replace(facts, on=START + timedelta(days=2), told_at=told_at))
    assert house.tasks[number].state == ("open" if heard.get("paris", 0) > 0 else "said_done")


@given(until=st.integers(0, 20), later=st.integers(0, 20))
def test_an_answer_stands_to_the_end_of_its_last_day_and_then_asks_again(until, later):
    house, line = House(), found(code="account.absent")
    facts = KeepingFacts(on=START, calendar=ENGLAND, packs=PACKS, systems=NAMES)
    house.compare([line], facts)
    (number,) = house.tasks
    house.answer(number, until=START + timedelta(days=until))
    house.compare([line], replace(facts, on=START + timedelta(days=later)))
    assert house.tasks[number].state == ("open" if later > until else "answered")


LED = [("authorisation.missing", "ask"), ("account.absent", "ask"), ("account.inactive", "warn")]


@given(turns=st.lists(st.sampled_from([{}, MANAGERS, {1: 4}]), min_size=2, max_size=5), asks=st.sampled_from(LED))
def test_whoever_leads_its_person_now_answers_a_finding_and_where_nobody_does_the_administrator(turns, asks):
    (code, step), house = asks, House()
    line = found(code=code, step=step)
    rule = PACKS["paris"].findings[code]
    for day, managers in enumerate(turns):
        facts = KeepingFacts(on=START + timedelta(days=day), calendar=ENGLAND, packs=PACKS, systems=NAMES, managers=managers)
        plan = house.compare([line], facts)
        ((known,), (task,)) = house.known.values(), house.tasks.values()
        assert (known.told.manager_id, known.told.who) == (managers.get(1), who_acts(step, rule, managers.get(1)))
        named = dict(zip(TOLD, task.words, strict=True))
        assert (named["role"], named["assignee_id"]) == (known.told.who, managers.get(1) if known.told.who == "line_manager" else None)
        assert not day or [c.why for c in plan.changed] == ([] if managers == turns[day - 1] else ["its manager changed"])


@given(began=st.integers(1, 8), later=st.integers(8, 20))
def test_a_person_s_course_goes_on_whichever_of_their_accounts_began_since(began, later):
    house, line = House(), {"code": "training.missing", "topic": "dspt"}
    facts = KeepingFacts(on=START, calendar=ENGLAND, packs=PACKS, systems=NAMES)
    house.compare([found(**line, since=START)], facts)
    newer = found("epma", **line, since=START + timedelta(days=began))
    plan = house.compare([newer], replace(facts, on=START + timedelta(days=later)))
    assert (plan.closed, plan.opened) == ((), ()) and [k.found_on for k in house.known.values()] == [START]


@given(nights=NIGHTS)
def test_keeping_twice_is_as_keeping_once(nights):
    for house, _, lines, facts, _ in live(nights):
        again = house.compare(lines, facts)
        assert replace(again, still=0) == KeepingPlan()


@given(nights=NIGHTS, turn=st.randoms(use_true_random=False))
def test_the_order_of_lines_makes_no_difference(nights, turn):
    mixed = [(turn.sample(lines, len(lines)), *rest) for lines, *rest in nights]
    assert [plan for _, plan, *_ in live(nights)] == [plan for _, plan, *_ in live(mixed)]


@given(nights=NIGHTS)
def test_what_is_found_is_open_and_nothing_else_of_the_systems_compared(nights):
    for house, _, lines, facts, _ in live(nights):
        there = {k.trouble for k in house.known.values() if any(a.system in facts.systems for a in k.rows)}
        assert there == {trouble_of(j) for j in lines}
        touched = {(k.trouble, a) for k in house.known.values() for a in k.rows if a.system in facts.systems}
        assert {(t, a.system, a.username) for t, a in touched} == {(trouble_of(j), j.found.system, j.found.username) for j in lines}


@given(nights=NIGHTS)
def test_nothing_of_a_held_system_raises_a_lock_or_a_close(nights):
    for _, plan, _, facts, _ in live(nights):
        for task in plan.tasks.raised:
            assert not (task.step in ("lock", "close") and task.system_code in facts.held)


@pytest.mark.clause("EL-023")
@given(nights=NIGHTS)
def test_a_task_said_done_reopens_only_when_its_system_was_heard_from_since(nights):
    for house, plan, _, facts, before in live(nights):
        for number, _ in plan.tasks.reopened:
            was = before[number]
            assert was.state == "said_done" and house.tasks[number].state == "open"
            assert any(at > was.said_done_at for at in facts.told_at.values())
        for number, was in before.items():
            if was.state == "said_done" and not facts.told_at:
                assert number not in house.tasks or house.tasks[number].state == "said_done"


@given(nights=NIGHTS)
def test_whatever_becomes_of_a_finding_is_one_move_of_its_machine(nights):
    before: dict[int, KnownFinding] = {}
    for house, plan, *_ in live(nights):
        made = [(FINDING.start, o.move) for o in plan.opened] + [(before[c.id].state, c.move) for c in plan.changed]
        made += [(before[c.id].state, "close") for c in plan.closed]
        for state, move in {m for m in made if m[1]}:
            assert FINDING.may(move, state=state, holds=COMPARISON, gates={})
        for each in plan.changed:
            assert house.known[each.id].state == each.state == (FINDING.move(each.move).target if each.move else before[each.id].state)
        before = dict(house.known)


@given(nights=NIGHTS)
def test_only_what_a_task_no_longer_says_is_told_anew(nights):
    for _, plan, _, _, before in live(nights):
        assert all(before[number].words != now.words for number, now in plan.tasks.told)


@given(nights=NIGHTS)
def test_each_thing_that_the_plan_does_has_its_reason(nights):
    for _, plan, *_ in live(nights):
        assert all(x.why for part in (plan.opened, plan.changed, plan.closed) for x in part)
        assert all(proof for part in (plan.tasks.closed, plan.tasks.reopened) for _, proof in part)


@given(lines=st.lists(LINES, max_size=8).map(told_once))
def test_what_closed_and_is_found_again_opens_anew(lines):
    house = House()
    facts = [KeepingFacts(on=START + timedelta(days=n), calendar=ENGLAND, packs=PACKS, systems=NAMES) for n in range(3)]
    first = house.compare(lines, facts[0])
    gone = house.compare([], facts[1])
    assert (len(gone.closed), house.known, house.tasks) == (len(first.opened), {}, {})
    again = house.compare(lines, facts[2])
    assert [(o.trouble, o.accounts) for o in again.opened] == [(o.trouble, o.accounts) for o in first.opened]
    assert [t.key for t in again.tasks.raised] == [t.key for t in first.tasks.raised]


@given(nights=NIGHTS)
@settings(max_examples=30)
def test_the_digest_binds_the_whole_plan(nights):
    digests = {}
    for _, plan, *_ in live(nights):
        assert digests.setdefault(plan.digest(), replace(plan, still=0)) == replace(plan, still=0)


def test_a_look_at_an_earlier_day_closes_nothing_that_was_found_later():
    house = House()
    house.compare([found()], KeepingFacts(on=START, calendar=ENGLAND, packs=PACKS, systems=NAMES))
    earlier = KeepingFacts(on=START - timedelta(days=1), calendar=ENGLAND, packs=PACKS, systems=NAMES)
    assert replace(house.compare([], earlier), still=0) == KeepingPlan()


def test_a_course_of_one_person_is_one_finding_whose_accounts_come_and_go():
    house = House()
    facts = KeepingFacts(on=START, calendar=ENGLAND, packs=PACKS, systems=NAMES, managers=MANAGERS, names={1: "Ann"})
    course = [found(s, "u1", code="training.missing", topic="data-security") for s in ("paris", "epma")]
    plan = house.compare(course, facts)
    assert (len(plan.opened), len(plan.tasks.raised), plan.tasks.raised[0].link) == (1, 1, "person/1")
    plan = house.compare(course[:1], facts)
    assert [(c.why, len(c.ended)) for c in plan.changed] == [("the accounts it touches changed", 1)]
    only = replace(facts, systems={"paris": "PARIS"})
    house.compare(course, facts)
    plan = house.compare([], only)  # nothing on PARIS; ePMA was not looked at
    assert (plan.closed, len(house.known), len(house.tasks)) == ((), 1, 1)


def test_a_finding_that_changes_leaves_a_task_as_it_is_whose_words_stay():
    house = House()
    facts = KeepingFacts(on=START, calendar=ENGLAND, packs=PACKS, systems=NAMES, managers=MANAGERS, names={1: "Ann"})
    course = [found(s, "u1", code="training.missing", topic="data-security") for s in ("paris", "epma")]
    house.compare(course[:1], facts)
    plan = house.compare(course, facts)
    assert len(plan.changed) == 1 and plan.tasks.told == ()


def test_a_task_that_closed_meanwhile_is_raised_again_while_its_finding_stands():
    house = House()
    facts = KeepingFacts(on=START, calendar=ENGLAND, packs=PACKS, systems=NAMES)
    house.compare([found()], facts)
    house.tasks.clear()
    assert len(house.compare([found()], facts).tasks.raised) == 1


def test_the_steps_are_weighed_mildest_first():
    house = House()
    both = [found(code="account.absent", step="lock"), found()]
    (task,) = house.compare(both, KeepingFacts(on=START, calendar=ENGLAND, packs=PACKS, systems=NAMES)).tasks.raised
    assert STEPS.index(task.step) == max(STEPS.index(j.found.step) for j in both)

"""How a run's findings meet those already open: gone ones close, known ones stay, new ones open and raise work."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import TypeVar

from careward.access.accounts import tasks
from careward.access.accounts.models import Account, Allowance, Finding, Run
from careward.core import days
from careward.core.packs.findings import FindingRule
from careward.core.packs.pack import Pack
from careward.core.ports import STEPS, Found
from careward.evidence.rows import bulk
from careward.people.staff.models import Organisation, Person
from careward.people.staff.packs import pack_on
from careward.people.staff.queries import managers_on
from careward.systems.register.models import System
from careward.work.tasks import actions as work
from careward.work.tasks.actions import NewTask
from careward.work.tasks.models import Task

T = TypeVar("T")
BATCH = 500
HELD_STEPS = ("lock", "close")
MENDED = ("step", "clause", "detail", "settled", "person_id", "employee_number", "account_id", "manager_id")
Key = tuple[int, str, str, str, str]  # system, environment, username, code, topic


@dataclass(frozen=True, slots=True)
class Judged:
    """One finding with the rows it is about."""

    found: Found
    account_id: int | None
    person_id: int | None


@dataclass(slots=True)
class Kept:
    """What keeping a run changed."""

    run: Run
    opened: int = 0
    still: int = 0
    closed: int = 0
    tasks_raised: int = 0
    tasks_closed: int = 0
    tasks_reopened: int = 0
    unsafe: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class People:
    """Names and managers of an organisation's staff, read once per run."""

    names: Mapping[int, str]
    managers: Mapping[int, int]  # person -> manager on the day

    def name(self, person_id: int | None) -> str:
        return self.names.get(person_id, "") if person_id else ""

    def manager(self, person_id: int | None) -> int | None:
        return self.managers.get(person_id) if person_id else None


def people_of(organisation: Organisation, on: date) -> People:
    """Three columns of every person, and who manages each on a day."""
    rows = Person.objects.filter(organisation=organisation).values_list("id", "preferred_name", "first_name", "last_name")
    managers = managers_on(organisation_id=organisation.pk, on=on)
    names = {i: f"{preferred or first} {last}" for i, preferred, first, last in rows}
    return People(names, {i: found.manager_id for i, found in managers.items()})


class Keeper:
    """Keeps one run's findings. Its steps run in order, inside the caller's transaction."""

    def __init__(
        self,
        *,
        run: Run,
        organisation: Organisation,
        systems: Mapping[str, System],
        packs: Mapping[str, Pack],
        told_at: Mapping[str, datetime],
        now: datetime,
        by: str,
    ) -> None:
        self.run, self.organisation, self.systems, self.packs, self.told_at = run, organisation, systems, packs, told_at
        self.now, self.by = now, by
        self.on = run.on_date
        self.calendar = pack_on(organisation.pack, run.on_date).calendar.days
        self.kept = Kept(run)
        self.people = people_of(organisation, self.on)
        self.judged: dict[Key, Judged] = {}
        self.open: dict[Key, Finding] = {}
        self.new: list[Finding] = []
        self.changed: list[Finding] = []
        self.left: set[int] = set()  # tasks that a finding has left: closed with it, settled, or become another piece of work
        self.told: set[int] = set()  # tasks whose findings changed, so that their words may have to

    def keep(self, judged: Sequence[Judged]) -> Kept:
        self.judged = {self._key(j.found): j for j in judged}
        self.kept.unsafe = sorted({j.found.system for j in judged if j.found.code == "feed.unsafe"})
        rows = Finding.objects.filter(organisation=self.organisation, closed_on=None, system__in=self.systems.values())
        self.open = {key_of(f): f for f in rows}
        self._close_gone()
        self._mend_changed()
        self.new = [self._finding(key, j) for key, j in self.judged.items() if key not in self.open]
        self.open |= {key_of(f): f for f in self.new}
        self._raise_work()
        self._save()
        self._settle_work()
        self._tell_anew()
        return self.kept

    def _key(self, found: Found) -> Key:
        return (self.systems[found.system].pk, found.environment, found.username, found.code, found.topic)

    def _close_gone(self) -> None:
        gone = [self.open.pop(key) for key in [k for k in self.open if k not in self.judged]]
        for batch in batches(gone):
            Finding.objects.filter(pk__in=[f.pk for f in batch]).update(closed_on=self.on, run=self.run)
        self.left |= {f.task_id for f in gone if f.task_id}
        self.kept.closed = len(gone)

    def _mend_changed(self) -> None:
        """A finding still there may have a new step, detail or holder; most have not."""
        for key, finding in self.open.items():
            judged = self.judged[key]
            fresh = self._finding(key, judged)
            if any(getattr(finding, name) != getattr(fresh, name) for name in MENDED):
                if (finding.step, finding.settled) != (fresh.step, fresh.settled) and finding.task_id:
                    self.left.add(finding.task_id)  # a warning that has become a lock is new work, for someone else
                    finding.task_id = None
                    finding.who, finding.due_on = fresh.who, fresh.due_on
                if finding.manager_id != fresh.manager_id and "line_manager" in (finding.who, fresh.who):
                    finding.who = fresh.who  # a new manager answers for their people from the day they lead them
                self.told |= {finding.task_id} if finding.task_id else set()
                for name in MENDED:
                    setattr(finding, name, getattr(fresh, name))
                self.changed.append(finding)
        self.kept.still = len(self.open)

    def _finding(self, key: Key, judged: Judged) -> Finding:
        found = judged.found
        rule = self.packs[found.system].findings[found.code]
        manager = self.people.manager(judged.person_id)
        return Finding(
            organisation=self.organisation, system_id=key[0], account_id=judged.account_id, person_id=judged.person_id,
            environment=found.environment, username=found.username, employee_number=found.employee_number, code=found.code,
            topic=found.topic, step=found.step, clause=found.clause, detail=found.detail, settled=found.settled,
            who=_who(found, rule, manager), manager_id=manager, found_on=self.on, run=self.run,
            due_on=_due_on(self.on, rule.working_days, self.calendar),
        )  # fmt: skip

    def _raise_work(self) -> None:
        """One task per piece of work; none for a step already so, nor for a lock or close of an unsafe plan not yet allowed."""
        held = self._held()
        idle = [f for f in self.open.values() if not f.task_id and not f.settled]
        idle = [f for f in idle if f.step not in HELD_STEPS or self.judged[key_of(f)].found.system not in held]
        standing = {f.task_id for f in self.open.values() if f.task_id}
        of_key: dict[str, list[Finding]] = defaultdict(list)
        for finding in idle:
            of_key[tasks.key_of(self._cause(finding))].append(finding)
        locks_on = self._lock_days(idle)
        wanted = [self._task(found, locks_on) for found in of_key.values()]
        ids = work.raise_tasks(organisation=self.organisation, tasks=wanted, now=self.now, by=self.by, on=self.on)
        for key, found in of_key.items():
            for finding in found:
                finding.task_id = ids[key]
        mended = {f.pk for f in self.changed}
        self.changed += [f for f in idle if f.pk and f.pk not in mended]
        self.told |= standing & set(ids.values())  # they join a task that stood before
        self.kept.tasks_raised = len(set(ids.values()) - standing)

    def _tell_anew(self) -> None:
        """A task that several findings share says what the strictest of them asks, and is done by the first day of any."""
        told = self.told | self.left
        of_task: dict[int, list[Finding]] = defaultdict(list)
        for finding in self.open.values():
            if finding.task_id in told and not finding.settled:
                of_task[finding.task_id].append(finding)
        locks_on = self._lock_days([f for found in of_task.values() for f in found])
        now_so = {task_id: self._task(found, locks_on) for task_id, found in of_task.items()}
        work.tell_anew(organisation=self.organisation, tasks=now_so, now=self.now, by=self.by)

    def _save(self) -> None:
        Finding.objects.bulk_update(self.changed, [*MENDED, "task", "who", "due_on"], batch_size=200)
        bulk.insert_new(self.new, bulk.Ids())
        Finding.objects.filter(organisation=self.organisation, closed_on=None, system__in=self.systems.values()).update(run=self.run)
        self.kept.opened = len(self.new)

    def _held(self) -> frozenset[str]:
        allowed = Allowance.objects.filter(organisation=self.organisation, on_date=self.on).values_list("system__code", flat=True)
        return frozenset(self.kept.unsafe) - frozenset(allowed)

    def _lock_days(self, findings: Sequence[Finding]) -> dict[int | None, date]:
        """For accounts with notice given: the day each would be locked (EL-037)."""
        warned = {f.account_id: self.judged[key_of(f)].found.system for f in findings if f.step == "warn"}
        out: dict[int | None, date] = {}
        for batch in batches(sorted(i for i in warned if i)):
            for account in Account.objects.filter(pk__in=batch):
                rule = self.packs[warned[account.pk]].inactivity_for(warned[account.pk])
                out[account.pk] = _last_used_on(account) + timedelta(days=rule.lock_after_days)
        return out

    def _cause(self, finding: Finding) -> tasks.Cause:
        found = self.judged[key_of(finding)].found
        return tasks.Cause(
            code=found.code, topic=found.topic, step=found.step, detail=found.detail, system_code=found.system,
            system_name=self.systems[found.system].name, environment=found.environment, username=found.username,
            employee_number=found.employee_number or "", holder=self.people.name(finding.person_id), who=finding.who,
            course=next((c.title for c in self.packs[found.system].training if c.code == found.topic), ""),
        )  # fmt: skip

    def _task(self, findings: Sequence[Finding], locks_on: Mapping[int | None, date]) -> NewTask:
        """The one piece of work that findings of one key ask for, in the words of the strictest."""
        finding = max(findings, key=lambda f: (STEPS.index(f.step), key_of(f)))
        found, cause = self.judged[key_of(finding)].found, self._cause(finding)
        locks = locks_on.get(finding.account_id) if finding.step == "warn" else None
        words = tasks.words(cause, locks_on=locks)
        to_manager = finding.who == "line_manager"
        return NewTask(
            key=tasks.key_of(cause), kind=found.code, title=words.title, why=words.why, otherwise=words.otherwise, step=found.step,
            clause=found.clause, role=finding.who, system_code="" if to_manager else found.system,
            assignee_id=finding.manager_id if to_manager else None, about_id=finding.person_id,
            link=f"account/{finding.account_id}" if finding.account_id else f"system/{found.system}",
            due_on=locks or min(f.due_on for f in findings),
        )  # fmt: skip

    def _settle_work(self) -> None:
        """Read-back: a task whose every finding is gone or settled closes; one said to be done whose finding stands reopens."""
        standing = {f.task_id for f in self.open.values() if f.task_id and not f.settled}
        ended = self.left - standing
        ended -= _tasks_still_needed(ended)  # by findings of systems outside this run
        when = f"the comparison of {self.on.day} {self.on:%B %Y} (run {self.run.pk})"
        facts = {"organisation": self.organisation, "now": self.now, "by": self.by}
        self.kept.tasks_closed = work.close_tasks(task_ids=ended, proof=f"No longer found by {when}", **facts)
        self.kept.tasks_reopened = work.reopen_tasks(task_ids=self._told_since(standing), proof=f"Still found by {when}", **facts)

    def _told_since(self, task_ids: set[int]) -> set[int]:
        """Of tasks said to be done, those whose system has been heard from since: the next export proves it, not the last (EL-023)."""
        out: set[int] = set()
        for batch in batches(sorted(task_ids)):
            said = Task.objects.filter(pk__in=batch, state="said_done").values_list("id", "system_code", "said_done_at")
            out |= {i for i, system, at in said if (told := self.told_at.get(system)) is not None and told > at}
        return out


def key_of(finding: Finding) -> Key:
    """What makes a finding the same one from run to run."""
    return (finding.system_id, finding.environment, finding.username, finding.code, finding.topic)


def _who(found: Found, rule: FindingRule, manager: int | None) -> str:
    """A notice goes to the line manager (EL-037); where nobody is on record as that, to the administrator."""
    asked = "line_manager" if found.step == "warn" else rule.who
    return "system_administrator" if asked == "line_manager" and manager is None else asked


@cache
def _due_on(on: date, working_days: int, calendar: days.Calendar) -> date:
    return days.add_working_days(on, working_days, calendar)


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[i : i + BATCH] for i in range(0, len(items), BATCH))


def _last_used_on(account: Account) -> date:
    moment = account.last_used_at
    return days.london_day(moment) if moment else account.created_on or account.seen_on


def _tasks_still_needed(task_ids: set[int]) -> set[int]:
    out: set[int] = set()
    for batch in batches(sorted(task_ids)):
        out |= set(Finding.objects.filter(task_id__in=batch, closed_on=None, settled=False).values_list("task_id", flat=True))
    return out

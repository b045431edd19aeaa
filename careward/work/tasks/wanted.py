"""What other rooms want of tasks, many at once, as frozen values. Without Django."""

from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from careward.work.tasks.questions import Question

TOLD = ("kind", "title", "why", "otherwise", "step", "clause", "role", "system_code", "assignee_id", "about_id", "link", "due_on")

_words_of = attrgetter(*TOLD)


@dataclass(frozen=True, slots=True)
class NewTask:
    """What to raise; `key` says what it is about, and one open task stands per key."""

    key: str
    kind: str
    title: str
    why: str
    otherwise: str
    step: str
    clause: str
    role: str
    system_code: str
    assignee_id: int | None
    about_id: int | None
    link: str
    due_on: date
    question: Question | None = None  # what it asks, where it ends by an answer

    @property
    def words(self) -> tuple[object, ...]:
        """What the task says and of whom it asks it, in the order of TOLD."""
        told: tuple[object, ...] = _words_of(self)
        return told


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """What is to become of many tasks at once: new ones by key, standing ones by their row, each with its reason."""

    raised: tuple[NewTask, ...] = ()
    told: tuple[tuple[int, NewTask], ...] = ()
    closed: tuple[tuple[int, str], ...] = ()
    reopened: tuple[tuple[int, str], ...] = ()

    def with_also(self, other: "TaskPlan") -> "TaskPlan":
        """Both plans as one; they name no task twice."""
        return TaskPlan(self.raised + other.raised, self.told + other.told, self.closed + other.closed, self.reopened + other.reopened)


@dataclass(frozen=True, slots=True)
class TasksWritten:
    """What came of it: the row of each new key, and how many of each."""

    ids: dict[str, int] = field(default_factory=dict)
    told: int = 0
    closed: int = 0
    reopened: int = 0

    @property
    def raised(self) -> int:
        return len(self.ids)

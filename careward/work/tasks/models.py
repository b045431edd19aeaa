"""One queue for all that a person must do."""

from django.db import models

from careward.evidence.moves.kinds import Kind, states_known
from careward.work.tasks.rules import TASK


class Task(models.Model):
    """Something one person or role must do by a day, with its step, its reason and its proof."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    key = models.TextField()  # what it is about: "account/paris/live/cdewhurst"; one open task per key
    kind = models.TextField()  # the finding code, or another room's word for it
    title = models.TextField()  # begins with a verb
    why = models.TextField()  # "Yours because ..."
    otherwise = models.TextField(default="")  # "If you do nothing, ..."
    step = models.TextField(default="")
    clause = models.TextField(default="")
    role = models.TextField()
    system_code = models.TextField(default="")
    assignee = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="tasks")
    about = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="tasks_about")
    link = models.TextField(default="")
    raised_on = models.DateField()
    due_on = models.DateField()
    state = models.TextField(default=TASK.start)
    times_reopened = models.PositiveIntegerField(default=0)
    evidence = models.TextField(default="")
    said_done_at = models.DateTimeField(null=True)
    said_done_by = models.TextField(default="")
    question = models.JSONField(null=True)  # what it asks (questions.Question), where it ends by an answer
    answered_until = models.DateField(null=True)  # the last day its answer stands for
    passed_to = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")  # whose it is said to be instead
    closed_at = models.DateTimeField(null=True)
    proof = models.TextField(default="")  # what the next export showed

    personal = ("key", "title", "why", "otherwise", "assignee", "about", "evidence", "proof", "link", "question", "passed_to")
    plain = (
        "id", "organisation", "kind", "step", "clause", "role", "system_code", "raised_on", "due_on", "state", "times_reopened",
        "said_done_at", "said_done_by", "answered_until", "closed_at",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], condition=~models.Q(state="closed"), name="one_open_task_per_key"),
            states_known(TASK, name="task_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "role", "system_code", "due_on"], name="task_by_role", condition=~models.Q(state="closed")
            ),
            models.Index(fields=["assignee", "due_on"], name="task_by_person", condition=~models.Q(state="closed")),
            models.Index(  # every page counts what waits for whoever looks: from this alone, in the order in which lists show it
                fields=["organisation", "state", "due_on", "id", "role", "system_code", "assignee", "passed_to"], name="task_queue"
            ),
            models.Index(fields=["organisation", "closed_at"], name="task_closed", condition=models.Q(closed_at__isnull=False)),
            models.Index(fields=["organisation", "said_done_at"], name="task_said_done", condition=models.Q(said_done_at__isnull=False)),
        ]


class TaskMove(models.Model):
    """One change of a task's state: who, when, from what to what. Runs the product; the ledger proves it."""

    task = models.ForeignKey(Task, models.PROTECT)
    at = models.DateTimeField()
    by = models.TextField()
    move = models.TextField(default="")  # the name of the move, "begin", or what else happened: "tell_anew"
    was = models.TextField()
    became = models.TextField()
    note = models.TextField(default="")

    personal = ("note",)
    plain = ("id", "task", "at", "by", "move", "was", "became")


class TaskAnswer(models.Model):
    """One answer to a task's question: what, by whom, and what was said with it. The asking room reads it at the next comparison."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="answers")
    at = models.DateTimeField()
    by = models.TextField()
    answer = models.TextField()  # an Option's word: still_needed, is, nobody ...
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    until = models.DateField(null=True)
    reason = models.TextField(default="")
    link = models.TextField(default="")  # what the task was about when it was answered
    seen = models.TextField(default="")  # the digest of what it showed then
    taken_back_at = models.DateTimeField(null=True)

    personal = ("person", "reason", "link")
    plain = ("id", "task", "at", "by", "answer", "until", "seen", "taken_back_at")


TASKS = Kind(
    machine=TASK,
    model=Task,
    history=TaskMove,
    thing="task",
    begun="tasks.raised",
    verbs={
        "say_done": "task.said_done",
        "answer": "task.answered",
        "pass_on": "task.passed_on",
        "take_back": "task.taken_back",
        "reopen": "tasks.reopened",
        "close": "tasks.closed",
    },
)

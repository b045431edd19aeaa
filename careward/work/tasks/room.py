"""What the queue of work gives the house."""

from careward.core.roles import OVERSEERS
from careward.core.room import Home, MenuEntry, OwnData, Permission, Room, TimedJob, Verb
from careward.work.tasks import letters
from careward.work.tasks.commands import COMMANDS
from careward.work.tasks.measures import measures
from careward.work.tasks.own_data import answers, own_data
from careward.work.tasks.queries import waiting
from careward.work.tasks.rules import TASK

DO, SEE, TOLD_LATE = "tasks:tasks:do", "tasks:tasks:see", "tasks:tasks:told_late"

ROOM = Room(
    name="tasks",
    title="Tasks",
    urls="careward.work.tasks.urls",
    router="careward.work.tasks.api.router",
    permissions=(
        Permission(
            DO,
            "do the tasks that are theirs",
            (
                "line_manager", "system_administrator", "patient_systems_manager", "service_desk", "caldicott_guardian",
                "data_protection_team", "head_of_ig", "project_manager", "board_secretary", "trust_administrator",
            ),
        ),
        Permission(SEE, "see tasks that are somebody else's", OVERSEERS, ("findings",)),
        Permission(TOLD_LATE, "be told of tasks that others leave late for long", ("trust_administrator", "head_of_ig")),
    ),
    verbs=(
        Verb("tasks.raised", "Tasks raised"),
        Verb("tasks.told_anew", "Tasks given again"),
        Verb("tasks.closed", "Tasks closed"),
        Verb("tasks.reopened", "Tasks opened again"),
        Verb("task.said_done", "Task said to be done"),
        Verb("task.answered", "Task answered"),
        Verb("task.noted", "Note written on a task"),
        Verb("task.passed_on", "Task passed on"),
        Verb("task.taken_back", "Task taken back"),
    ),
    menu=(MenuEntry("My work", "tasks:my_work", (), place=10, badge=waiting),),
    homes=(Home("task", "tasks:task"), Home("tasks", "tasks:worklist"), Home("my_work", "tasks:my_work")),
    commands=COMMANDS,
    measures=measures,
    machines=(TASK,),
    jobs=(
        TimedJob("tasks.letters", "Write to whoever has tasks", letters.write_letters, at=letters.LETTERS_AT, for_each_organisation=True),
    ),
    own_data=(OwnData("Tasks given to them by name", own_data, ("Task",)), OwnData("Answers they gave", answers, ("TaskAnswer",))),
)  # fmt: skip

"""What exists: accounts as each system told us, and what is wrong with them."""

from django.db import models

from careward.access.accounts.rules.states import ACCOUNT, FINDING
from careward.evidence.moves.kinds import Kind, states_known
from careward.evidence.rows.beginnings import BeginningIndex

APART = ("is", "owner", "approve")  # answers that say nothing of what is to become of the account


class Account(models.Model):
    """A login on one environment of one system, as last observed; gone_on is the day a full export no longer held it."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, db_index=False)  # the indexes below serve
    system = models.ForeignKey("systems.System", models.PROTECT, db_index=False)  # the constraint below serves
    environment = models.TextField(default="live")
    username = models.TextField()
    display_name = models.TextField(default="")
    employee_number = models.TextField(default="")
    email = models.TextField(default="")
    smartcard_uuid = models.TextField(default="")
    status = models.TextField()
    kind = models.TextField(default="normal")
    created_on = models.DateField(null=True)
    last_used_at = models.DateTimeField(null=True)
    roles = models.TextField(null=True)  # "a;b", trimmed and sorted; null: the export does not say
    teams = models.TextField(null=True)
    contradicted = models.BooleanField(default=False)  # the rows of the last list disagree on whether it is open
    seen_on = models.DateField()  # the day it was first in an export
    gone_on = models.DateField(null=True)
    person = models.ForeignKey("people.Person", models.PROTECT, null=True)  # the one person who fits, as last reconciled
    bound = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")  # whose it is, as somebody answered
    fits = models.PositiveSmallIntegerField(null=True)  # how many persons fit; null: not reconciled yet

    personal = (
        "username", "display_name", "employee_number", "email", "smartcard_uuid", "created_on", "last_used_at", "roles", "teams", "person",
        "bound",
    )  # fmt: skip
    plain = ("id", "organisation", "system", "environment", "status", "kind", "contradicted", "seen_on", "gone_on", "fits")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "environment", "username"], name="one_account_per_username"),
            states_known(ACCOUNT, name="account_status_known", state="status"),
            models.CheckConstraint(condition=models.Q(kind__in=["normal", "admin", "generic", "service"]), name="account_kind_known"),
        ]
        indexes = [
            models.Index(fields=["organisation", "system", "status", "kind"], name="account_sorts", condition=models.Q(gone_on=None)),
            BeginningIndex(fields=["organisation", "username"], name="account_beginning", condition=models.Q(gone_on=None)),
        ]


class AccountAnswer(models.Model):
    """What somebody answered about an account, from then until it is taken back, overtaken by another or done: its history stays.

    The comparison reads those that have not ended. One at most says what is to become of an account, one whose it is, one who answers
    for it now, and one asks to have it approved.
    """

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    account = models.ForeignKey(Account, models.PROTECT, related_name="answers", db_index=False)  # the constraints below serve
    task = models.ForeignKey("work.Task", models.PROTECT, null=True, related_name="+")  # whose question it answers; null: on its own page
    answer = models.TextField()  # still_needed, not_needed, gone, nobody; or one of APART
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")  # whose it is, or who answers for it
    from_on = models.DateField()  # the first day it counts
    until = models.DateField(null=True)  # of "still needed": the last day, as far as the procedure lets it move; of "approve": the last day
    request = models.ForeignKey("approvals.Approval", models.PROTECT, null=True, related_name="+")  # of "approve": what is decided
    said_at = models.DateTimeField()
    said_by = models.TextField()
    reason = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="")
    why_ended = models.TextField(default="")

    personal = ("account", "person", "reason")
    plain = (
        "id", "organisation", "task", "answer", "from_on", "until", "said_at", "said_by", "ended_at", "ended_by", "why_ended", "request",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(ended_at=None) & ~models.Q(answer__in=APART), name="one_answer_of_an_account"
            ),
            models.UniqueConstraint(fields=["account"], condition=models.Q(ended_at=None, answer="is"), name="one_holder_said"),
            models.UniqueConstraint(fields=["account"], condition=models.Q(ended_at=None, answer="owner"), name="one_owner_said"),
            models.UniqueConstraint(fields=["account"], condition=models.Q(ended_at=None, answer="approve"), name="one_approval_asked"),
        ]
        indexes = [models.Index(fields=["task"], name="answer_by_task")]


class Run(models.Model):
    """One reconciliation of an organisation as at a day."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    on_date = models.DateField()
    system_code = models.TextField(default="")  # empty: every system
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    by = models.TextField()
    accounts = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)  # what counts.RunCounts writes and reads: named fields, with the version of their shape
    digest = models.TextField(default="")

    personal = ()
    plain = ("id", "organisation", "on_date", "system_code", "started_at", "finished_at", "by", "accounts", "counts", "digest")


class Finding(models.Model):
    """One piece of trouble, open until a later reconciliation no longer finds it.

    It is of one account (its system, environment and user name), of a person whatever their accounts (no system), or of a whole system
    (no user name). The accounts it touches are rows of FindingAccount.
    """

    organisation = models.ForeignKey("people.Organisation", models.PROTECT)
    system = models.ForeignKey("systems.System", models.PROTECT, null=True)
    account = models.ForeignKey(Account, models.PROTECT, null=True)
    person = models.ForeignKey("people.Person", models.PROTECT, null=True)
    environment = models.TextField(default="")
    username = models.TextField(default="")
    employee_number = models.TextField(null=True)
    code = models.TextField()
    topic = models.TextField(default="")
    step = models.TextField()
    clause = models.TextField()
    detail = models.TextField()
    state = models.TextField(default=FINDING.start)
    who = models.TextField()  # the role that acts
    manager = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="findings_to_answer")
    task = models.ForeignKey("work.Task", models.PROTECT, null=True)
    found_on = models.DateField()
    asked_on = models.DateField()  # the day from which its present step is asked
    due_on = models.DateField()  # where it has a task, the task's
    run = models.ForeignKey(Run, models.PROTECT)  # the last run that found it
    closed_on = models.DateField(null=True)

    personal = ("account", "person", "username", "employee_number", "topic", "detail", "manager")
    plain = (
        "id", "organisation", "system", "environment", "code", "step", "clause", "state", "who", "task", "found_on", "asked_on", "due_on",
        "run", "closed_on",
    )  # fmt: skip

    class Meta:
        constraints = [
            states_known(FINDING, name="finding_state_known"),
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_on__isnull=False) | (~models.Q(state="closed") & models.Q(closed_on=None)),
                name="finding_closed_on_a_day",
            ),
            models.UniqueConstraint(
                fields=["system", "environment", "username", "code", "topic"],
                condition=models.Q(closed_on=None),
                name="one_open_finding_per_cause",
            ),
            models.UniqueConstraint(
                fields=["person", "code", "topic"],
                condition=models.Q(closed_on=None, system=None),
                name="one_open_finding_per_person",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "due_on", "id"], name="finding_open_due", condition=models.Q(closed_on=None)),
            models.Index(fields=["organisation", "code"], name="finding_open_code", condition=models.Q(closed_on=None)),
            models.Index(  # in the order in which the page's choices and figures are counted, which therefore reads nothing else
                fields=["organisation", "state", "code", "clause", "who", "system", "due_on"],
                name="finding_open_sorts",
                condition=models.Q(closed_on=None),
            ),
        ]

    @property
    def settled(self) -> bool:
        """Whether its step is already so: nobody need act."""
        return self.state == "settled"


class FindingMove(models.Model):
    """One thing that a comparison did to a finding: when, why, from what state to what."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="moves")
    at = models.DateTimeField()
    by = models.TextField()
    move = models.TextField()  # the name of the move, "begin", or what else happened: "tell_anew"
    was = models.TextField()
    became = models.TextField()
    note = models.TextField(default="")  # why

    personal = ()
    plain = ("id", "finding", "at", "by", "move", "was", "became", "note")


class FindingAccount(models.Model):
    """An account that a finding touches, from one comparison to another, and the clause that asks it there."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="accounts", db_index=False)  # an index below serves
    account = models.ForeignKey(Account, models.PROTECT)
    system = models.ForeignKey("systems.System", models.PROTECT, db_index=False)  # the index below serves
    clause = models.TextField()
    found_on = models.DateField()
    gone_on = models.DateField(null=True)

    personal = ("account",)
    plain = ("id", "finding", "system", "clause", "found_on", "gone_on")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finding", "account"], condition=models.Q(gone_on=None), name="an_account_once_per_finding")
        ]
        indexes = [
            models.Index(fields=["system", "clause", "finding"], name="finding_account_where", condition=models.Q(gone_on=None)),
            models.Index(fields=["finding", "gone_on", "account", "system", "clause"], name="finding_account_of"),  # counted from it alone
        ]


FINDINGS = Kind(
    machine=FINDING,
    model=Finding,
    history=FindingMove,
    thing="finding",
    begun="reconciliation.kept",
    verbs=dict.fromkeys((m.name for m in FINDING.moves), "reconciliation.kept"),  # one entry binds all that a comparison did
)

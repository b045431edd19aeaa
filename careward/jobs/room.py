"""What comparing gives the house: here the rooms meet the engines."""

from datetime import timedelta

from careward.access.accounts.actions import RECONCILE
from careward.core.room import ErrandKind, Room, TimedJob, Verb
from careward.evidence.ledger.pages import CHECK_EVERY
from careward.jobs import checking, comparing, machine, nightly, own_users

ROOM = Room(
    name="jobs",
    title="Nightly work",
    verbs=(Verb("reconciliation.due", "Nightly comparison begun"),),
    errands=(ErrandKind(RECONCILE, comparing.keep_for, comparing.compare_for, "Compare every account"),),
    faults=machine.faults,
    gauges=machine.gauges,
    jobs=(
        TimedJob(
            "accounts.nightly", "Compare every account", nightly.ask_for_the_night, at=nightly.NIGHTLY_AT, for_each_organisation=True,
            looks=True,
        ),
        TimedJob(
            "careward.own_users", "Look at Careward's own users", own_users.look_at_own_users, every=timedelta(hours=1),
            for_each_organisation=True,
        ),
        TimedJob("ledger.checks_asked", "Pass on checks of the ledger", checking.pass_on_checks, every=timedelta(seconds=30)),
        TimedJob(
            "ledger.weekly_check", "Check the whole ledger", checking.ask_for_the_weekly_check, every=CHECK_EVERY,
            for_each_organisation=True,
        ),
    ),
)  # fmt: skip

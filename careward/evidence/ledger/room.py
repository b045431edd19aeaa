"""What the ledger gives the house."""

from datetime import timedelta

from django.conf import settings

from careward.core.room import Alarm, ErrandKind, Home, MenuEntry, Passing, Permission, Room, TimedJob, Verb
from careward.evidence.ledger import actions, errands, sealing, witnessed

VERIFY = "ledger:entries:verify"

REMEDY = (
    "Keep the database and the keys as they are, find out what happened, and let a named person write it down: careward ledger explain."
)


SEE_TO_THE_WITNESS = (
    "See whether it and Careward's worker run, or name another: CAREWARD_WITNESS and CAREWARD_WITNESS_KEY. Where none is wanted any more, "
    "let a named person write down why: careward ledger explain."
)


def _alarms() -> tuple[Alarm, ...]:
    now = settings.CLOCK()
    found = [(words, REMEDY, "ledger:entries") for words in sealing.alarms(now=now)]
    if words := witnessed.witness_alarm(now=now):
        found.append((words, SEE_TO_THE_WITNESS, "ledger:checkpoints"))
    return tuple(Alarm(f"{words[:1].upper()}{words[1:]}.", remedy, VERIFY, url) for words, remedy, url in found)


ROOM = Room(
    name="ledger",
    title="The ledger itself",
    urls="careward.evidence.ledger.urls",
    permissions=(
        Permission(
            VERIFY,
            "see what was done, and check that nothing was changed since",
            (
                "system_administrator", "patient_systems_manager", "privacy_officer", "caldicott_guardian", "data_protection_team",
                "head_of_ig", "auditor", "trust_administrator",
            ),
            ("ledger",),
        ),
    ),
    verbs=(
        Verb("ledger.check_asked", "Check of the ledger asked for"),
        Verb("ledger.verified", "Ledger checked"),
        Verb("ledger.explained", "What happened to the ledger explained"),
        Verb("ledger.exported", "Evidence exported"),
        Verb("list.exported", "List exported", lane="exports"),
        Verb("ledger.key_rotated", "Signing key handed over to a new one"),
    ),
    menu=(MenuEntry("Ledger", "ledger:entries", (VERIFY,), place=70),),
    homes=(Home("entry", "ledger:entry", VERIFY),),
    errands=(ErrandKind(errands.VERIFY, errands.keep, errands.look, "Check the ledger"),),
    alarms=_alarms,
    jobs=(
        TimedJob("ledger.seal", "Seal what was written down", actions.seal, every=timedelta(minutes=1)),
        TimedJob("ledger.witness", "Have a witness cosign the newest checkpoint", witnessed.ask_the_witness, every=witnessed.ASKED_EVERY),
    ),
    passing=(
        Passing("ledger_entry", "held by the tree"),
        Passing("ledger_leaf", "held by the tree"),
        Passing("ledger_checkpoint", "held by what is signed outside the database"),
        Passing("ledger_lane", "held by the links and by what is signed"),
        Passing("ledger_link", "a keyed hash itself"),
        Passing("ledger_ledgercheck", "what a check found is an entry"),
    ),
)  # fmt: skip

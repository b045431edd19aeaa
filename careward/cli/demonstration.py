"""Furnishes the demonstration: a synthetic trust made, loaded, compared and given its personas, once."""

import json
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careward.cli import terms
from careward.engines.connectors.csv.reader import read_folder as read_feeds
from careward.engines.synthetic.organisation import NAME, ODS
from careward.engines.synthetic.trust import make_trust

if TYPE_CHECKING:
    from careward.people.staff.models import Organisation

BY = "cli/demonstration"
SEED = 20261122
DOCUMENTS = (
    ("tewv", "paris", "Patient Systems Manager"),
    ("tewv", "introduction", "Head of Digital Programmes"),
    ("elft", "access", "Head of Information Governance"),
)


def furnish(*, staff: int, systems: int, now: datetime, today: date, quiet: bool = False) -> None:
    """Does nothing where an organisation is already there."""
    from careward.people.staff.models import Organisation

    if Organisation.objects.exists():
        return
    say = terms.nothing if quiet else terms.out.print
    say("Making a synthetic trust (once)")
    with tempfile.TemporaryDirectory(prefix="careward-trust-") as folder:
        make_trust(Path(folder), staff=staff, systems=systems, days=730, seed=SEED, on=today)
        say(_load(Path(folder), now=now, today=today))


def _load(folder: Path, *, now: datetime, today: date) -> str:
    from careward.access.feeds import actions as feeds
    from careward.evidence.ledger import actions as ledger
    from careward.governance.procedures.actions import adopt_document
    from careward.jobs.reconcile import reconcile
    from careward.people.staff.actions import name_organisation
    from careward.people.staff.models import Organisation

    name_organisation(ods_code=ODS, name=NAME, pack="tewv", contact="phone the service desk on 4400", now=now, by=BY)
    trust = Organisation.objects.get(ods_code=ODS)
    reading = read_feeds(folder, profile="canonical")
    load = feeds.begin_load(organisation=trust, source="demonstration", profile="canonical", now=now, by=BY)
    feeds.apply_load(load_id=load.pk, reading=reading, now=now, by=BY)
    for pack, document, owner in DOCUMENTS:
        adopt_document(organisation=trust, pack=pack, document=document, owner=owner, reference="", from_on=today, now=now, by=BY)
    _people(trust, json.loads((folder / "truth" / "personas.json").read_text(encoding="utf-8")), now=now, today=today)
    for ago in (12, 5, 0):  # found on different nights, so that some of the work is late
        done = reconcile(organisation=trust, on=today - timedelta(days=ago), system="", keep=True, now=now - timedelta(days=ago), by=BY)
    ledger.seal(now=now)
    return f"  {done.accounts:,} accounts compared, {len(done.found):,} findings."


def _people(trust: "Organisation", personas: list[dict[str, Any]], *, now: datetime, today: date) -> None:
    """Each persona may sign in, with their role; a role bound to several systems is given for each."""
    from careward.people.signin.actions import accept_terms, give_role, make_user
    from careward.people.signin.models import User
    from careward.people.signin.terms import terms_in_force

    in_force = terms_in_force(trust.pack, today)
    for persona in personas:
        user = User.objects.filter(email=persona["email"]).first()
        user_id = user.pk if user else make_user(organisation_id=trust.pk, email=persona["email"], name=persona["name"], now=now, by=BY)
        if persona["persona"] != "bank_nurse":  # one has yet to accept, so that the page is seen
            accept_terms(organisation_id=trust.pk, user_id=user_id, text_hash=in_force.text_hash, now=now, by=BY)
        for system in persona["systems"] or [""]:
            give_role(organisation_id=trust.pk, user_id=user_id, role=persona["role"], system_code=system, from_on=today, now=now, by=BY)

"""Furnishes the demonstration: a synthetic trust made, loaded, compared and given its personas, once."""

import json
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careward.cli import terms
from careward.core.days import london_day
from careward.engines.connectors.csv.reader import read_folder as read_feeds
from careward.engines.synthetic.organisation import NAME, ODS
from careward.engines.synthetic.trust import make_trust

if TYPE_CHECKING:
    from careward.people.staff.models import Organisation

BY = "cli/demonstration"
NIGHTS = (12, 5, 0)  # days ago: found on different nights, so that some of the work is late
SEED = 20261122
DOCUMENTS = (
    ("tewv", "paris", "Patient Systems Manager"),
    ("tewv", "introduction", "Head of Digital Programmes"),
    ("elft", "access", "Head of Information Governance"),
)


def furnish(*, staff: int, systems: int, now: datetime, today: date, quiet: bool = False) -> None:
    """Does nothing where the trust is whole; what was cut off goes on from where it was, on the day it was begun.

    Refused in a home that holds a real organisation.
    """
    from careward.people.staff.actions import finish_demonstration, name_organisation
    from careward.people.staff.models import Made, Organisation

    if Organisation.objects.filter(ods_code=ODS, demonstration=Made.WHOLE).exists():
        return
    say = terms.nothing if quiet else terms.out.print
    say("Making a synthetic trust (once)")
    desk = "phone the service desk on 4400"
    name_organisation(ods_code=ODS, name=NAME, pack="tewv", contact=desk, demonstration=True, now=now, by=BY)
    trust = Organisation.objects.get(ods_code=ODS)
    began = _began(trust, today)
    at = now - timedelta(days=(today - began).days)
    with tempfile.TemporaryDirectory(prefix="careward-trust-") as folder:
        make_trust(Path(folder), staff=staff, systems=systems, days=730, seed=SEED, on=began)
        _load(trust, Path(folder), now=at)
        personas = json.loads((Path(folder) / "truth" / "personas.json").read_text(encoding="utf-8"))
    _adopt(trust, now=at, today=began)
    for persona in personas:
        _let_in(trust, persona, now=at, today=began)
    say(_compare(trust, now=at, today=began))
    finish_demonstration(ods_code=ODS, now=now, by=BY)
    say("The synthetic trust is whole.")


def _began(trust: "Organisation", today: date) -> date:
    """The day its first load was begun: one that was cut off goes on with the same files."""
    from careward.access.feeds.models import Load

    first = Load.objects.filter(organisation=trust).order_by("id").values_list("begun_at", flat=True).first()
    return london_day(first) if first else today


def _load(trust: "Organisation", folder: Path, *, now: datetime) -> None:
    from careward.access.feeds import actions as feeds
    from careward.access.feeds.models import Load

    if Load.objects.filter(organisation=trust, state="applied").exists():
        return
    begun = Load.objects.filter(organisation=trust).order_by("id").first()
    load = begun or feeds.begin_load(organisation=trust, source="demonstration", profile="canonical", now=now, by=BY)
    reading = read_feeds(folder, profile="canonical", on=london_day(now))
    feeds.apply_load(load_id=load.pk, reading=reading, now=now, by=BY)


def _adopt(trust: "Organisation", *, now: datetime, today: date) -> None:
    from careward.governance.procedures.actions import adopt_document
    from careward.governance.procedures.models import Adoption

    there = set(Adoption.objects.filter(organisation=trust).values_list("pack", "document"))
    for pack, document, owner in DOCUMENTS:
        if (pack, document) not in there:
            adopt_document(organisation=trust, pack=pack, document=document, owner=owner, reference="", from_on=today, now=now, by=BY)


def _compare(trust: "Organisation", *, now: datetime, today: date) -> str:
    from careward.access.accounts.models import Finding, Run
    from careward.jobs.reconcile import reconcile

    kept = set(Run.objects.filter(organisation=trust).exclude(finished_at=None).values_list("on_date", flat=True))
    for ago in NIGHTS:
        if today - timedelta(days=ago) not in kept:
            reconcile(organisation=trust, on=today - timedelta(days=ago), system="", keep=True, now=now - timedelta(days=ago), by=BY)
    last = Run.objects.filter(organisation=trust).order_by("-id")[0]
    return f"  {last.accounts:,} accounts compared, {Finding.objects.filter(organisation=trust, closed_on=None).count():,} findings."


def _let_in(trust: "Organisation", persona: dict[str, Any], *, now: datetime, today: date) -> None:
    """A persona may sign in, with their role; a role bound to several systems is given for each."""
    from careward.people.signin.actions import accept_terms, give_role, make_user
    from careward.people.signin.models import RoleHeld, User
    from careward.people.signin.terms import terms_in_force

    user = User.objects.filter(email=persona["email"]).first()
    user_id = user.pk if user else make_user(organisation_id=trust.pk, email=persona["email"], name=persona["name"], now=now, by=BY)
    if persona["persona"] != "bank_nurse":  # one has yet to accept, so that the page is seen
        accept_terms(organisation_id=trust.pk, user_id=user_id, text_hash=terms_in_force(trust.pack, today).text_hash, now=now, by=BY)
    given = set(RoleHeld.objects.filter(organisation=trust, user_id=user_id).values_list("role", "system_code"))
    for system in persona["systems"] or [""]:
        if (persona["role"], system) not in given:
            give_role(organisation_id=trust.pk, user_id=user_id, role=persona["role"], system_code=system, from_on=today, now=now, by=BY)

"""Furnishes the demonstration: two made-up organisations, loaded, compared over a year and given their personas, once."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careward.cli import terms
from careward.cli.demonstration_loads import refuse_and_hold, take_back
from careward.core.columns import SYSTEMS
from careward.engines.connectors.csv.reader import read_folder as read_feeds
from careward.engines.synthetic import organisation, record
from careward.engines.synthetic.earlier import make_earlier
from careward.engines.synthetic.trust import make_trust

if TYPE_CHECKING:
    from careward.people.staff.models import Organisation

BY = "cli/demonstration"
LOOKS = 4  # comparisons of the past, at month ends from eleven months ago to the last: more of them would make the first start long
SEED = 20261122
FILES = "made-up files of "  # how a load of ours is called, with the days of the files and of the whole


@dataclass(frozen=True, slots=True)
class MadeUp:
    """An organisation of the demonstration: `make` writes its files as at a day, `past` says on which days before it was looked at."""

    ods: str
    name: str
    pack: str
    contact: str
    documents: tuple[tuple[str, str, str], ...]  # the pack, the document, who owns it
    make: Callable[[Path, date], object]
    past: Callable[[date], tuple[date, ...]] = lambda _: ()
    own_loads: bool = False  # whether its administrator has loads that were refused, held and taken back


def furnish(*, staff: int, systems: int, now: datetime, today: date, quiet: bool = False, looks: int = LOOKS) -> None:
    """Does nothing where both organisations are whole; what was cut off goes on from where it was, on the day it was begun.

    Neither is entered before both are whole. Refused in a home that holds a real organisation.
    """
    from careward.people.staff.actions import finish_demonstration, name_organisation
    from careward.people.staff.models import Made, Organisation

    whole = set(Organisation.objects.filter(demonstration=Made.WHOLE).values_list("ods_code", flat=True))
    wanted = [each for each in _made_up(staff, systems, looks) if each.ods not in whole]
    say = terms.nothing if quiet else terms.out.print
    for each in wanted:
        name_organisation(
            ods_code=each.ods, name=each.name, pack=each.pack, contact=each.contact, demonstration=True, now=now, by=BY
        )  # fmt: skip
    for each in wanted:
        say(f"Making {each.name} (once)")
        say(_furnish(each, Organisation.objects.get(ods_code=each.ods), now, today))
    for each in wanted:
        finish_demonstration(ods_code=each.ods, now=now, by=BY)
        say(f"{each.name} is whole.")


def _made_up(staff: int, systems: int, looks: int) -> tuple[MadeUp, ...]:
    return (
        MadeUp(
            organisation.ODS, organisation.NAME, "tewv", "phone the service desk on 4400",
            (
                ("tewv", "paris", "Patient Systems Manager"), ("tewv", "introduction", "Head of Digital Programmes"),
                ("elft", "access", "Head of Information Governance"),
            ),
            make=lambda folder, on: make_trust(folder, staff=staff, systems=systems, days=730, seed=SEED, on=on),
            past=lambda on: _past(on, looks),
            own_loads=True,
        ),
        MadeUp(
            record.ODS, record.NAME, record.PACK, "phone the record programme on 5500", ((record.PACK, "sop", "Programme manager"),),
            make=lambda folder, on: record.make_record_keeper(folder, seed=SEED, on=on),
        ),
    )  # fmt: skip


def _past(on: date, looks: int) -> tuple[date, ...]:
    """So many month ends before a day, evenly from the first of the year that is shown to the last."""
    from careward.access.accounts.rules.months import month_ends

    *ends, _ = month_ends(on)
    return tuple(ends[nth * (len(ends) - 1) // max(1, looks - 1)] for nth in range(looks))


def _furnish(each: MadeUp, here: "Organisation", now: datetime, today: date) -> str:
    """Loads the files of one day after another and compares each, as people did at the time; what is there already is left."""
    began = _began(here, today)
    at = now - timedelta(days=(today - began).days)
    with tempfile.TemporaryDirectory(prefix="careward-made-up-") as place:
        files = Path(place) / "files"
        each.make(files, began)
        for nth, on in enumerate(past := each.past(began)):
            if not _kept(here, on):
                folder = Path(place) / on.isoformat()
                make_earlier(files, on=on, into=folder, systems=_joined(files, nth, len(past)))
                _bring(each, here, folder, on=on, began=began, now=at - timedelta(days=(began - on).days))
                _compare(here, on=on, now=at - timedelta(days=(began - on).days))
        _bring(each, here, files, on=began, began=began, now=at)
        personas = json.loads((files / "truth" / "personas.json").read_text(encoding="utf-8"))
        users = {persona["persona"]: _let_in(here, persona, now=at, today=began) for persona in personas}
        loader = users["trust_administrator"] if each.own_loads else 0
        if loader:
            take_back(here, files, user=loader, now=at)
        if not _kept(here, began):
            _compare(here, on=began, now=at)
        if loader:
            refuse_and_hold(here, files, user=loader, now=at)
    return _told(here)


def _joined(files: Path, nth: int, of: int) -> list[str]:
    """The systems that had joined by the nth comparison of the past: one after another, the first at once."""
    codes = [line.partition(",")[0] for line in (files / SYSTEMS.file).read_text(encoding="utf-8").splitlines()[1:]]
    return [code for place, code in enumerate(codes) if place * of // len(codes) <= nth]


def _began(here: "Organisation", today: date) -> date:
    """The day its first load was begun: one that was cut off goes on with the same files."""
    from careward.access.feeds.models import Load

    first = Load.objects.filter(organisation=here, source__startswith=FILES).order_by("id").values_list("source", flat=True).first()
    return date.fromisoformat(first[-10:]) if first else today


def _kept(here: "Organisation", on: date) -> bool:
    from careward.access.accounts.models import Run

    return Run.objects.filter(organisation=here, on_date=on).exclude(finished_at=None).exists()


def _bring(each: MadeUp, here: "Organisation", folder: Path, *, on: date, began: date, now: datetime) -> None:
    """Loads the files of a day; with the first of them the procedures come into force."""
    from careward.access.feeds import actions as feeds
    from careward.access.feeds.models import Load
    from careward.governance.procedures.actions import adopt_document
    from careward.governance.procedures.models import Adoption

    source = f"{FILES}{on.isoformat()}, made on {began.isoformat()}"
    load = Load.objects.filter(organisation=here, source=source).first()
    if load is None or load.state != "applied":
        load = load or feeds.begin_load(organisation=here, source=source, profile="canonical", now=now, by=BY)
        report = feeds.apply_load(load_id=load.pk, reading=read_feeds(folder, profile="canonical", on=on), now=now, by=BY)
        if report.state != "applied":
            raise RuntimeError(f"{source}: {report.state}: {'; '.join(r.detail for r in report.reasons)}")
    there = set(Adoption.objects.filter(organisation=here).values_list("pack", "document"))
    for pack, document, owner in each.documents:
        if (pack, document) not in there:
            adopt_document(organisation=here, pack=pack, document=document, owner=owner, reference="", from_on=on, now=now, by=BY)


def _compare(here: "Organisation", *, on: date, now: datetime) -> None:
    from careward.jobs.reconcile import reconcile

    reconcile(organisation=here, on=on, system="", keep=True, now=now, by=BY)


def _told(here: "Organisation") -> str:
    from careward.access.accounts.models import Finding, Run

    last = Run.objects.filter(organisation=here).order_by("-id")[0]
    return f"  {last.accounts:,} accounts compared, {Finding.objects.filter(organisation=here, closed_on=None).count():,} findings."


def _let_in(here: "Organisation", persona: dict[str, Any], *, now: datetime, today: date) -> int:
    """A persona may sign in, with their role; a role bound to several systems is given for each."""
    from careward.people.signin.actions import accept_terms, give_role, make_user
    from careward.people.signin.models import RoleHeld, User
    from careward.people.signin.terms import terms_in_force

    user = User.objects.filter(email=persona["email"]).first()
    user_id = user.pk if user else make_user(organisation_id=here.pk, email=persona["email"], name=persona["name"], now=now, by=BY)
    if persona["persona"] != "bank_nurse":  # one has yet to accept, so that the page is seen
        accept_terms(organisation_id=here.pk, user_id=user_id, text_hash=terms_in_force(here.pack, today).text_hash, now=now, by=BY)
    given = set(RoleHeld.objects.filter(organisation=here, user_id=user_id).values_list("role", "system_code"))
    for system in persona["systems"] or [""]:
        if (persona["role"], system) not in given:
            give_role(organisation_id=here.pk, user_id=user_id, role=persona["role"], system_code=system, from_on=today, now=now, by=BY)
    return user_id

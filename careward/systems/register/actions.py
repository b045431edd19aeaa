"""Filling an organisation's register from a procedure that lists one."""

from datetime import datetime

from django.db import transaction

from careward.core.packs.pack import Pack
from careward.core.packs.register import RegisterEntry
from careward.evidence.ledger import actions as ledger
from careward.people.staff.models import Organisation
from careward.systems.register.models import Environment, System


@transaction.atomic
def fill_register(*, organisation: Organisation, pack: Pack, now: datetime, by: str) -> tuple[str, ...]:
    """Enters each system that a procedure's register lists and the organisation's has not, with its environments; returns their codes.

    What stands is the organisation's own and is left as it is (EL-061, EL-066 to EL-085).
    """
    there = set(System.objects.filter(organisation=organisation).values_list("code", flat=True))
    entered = tuple(_enter(organisation, entry, pack) for entry in pack.register if entry.code not in there)
    if entered:
        ledger.record(
            at=now, actor=by, verb="register.filled", subject=f"organisation/{organisation.pk}", organisation=organisation.ods_code,
            pack=pack.id, systems=list(entered),
        )  # fmt: skip
    return entered


def _enter(organisation: Organisation, entry: RegisterEntry, pack: Pack) -> str:
    row = System.objects.create(
        organisation=organisation, code=entry.code, name=entry.name, kind=entry.kind, description=entry.description,
        administrator_title=entry.administrator_title, administrator_contact=entry.administrator_contact,
        request_channel=entry.request_channel, pack=pack.id,
    )  # fmt: skip
    for each in pack.environments:
        Environment.objects.create(system=row, code=each.code, title=each.title, live=each.live)
    return entry.code

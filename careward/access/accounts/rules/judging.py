"""What is wrong with one account, why, and what to do about it. The set form is careward.engines.analysis.reconciliation."""

from collections.abc import Iterator, Sequence
from datetime import date

from careward.access.accounts.rules import authority, holding, own
from careward.access.accounts.rules.answers import Said, said
from careward.access.accounts.rules.shapes import OF_A_PERSON, ApprovedGeneric, Holder, SeenAccount, SystemFacts
from careward.access.accounts.rules.states import already_so
from careward.access.accounts.rules.wrongs import Wrong
from careward.access.authorisations import rules as authorisations
from careward.core.packs.pack import Pack
from careward.core.ports import Found


def judge(
    account: SeenAccount,
    *,
    fits: Sequence[Holder],
    siblings: Sequence[SeenAccount],
    generic: Sequence[ApprovedGeneric],
    system: SystemFacts,
    pack: Pack,
    on: date,
) -> tuple[Found, ...]:
    """Everything wrong with one account on a day, in the order of code and topic.

    `fits` are the persons who fit it (Facts.fits), `siblings` the open accounts of the one person who fits it, on its
    system (itself may be among them), `generic` the approvals listed for its user name. A closed account has nothing wrong.
    """
    if not account.is_open:
        return ()
    fits = () if account.kind == "service" else fits
    holder = fits[0] if len(fits) == 1 else None
    told = said(account, fits, pack, on)
    wrongs = [*_of_the_account(account, fits, generic, told, pack, on)]
    if holder:  # rules about the holder run only on a sure match
        wrongs += _of_the_holder(account, holder, siblings, system, told, pack, on)
    wrongs.sort(key=lambda w: (w.code, w.topic))
    return tuple(_found(w, account, holder, pack) for w in wrongs)


def _of_the_account(
    account: SeenAccount, fits: Sequence[Holder], generic: Sequence[ApprovedGeneric], told: Said | None, pack: Pack, on: date
) -> Iterator[Wrong]:
    yield from own.contradicted(account)
    yield from own.generic_unapproved(account, generic, on)
    yield from own.owner_left(account, generic, on)
    if account.kind == "service":
        return
    rule = pack.inactivity_for(account.system)
    yield from own.inactive(account, rule, told, on)
    yield from own.use_unknown(account, rule)
    yield from own.unmatched(account, fits, told)
    yield from own.ambiguous(account, fits, told)


def _of_the_holder(
    account: SeenAccount, holder: Holder, siblings: Sequence[SeenAccount], system: SystemFacts, told: Said | None, pack: Pack, on: date
) -> Iterator[Wrong]:
    yield from holding.leaver(holder, told, on)
    if account.kind not in OF_A_PERSON:
        return
    yield from own.duplicate(account, siblings)
    yield from holding.absent(account, holder, pack.absence, told, on)
    yield from holding.training(holder, pack.training, on)
    yield from holding.registration(holder, system, on)
    given = authority.here(holder, account, on)
    counted = authorisations.counted(given, holder=holder.employee_number, pack=pack)
    yield from authority.admin_unapproved(account, given)
    why = authority.refused(given, holder=holder.employee_number, pack=pack)
    yield from authority.authorisation(account, counted, why, on)
    yield from authority.environment(account, counted, why, on)
    yield from authority.entitlement(account, counted, on, pack)


def _found(wrong: Wrong, account: SeenAccount, holder: Holder | None, pack: Pack) -> Found:
    return Found(
        system=account.system,
        environment=account.environment,
        username=account.username,
        employee_number=holder.employee_number if holder else None,
        code=wrong.code,
        step=wrong.step,
        clause=wrong.clause or pack.findings[wrong.code].clause,
        detail=wrong.detail,
        topic=wrong.topic,
        settled=already_so(wrong.step, status=account.status),
        since=max((day for day in (wrong.since, account.created_on) if day), default=None),  # nothing is wrong before it exists
    )

"""The tables of evidence: what binding them adds to an act, and holding 400,000 accounts against the ledger."""

import json
import sys
import time
from hashlib import blake2b
from typing import Any

from careward.cli.measurements._own_house import inner, row

ACCOUNTS = 400_000
COLUMNS = ("organisation_id", "system_id", "username", "display_name", "employee_number", "email", "status", "seen_on")


def measure(*, small: bool = False) -> list[dict[str, Any]]:
    return inner("tables", str(ACCOUNTS // 20 if small else ACCOUNTS))


def _inner(accounts: int) -> list[dict[str, Any]]:
    from careward.cli.ready import open_house

    open_house()
    return [_single(), *_many(accounts)]


def _single(count: int = 1_000) -> dict[str, Any]:
    """An act with its entry, with and without the tables bound."""
    from django.db import connection, transaction

    from careward.cli.terms import now
    from careward.evidence.ledger.actions import record
    from careward.people.staff.models import Organisation

    def act(number: int) -> None:
        with transaction.atomic():
            Organisation.objects.create(ods_code=f"E{number}", name="Bench")
            record(at=now(), actor="bench", verb="organisation.named", subject=f"organisation/{number}", organisation="E", name="Bench")

    bound = _each(act, range(count))
    with connection.unwatched():  # type: ignore[attr-defined]
        alone = _each(act, range(count, 2 * count))
    Organisation.objects.all()._raw_delete("default")
    return row("binding its tables adds to an act", (bound - alone) * 1_000, "ms", f"{count} acts", 5, "the act alone", bound / alone)


def _each(act: Any, numbers: range) -> float:
    began = time.perf_counter()
    for number in numbers:
        act(number)
    return (time.perf_counter() - began) / len(numbers)


def _many(accounts: int) -> list[dict[str, Any]]:
    from django.db import transaction

    from careward.access.accounts.models import Account
    from careward.cli.terms import now
    from careward.evidence.ledger.actions import record
    from careward.evidence.rows import bulk
    from careward.evidence.tables import proof
    from careward.people.staff.models import Organisation
    from careward.systems.register.models import System

    with transaction.atomic():
        organisation = Organisation.objects.create(ods_code="X", name="Bench")
        system = System.objects.create(organisation=organisation, code="s", name="S", kind="clinical")
        record(at=now(), actor="bench", verb="organisation.named", subject="organisation/1", organisation="X")
    began = time.perf_counter()
    with transaction.atomic():
        ids = bulk.Ids().take("accounts_account", accounts)
        fixed = (organisation.pk, system.pk)
        rows = [(n, *fixed, f"user{n}", f"Some Name {n}", f"{n}", f"user{n}@trust.example", "active", "2026-11-22") for n in ids]
        rest = bulk.defaults(Account, but=COLUMNS)
        bulk.insert("accounts_account", (*COLUMNS, *rest), rows, tuple(rest.values()))
        record(at=now(), actor="bench", verb="accounts.made", subject="organisation/1", organisation="X")
    loading = time.perf_counter() - began
    began = time.perf_counter()
    report = proof.verify()
    verifying = time.perf_counter() - began
    problems = [words for words in report.problems if not words.startswith("people_organisation")]  # made without being bound, above
    if problems:
        raise RuntimeError(str(problems))
    began = time.perf_counter()
    for number in range(100_000):
        blake2b(b"a" * 200 + str(number).encode(), key=b"k", digest_size=16).digest()
    hashing = (time.perf_counter() - began) / 100_000
    size = f"{accounts:,} accounts"
    target = 20 if accounts == ACCOUNTS else None
    return [
        row("rows written and bound", accounts / loading, "per_s", size),
        row("tables verified", verifying, "s", size, target, "hashing a row alone", verifying / accounts / hashing),
    ]


if __name__ == "__main__" and sys.argv[1:2] == ["inner"]:
    print(json.dumps(_inner(int(sys.argv[2]))))

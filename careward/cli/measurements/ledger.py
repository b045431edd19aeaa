"""The ledger: single transactions, sealing, verifying; against writing rows without any evidence, and hashing alone."""

import hashlib
import json
import sys
import time
from typing import Any

from careward.cli.measurements._own_house import inner, row


def measure(*, small: bool = False) -> list[dict[str, Any]]:
    return inner("ledger", str(50_000 if small else 1_000_000))


def _inner(entries: int) -> list[dict[str, Any]]:
    from careward.cli.ready import open_house

    open_house()
    return [*_single(), *_many(entries)]


def _single(count: int = 2_000) -> list[dict[str, Any]]:
    from django.db import transaction

    from careward.cli.terms import now
    from careward.evidence.ledger.actions import record
    from careward.people.staff.models import Organisation

    def bare(number: int) -> None:
        with transaction.atomic():
            Organisation.objects.create(ods_code=f"B{number}", name="Bench")

    def evidenced(number: int) -> None:
        with transaction.atomic():
            Organisation.objects.create(ods_code=f"E{number}", name="Bench")
            record(at=now(), actor="bench", verb="organisation.named", subject=f"organisation/{number}", organisation="E", name="Bench")

    plain, kept = _rate(bare, count), _rate(evidenced, count)
    return [
        row(
            "transactions with their ledger entry",
            kept,
            "per_s",
            f"{count} transactions",
            1_000,
            "the same without the entry",
            kept / plain,
        ),
        row("what an entry and its link add to an act", 1_000 / kept - 1_000 / plain, "ms", f"{count} transactions", 5),
    ]


def _rate(act: Any, count: int) -> float:
    began = time.perf_counter()
    for number in range(count):
        act(number)
    return count / (time.perf_counter() - began)


def _many(entries: int) -> list[dict[str, Any]]:
    from django.db import transaction

    from careward.cli.terms import now
    from careward.evidence.ledger.actions import record_many, seal
    from careward.evidence.ledger.models import Entry
    from careward.evidence.ledger.queries import inclusion, verify
    from careward.evidence.ledger.rules import Deed

    for start in range(0, entries, 50_000):
        with transaction.atomic():
            deeds = [Deed("account.locked", f"account/{n}", {"system": "paris", "number": n}) for n in range(start, start + 50_000)]
            record_many(at=now(), actor="bench", organisation="X", deeds=deeds)
    began = time.perf_counter()
    seal(now=now())
    sealing = time.perf_counter() - began
    began = time.perf_counter()
    report = verify()
    verifying = time.perf_counter() - began
    if not report.ok:
        raise RuntimeError(str(report))
    hashing = _hashing()
    size = f"{entries} entries"
    proof = inclusion(organisation="X", entry_id=Entry.objects.filter(organisation="X").earliest("id").pk)
    if proof is None:
        raise RuntimeError("what is sealed has a proof")
    return [
        row("entries sealed", entries / sealing, "per_s", size, 200_000, "hashing a row alone", entries / sealing / hashing),
        row(
            "ledger verified",
            verifying,
            "s",
            size,
            5 if entries == 1_000_000 else None,
            "hashing a row alone",
            hashing * verifying / entries,
        ),
        row("proof of one entry", len(proof.text().encode()), "bytes", size, 1_024),
    ]


def _hashing(count: int = 100_000) -> float:
    began = time.perf_counter()
    for number in range(count):
        hashlib.sha256(json.dumps({"n": number, "verb": "account.locked"}).encode()).digest()
    return count / (time.perf_counter() - began)


if __name__ == "__main__" and sys.argv[1:2] == ["inner"]:
    print(json.dumps(_inner(int(sys.argv[2]))))

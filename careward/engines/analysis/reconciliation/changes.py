"""What a comparison changes of the accounts themselves, column by column: whose each is, and how many there are of each sort."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from careward.engines.analysis.reconciliation.figures import LIVE

OPEN = pa.array(["active", "locked"])
SORT = ("pack", "live", "kind", "active", "matched", "use_known", "roles_stated", "teams_stated")


def changed_matches(was: pa.Table, matches: pa.Table) -> list[tuple[int, int | None, int]]:
    """Rows of tables.MATCHES that say something else than what stood: `was` has account_id, person_id and fits, of the same accounts."""
    was, now = was.sort_by("account_id"), matches.sort_by("account_id")
    if not was["account_id"].equals(now["account_id"]):
        raise ValueError("these matches are of other accounts; compare again")
    same = pc.and_(_alike(was["person_id"], now["person_id"]), _alike(was["fits"], now["fits"]))
    moved = now.filter(pc.invert(same))
    return list(zip(*(moved[c].to_pylist() for c in ("account_id", "person_id", "fits")), strict=True))


def _alike(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Equal, or both unknown."""
    neither = pc.and_(pc.is_null(one), pc.is_null(other))
    return pc.or_(pc.fill_null(pc.equal(one, other), False), neither)


def cases(accounts: pa.Table, matches: pa.Table, packs: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    """How many open accounts there are of each sort (SORT, `accounts`); `packs` maps each system's code to its pack."""
    a, now = accounts.sort_by("account_id"), matches.sort_by("account_id")
    names = pa.array(list(packs))
    columns = {
        "pack": pa.chunked_array([pa.array(list(packs.values()))]).take(pc.index_in(a["system"], names)),
        "live": pc.equal(a["environment"], LIVE),
        "kind": a["kind"],
        "active": pc.equal(a["status"], "active"),
        "matched": pc.equal(now["fits"], 1),
        "use_known": pc.or_(pc.is_valid(a["last_used_on"]), pc.is_valid(a["created_on"])),
        "roles_stated": pc.is_valid(a["roles"]),
        "teams_stated": pc.is_valid(a["teams"]),
    }
    there = pa.table(columns).filter(pc.is_in(a["status"], OPEN))
    counted = there.group_by(list(SORT)).aggregate([([], "count_all")]).rename_columns([*SORT, "accounts"])
    rows: list[dict[str, Any]] = counted.to_pylist()
    return rows

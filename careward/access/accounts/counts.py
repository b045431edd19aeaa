"""What a run counted, as it is kept: named fields with the version of their shape, so that an old row is still read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

VERSION = 3  # 1: `cases` were lists of values by place; 2: without `in_order`


@dataclass(frozen=True, slots=True)
class AccountCount:
    """So many open accounts of one sort: what clauses are counted over."""

    pack: str
    live: bool
    kind: str
    active: bool
    matched: bool
    use_known: bool
    roles_stated: bool
    teams_stated: bool
    accounts: int

    @property
    def of_a_person(self) -> bool:
        return self.kind in ("normal", "admin")

    @property
    def with_owner(self) -> bool:
        return self.of_a_person and self.matched

    @property
    def in_use_by_people(self) -> bool:
        return self.kind != "service"


@dataclass(frozen=True, slots=True)
class RunCounts:
    """Findings opened, still there and closed; systems whose plan is unsafe; lines by code; open accounts by sort (None: not kept).

    `in_order`: by pack and code, how many of the few accounts to whom a duty applies are as it asks (None: not kept).
    """

    opened: int = 0
    still: int = 0
    closed: int = 0
    unsafe: tuple[str, ...] = ()
    by_code: Mapping[str, int] = field(default_factory=dict)
    cases: tuple[AccountCount, ...] | None = None
    in_order: Mapping[str, Mapping[str, int]] | None = None

    def kept(self) -> dict[str, Any]:
        """As a run keeps it, in JSON."""
        cases = None if self.cases is None else [asdict(g) for g in self.cases]
        return {
            "version": VERSION, "opened": self.opened, "still": self.still, "closed": self.closed, "unsafe": list(self.unsafe),
            "by_code": dict(self.by_code), "cases": cases, "in_order": self.in_order,
        }  # fmt: skip


GROUP = tuple(f.name for f in fields(AccountCount))


def counts_of(kept: Mapping[str, Any]) -> RunCounts:
    """What a run kept, of this version or an earlier one. Raises ValueError for one of a version to come."""
    version = kept.get("version", 1)
    if version > VERSION:
        raise ValueError(f"these counts are of version {version}, and this Careward reads up to {VERSION}; run the newer one")
    cases = kept.get("cases")
    return RunCounts(
        opened=kept.get("opened", 0), still=kept.get("still", 0), closed=kept.get("closed", 0), unsafe=tuple(kept.get("unsafe", ())),
        by_code=kept.get("by_code", {}), cases=None if cases is None else tuple(_group(g) for g in cases),
        in_order=kept.get("in_order"),
    )  # fmt: skip


def _group(kept: Mapping[str, Any] | Sequence[Any]) -> AccountCount:
    return AccountCount(**kept) if isinstance(kept, Mapping) else AccountCount(**dict(zip(GROUP, kept, strict=True)))

"""Procedure packs: what an organisation's own documents say, as data. Strict: an unknown key is an error.

A pack is a folder: `pack.toml` (numbers, names, orders, lists), `documents/*.toml` (header, sections, clauses of each
procedure document), `cases/*.toml` (worked examples, run as tests) and `was/*.toml` (earlier versions of pack.toml,
still readable). Packs never hold expressions.
"""

import hashlib
import tomllib
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints

SHIPPED = Path(__file__).resolve().parents[1] / "packs"


class PackError(ValueError):
    """A pack says something we do not understand; the message names the file, the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Inactivity:
    """Days since last use; 0 means the step is never taken. `least` and `most` bound what a system may agree."""

    lock_after_days: int
    close_after_days: int
    notice_days: int
    least_lock_days: int
    most_lock_days: int
    refresher_after_days: int
    lock_clause: str
    close_clause: str
    warn_clause: str


@dataclass(frozen=True, slots=True)
class Course:
    code: str
    title: str
    clause: str
    valid_months: int  # 0: passed once, good for ever
    declaration: bool
    declaration_clause: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    approvers: tuple[str, ...]
    exception_approvers: tuple[str, ...]
    working_days: int
    interim_working_days: int
    clause: str


@dataclass(frozen=True, slots=True)
class Absence:
    """Which absence kinds and assignment statuses count as long-term."""

    kinds: tuple[str, ...]
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Safety:
    """When a plan or a feed is too large a change to act on without a named person's allowance."""

    most_share_percent: int  # of a system's open accounts locked or closed by one plan
    least_accounts: int  # fewer than this many to lock or close is never a mass change
    most_dropped_percent: int  # of a feed's rows gone since last time
    most_changed_percent: int  # of a feed's known rows changed at once: a shifted column looks like this
    most_refused_percent: int  # of a feed's rows that cannot be read
    least_rows: int  # fewer rows than this are never held for their share


@dataclass(frozen=True, slots=True)
class FindingRule:
    """What follows from one finding code: its clause, who acts, and by when."""

    clause: str
    who: str  # a role of the organisation
    working_days: int
    title: str


@dataclass(frozen=True, slots=True)
class Environment:
    code: str
    title: str
    live: bool
    approvers: tuple[str, ...]  # empty: the registration approvers
    clause: str


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One row of the register of systems as the document lists it."""

    code: str
    name: str
    kind: str
    description: str
    administrator_title: str
    administrator_contact: str
    request_channel: str
    clause: str
    lock_after_days: int = 0  # 0: the pack's own figure
    services: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    hosted_elsewhere: bool = False
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    title: str
    clause: str


@dataclass(frozen=True, slots=True)
class Terms:
    version: str
    clause: str
    text: str


@dataclass(frozen=True, slots=True)
class Pack:
    id: str
    title: str
    source: str
    version: str
    in_force_on: date
    inactivity: Inactivity
    training: tuple[Course, ...]
    registration: Registration
    absence: Absence
    safety: Safety
    terms: Terms
    findings: dict[str, FindingRule]
    environments: tuple[Environment, ...]
    register: tuple[RegisterEntry, ...] = ()
    routes: tuple[Choice, ...] = ()
    role_categories: tuple[Choice, ...] = ()
    documents: tuple[str, ...] = ()
    digest: str = ""

    def inactivity_for(self, system: str) -> Inactivity:
        """The figures agreed for one system (EL-036): its own lock figure where the register gives one."""
        own = next((e.lock_after_days for e in self.register if e.code == system), 0)
        return replace(self.inactivity, lock_after_days=own) if own else self.inactivity

    def environment(self, code: str) -> Environment | None:
        return next((e for e in self.environments if e.code == code), None)

    def environment_approvers(self, code: str) -> tuple[str, ...]:
        """Who may authorise an account on a non-live environment; an unknown one falls to the strictest named."""
        known = self.environment(code) or next((e for e in self.environments if not e.live), None)
        return known.approvers if known and known.approvers else self.registration.approvers


@dataclass(frozen=True, slots=True)
class Section:
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Clause:
    id: str  # "PA-033"; stable: packs, tests and pages cite it
    section: str  # number of the section it stands in
    duty: str  # what must be so, in our own words
    actor: str
    module: str  # A identity, P privacy audit, V viewer, S systems, R rights, X cross-cutting
    kind: str  # H enforced, T tracked, D held as data


@dataclass(frozen=True, slots=True)
class Approval:
    group: str
    on: date


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    version: str
    on: date
    amendment: str
    status: str


@dataclass(frozen=True, slots=True)
class Document:
    """One procedure document: its header, its control fields, its sections and clauses (PA-001, PA-096 to PA-099)."""

    code: str
    title: str
    reference: str
    version: str
    status: str
    kind: str
    publication: str  # public or private
    systems: tuple[str, ...]  # the systems it governs; empty: every system of the organisation
    sections: tuple[Section, ...]
    clauses: tuple[Clause, ...]
    owner: str = ""
    overarching: str = ""
    replaces: str = ""
    approved_on: date | None = None
    next_review_on: date | None = None
    equality_on: date | None = None
    ratified_by: str = ""
    ratified_on: date | None = None
    foi_clause: str = ""
    approvals: tuple[Approval, ...] = ()
    related: tuple[str, ...] = ()
    versions: tuple[DocumentVersion, ...] = ()


def load(name: str, *, root: Path = SHIPPED, on: date | None = None) -> Pack:
    """The pack in force on a day (the newest when no day is given), merged over those it extends.

    Raises PackError naming file, key and remedy.
    """
    raw, trail = _merged(root, name, on)
    digest = hashlib.sha256("\0".join(trail).encode()).hexdigest()
    pack = cast(Pack, build(Pack, {**raw, "digest": digest}, f"packs/{name}/pack.toml"))
    _check(pack, f"packs/{name}/pack.toml")
    return pack


def load_document(name: str, code: str, *, root: Path = SHIPPED) -> Document:
    """One document of a pack, with its clauses."""
    path = root / name / "documents" / f"{code}.toml"
    document = cast(Document, build(Document, read_toml(path), str(path.relative_to(root.parent))))
    known = {s.number for s in document.sections}
    if strays := [c.id for c in document.clauses if c.section not in known]:
        raise PackError(
            f"{path.relative_to(root.parent)}: {', '.join(strays[:5])} stand in no listed section; add the section or mend the number"
        )
    return document


def names(root: Path = SHIPPED) -> tuple[str, ...]:
    """Every pack that is shipped or installed under a root."""
    return tuple(sorted(p.parent.name for p in root.glob("*/pack.toml")))


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dict; PackError says where it is broken."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PackError(f"{path}: no such file; check the name of the pack or put the file there") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path}: {error}; mend that line, the file must be TOML in UTF-8") from error


def _file_in_force(root: Path, name: str, on: date | None) -> Path:
    newest = root / name / "pack.toml"
    if on is None:
        return newest
    dated = [(read_toml(p).get("in_force_on"), p) for p in [*sorted((root / name / "was").glob("*.toml")), newest]]
    fit = [(d, p) for d, p in dated if isinstance(d, date) and d <= on]
    return max(fit)[1] if fit else min((d, p) for d, p in dated if isinstance(d, date))[1]


def _merged(root: Path, name: str, on: date | None, above: tuple[str, ...] = ()) -> tuple[dict[str, Any], list[str]]:
    path = _file_in_force(root, name, on)
    where = path.relative_to(root.parent)
    here = read_toml(path)
    text = path.read_text(encoding="utf-8")
    parent = here.pop("extends", None)
    if unknown := sorted(here.keys() - {f.name for f in fields(Pack)}):
        raise PackError(
            f"{where}: unknown key {unknown[0]!r}; it may be misspelt. Known here: {', '.join(sorted(f.name for f in fields(Pack)))}"
        )
    if parent is None:
        return here, [text]
    if not isinstance(parent, str) or parent in (name, *above):
        raise PackError(f"{where}: extends {parent!r}; name one other pack, and none that extends this one")
    base, trail = _merged(root, parent, on, (name, *above))
    return _over(base, here), [*trail, text]


def _over(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, value in top.items():
        both = isinstance(value, dict) and isinstance(out.get(key), dict)
        out[key] = _over(out[key], value) if both else value
    return out


def _check(pack: Pack, where: str) -> None:
    rule = pack.inactivity
    figures = [
        ("inactivity", rule.lock_after_days),
        *((f"register {e.code}", e.lock_after_days) for e in pack.register if e.lock_after_days),
    ]
    for what, days in figures:
        if days and not rule.least_lock_days <= days <= rule.most_lock_days:
            bounds = f"{rule.least_lock_days} to {rule.most_lock_days} ({rule.lock_clause})"
            raise PackError(f"{where}: {what} locks after {days} days; the procedure allows {bounds}")
    if len({e.code for e in pack.register}) != len(pack.register):
        raise PackError(f"{where}: two register entries share a code; give each its own")


def build(kind: type, raw: dict[str, Any], where: str) -> Any:
    """A dataclass from plain data; unknown, missing and wrongly typed keys are PackErrors naming their place."""
    hints = get_type_hints(kind)
    if unknown := sorted(raw.keys() - hints.keys()):
        raise PackError(f"{where}: unknown key {unknown[0]!r}; it may be misspelt. Known here: {', '.join(sorted(hints))}")
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}
    if missing := sorted(needed - raw.keys()):
        raise PackError(f"{where}: {missing[0]!r} is missing; add it")
    return kind(**{k: _value(hints[k], v, f"{where}: {k}") for k, v in raw.items()})


def _value(hint: Any, raw: Any, where: str) -> Any:
    if isinstance(hint, type) and is_dataclass(hint):
        return build(hint, _typed(dict, raw, where), where)
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], v, f"{where}[{i}]") for i, v in enumerate(_typed(list, raw, where)))
    if get_origin(hint) is dict:
        return {k: _value(get_args(hint)[1], v, f"{where}.{k}") for k, v in _typed(dict, raw, where).items()}
    plain = next((a for a in get_args(hint) if a is not type(None)), hint)
    return _typed(plain, raw, where)


def _typed(kind: type, raw: Any, where: str) -> Any:
    if type(raw) is not kind:
        raise PackError(f"{where}: expected {kind.__name__}, found {raw!r}")
    return raw

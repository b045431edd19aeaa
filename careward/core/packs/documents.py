"""The procedure documents themselves: header, control fields, sections and clauses."""

from dataclasses import dataclass
from datetime import date
from typing import cast

from careward.core.packs.reader import SHIPPED, Folders, PackError, build, folder_of, read_toml


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
class GroupApproval:
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
    review_clause: str = ""  # which of its clauses asks that it be reviewed in time
    equality_on: date | None = None
    ratified_by: str = ""
    ratified_on: date | None = None
    foi_clause: str = ""
    approvals: tuple[GroupApproval, ...] = ()
    related: tuple[str, ...] = ()
    versions: tuple[DocumentVersion, ...] = ()


def load_document(name: str, code: str, *, folders: Folders = (SHIPPED,)) -> Document:
    """One document of a pack, with its clauses."""
    root = folder_of(name, folders)
    path = root / name / "documents" / f"{code}.toml"
    document = cast(Document, build(Document, read_toml(path), str(path.relative_to(root.parent))))
    known = {s.number for s in document.sections}
    if strays := [c.id for c in document.clauses if c.section not in known]:
        raise PackError(
            f"{path.relative_to(root.parent)}: {', '.join(strays[:5])} stand in no listed section; add the section or mend the number"
        )
    return document

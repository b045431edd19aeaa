"""The worked cases of every pack, run against the rules: one account, one day, everything found wrong."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from careward.access.accounts.rules.judging import judge
from careward.access.accounts.rules.matching import prepare
from careward.access.accounts.rules.shapes import ApprovedGeneric, Holder, SeenAccount, SystemFacts
from careward.access.authorisations.rules import Authority
from careward.core.packs.documents import load_document
from careward.core.packs.pack import load
from careward.core.packs.reader import SHIPPED, PackError, build, names, read_toml

NOT_KNOWN = ("never", "unknown")  # TOML has no empty value: never used, created we do not know when
DAYS = ("created_on", "last_used_on")
LISTS = ("roles", "teams")
IN_ORDER = ("on", "system", "account", "holder")
OF_A_CASE = {*IN_ORDER, "title", "clause", "found", "others", "people", "generic"}
AT_LEAST = {"base": 3, "tewv": 12, "elft": 10, "llr": 3}


@dataclass(frozen=True, slots=True)
class Expected:
    code: str
    step: str
    clause: str


@dataclass(frozen=True, slots=True)
class Case:
    title: str
    clause: str
    on: date
    system: SystemFacts
    account: SeenAccount
    others: tuple[SeenAccount, ...]
    people: tuple[Holder, ...]
    generic: tuple[ApprovedGeneric, ...]
    found: tuple[Expected, ...]


def read(path: Path) -> list[Case]:
    """The cases of one file; each stands over the account, holder and day at the top of the file."""
    whole = read_toml(path)
    top = {key: whole[key] for key in IN_ORDER}
    return [read_case(top, raw, f"{path.parent.parent.name}: {raw['title']}") for raw in whole["case"]]


def read_case(top: dict[str, Any], raw: dict[str, Any], where: str) -> Case:
    if unknown := raw.keys() - OF_A_CASE:
        raise PackError(f"{where}: unknown key {min(unknown)!r}")
    system = build(SystemFacts, raw.get("system", top["system"]), where)
    account = {"system": system.code, **top["account"], **raw.get("account", {})}
    people = [{**top["holder"], **raw.get("holder", {})}, *raw.get("people", [])]
    return Case(
        title=raw["title"],
        clause=raw["clause"],
        on=raw.get("on", top["on"]),
        system=system,
        account=read_account(account, 1, where),
        others=tuple(read_account({**account, **other}, n, where) for n, other in enumerate(raw.get("others", []), start=2)),
        people=tuple(read_person(person, n, system.code, where) for n, person in enumerate(people, start=1)),
        generic=tuple(build(ApprovedGeneric, {"system": system.code, **row}, where) for row in raw.get("generic", [])),
        found=tuple(build(Expected, line, where) for line in raw["found"]),
    )


def read_account(raw: dict[str, Any], number: int, where: str) -> SeenAccount:
    known = {key: value for key, value in raw.items() if not (key in DAYS and value in NOT_KNOWN)}
    return with_lists(SeenAccount, {"account_id": number, **known}, where)


def read_person(raw: dict[str, Any], number: int, system: str, where: str) -> Holder:
    given = [with_lists(Authority, {"system": system, **row}, where) for row in raw.get("authorisations", [])]
    plain = {key: value for key, value in raw.items() if key != "authorisations"}
    return replace(build(Holder, {"person_id": number, **plain}, where), authorisations=tuple(given))


def with_lists(kind: type, raw: dict[str, Any], where: str) -> Any:
    """A shape whose roles and teams may be unstated, which is not the same as stated to be none."""
    lists = {key: tuple(raw[key]) for key in LISTS if key in raw}
    return replace(build(kind, {key: value for key, value in raw.items() if key not in LISTS}, where), **lists)


def cases_of(pack: str) -> list[Case]:
    return [case for path in sorted((SHIPPED / pack / "cases").glob("*.toml")) for case in read(path)]


def every_case() -> list[Any]:
    return [
        pytest.param(pack, case, id=f"{pack}: {case.title}", marks=[] if case.clause == "house" else pytest.mark.clause(case.clause))
        for pack in names()
        for case in cases_of(pack)
    ]


@pytest.mark.parametrize(("pack", "case"), every_case())
def test_the_rules_find_exactly_what_the_case_says(pack: str, case: Case):
    facts = prepare(case.people, (case.account, *case.others), case.generic)
    fits = facts.fits(case.account)
    found = judge(
        case.account,
        fits=fits,
        siblings=facts.siblings(case.account, fits),
        generic=facts.generic(case.account),
        system=case.system,
        pack=load(pack),
        on=case.on,
    )
    assert [(f.code, f.step, f.clause) for f in found] == [(e.code, e.step, e.clause) for e in case.found]
    assert all(f.detail for f in found)


@pytest.mark.parametrize("pack", sorted(AT_LEAST))
def test_each_pack_has_its_cases_and_no_two_of_one_title(pack: str):
    titles = [case.title for case in cases_of(pack)]
    assert len(titles) >= AT_LEAST[pack]
    assert len(set(titles)) == len(titles)


def test_every_clause_a_case_cites_stands_in_a_document():
    known = {clause.id for pack in names() for code in load(pack).documents for clause in load_document(pack, code).clauses} | {"house"}
    cited = {c for pack in names() for case in cases_of(pack) for c in (case.clause, *(e.clause for e in case.found))}
    assert cited <= known


def test_a_case_agrees_with_the_register_on_what_its_system_is():
    for pack in names():
        kinds = {entry.code: entry.kind for entry in load(pack).register}
        wrong = [case.title for case in cases_of(pack) if kinds.get(case.system.code, case.system.kind) != case.system.kind]
        assert not wrong


@pytest.mark.parametrize(
    "slip", [{"acount": {}}, {"account": {"last_used": "never"}}, {"holder": {"absence": []}}, {"found": [{"code": "x"}]}]
)
def test_a_slip_of_the_pen_in_a_case_is_an_error(slip: dict[str, Any]):
    whole = read_toml(SHIPPED / "tewv" / "cases" / "accounts.toml")
    with pytest.raises(PackError, match=r"unknown key|is missing"):
        read_case({key: whole[key] for key in IN_ORDER}, {**whole["case"][0], **slip}, "here")

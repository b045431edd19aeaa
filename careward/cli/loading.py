"""careward load: an organisation's own files in."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from careward.cli import terms
from careward.cli.acting import acts
from careward.cli.ready import open_house
from careward.core.ports import Problem, Reading

if TYPE_CHECKING:
    from careward.access.feeds.models import Load
    from careward.access.feeds.queries import LoadReport
    from careward.people.staff.models import Organisation

NOT_FOUND = 3
SHOWN = 50
CANONICAL = "canonical"
FOR_TRYING = "This home is a demonstration: what you load is for trying only, and everyone can open it. Load nothing real."


def add_to(app: typer.Typer) -> None:
    app.command()(acts(load))


def load(
    folder: Annotated[Path, typer.Argument(help="The folder of files: staff.csv, systems.csv, accounts/*.csv and so on.")],
    profile: Annotated[
        str,
        typer.Option(
            "--profile", help="How to read the files: a mapping profile. Else as the profiles made in the browser say, and canonical."
        ),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Load without asking.")] = False,
    allow_unsafe: Annotated[str, typer.Option("--allow-unsafe", help="Why a feed that looks wrong may go in all the same.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    as_json: terms.Json = False,
    organisation: terms.OrganisationCode = "",
) -> None:
    """Read the files, show what they would add, change and end, and load them. Loading the same files twice changes nothing."""
    if not folder.is_dir():
        raise terms.stop(f"{folder} is not a folder. Name the folder that holds the files.", NOT_FOUND)
    open_house()
    from careward.access.feeds import actions
    from careward.access.feeds.reading import FEED_READER

    profile, versions = _read_by(profile, organisation)
    reading = FEED_READER().read(folder, profile=profile, on=terms.today(), own=[text for _, text in versions])
    whose = _organisation(organisation, reading)
    if whose.demonstration:
        terms.errors.print(FOR_TRYING, soft_wrap=True)
    how: dict[str, Any] = {"organisation": whose, "profile": profile, "versions": [version for version, _ in versions]}
    begun = _taken_up(whose, reading, how) or actions.begin_load(source=folder.name, **how, now=terms.now(), by=terms.actor())
    facts: dict[str, Any] = {"load_id": begun.pk, "reading": reading, "by": terms.actor()}
    report = _looked_at(begun, facts, look=dry_run or (terms.interactive() and not yes), vouched=bool(allow_unsafe))
    if report and not as_json:
        _show(report)
    if not dry_run and (report is None or _wanted(report, allow_unsafe, asked=terms.interactive() and not yes)):
        report = actions.apply_load(now=terms.now(), allow_reason=allow_unsafe, **facts)
        if not as_json:
            _show(report)
    assert report is not None
    _finish(report, as_json)
    raise typer.Exit(report.exit_status)


def _read_by(profile: str, organisation: str) -> tuple[str, list[tuple[int, str]]]:
    """The profile in a file that is asked for, and the versions of those made in the browser that come before it, with their texts."""
    from careward.access.feeds.versions import asked_for
    from careward.people.staff.models import Organisation

    if not Organisation.objects.exists():
        return profile or CANONICAL, []
    return asked_for(organisation_id=terms.organisation(organisation).pk, profile=profile, usual=CANONICAL)


def _taken_up(whose: "Organisation", reading: Reading, how: dict[str, Any]) -> "Load | None":
    """The load of these very files that was held, and perhaps allowed since: the files are there again, so it goes on."""
    from careward.access.feeds.queries import waiting_alike

    digests = {f.name: f.digest for f in reading.files}
    return waiting_alike(organisation_id=whose.pk, profile=how["profile"], versions=how["versions"], digests=digests)


def _looked_at(begun: "Load", facts: dict[str, Any], *, look: bool, vouched: bool) -> "LoadReport | None":
    """What the load would do, where somebody is to be shown it, or where it was held before; an allowed one as it was allowed."""
    from careward.access.feeds import actions, queries

    if begun.state == "examined":
        return queries.load_report(organisation_id=begun.organisation_id, load_id=begun.pk)
    if look or (begun.state == "held" and not vouched):
        return actions.examine_load(now=terms.now(), **facts)
    return None


def _wanted(report: "LoadReport", allow_unsafe: str, *, asked: bool) -> bool:
    """Whether what was shown may go in and the person who was shown it, if there is one, says so."""
    able = report.state == "examined" or (report.state == "held" and bool(allow_unsafe))
    return able and (not asked or typer.confirm("Load these?"))


def _organisation(code: str, reading: Reading) -> "Organisation":
    """The organisation named; the only one here; or, in an empty house, the employer most staff rows name."""
    from careward.people.staff.actions import name_organisation
    from careward.people.staff.models import Organisation

    if not Organisation.objects.exists():
        code = code or _employer(reading) or "LOCAL"
        name_organisation(ods_code=code, name=code, pack="base", now=terms.now(), by=terms.actor())
    return terms.organisation(code)


def _employer(reading: Reading) -> str:
    staff = next((f for f in reading.files if f.feed == "staff" and "employer_ods_code" in f.columns), None)
    if staff is None:
        return ""
    at = staff.columns.index("employer_ods_code")
    codes = Counter(row[at] for row in staff.rows if row[at])
    return codes.most_common(1)[0][0] if codes else ""


def _show(report: "LoadReport") -> None:
    from careward.access.feeds.wrong_rows import wrong_rows

    table = Table("File", "Rows", "Added", "Changed", "Gone", "As before", "Refused", box=None, header_style="bold")
    for file in report.files:
        numbers = (file.rows, file.added, file.changed, file.gone, file.unchanged, file.refused)
        table.add_row(file.name, *(f"{n:,}" for n in numbers))
    terms.out.print(table)
    for notice in report.notices:
        terms.out.print(notice, soft_wrap=True, markup=False)
    for problem in report.problems[:SHOWN]:
        terms.errors.print(_words(problem), soft_wrap=True, markup=False)
    if len(report.problems) > SHOWN:
        terms.errors.print(f"and {len(report.problems) - SHOWN:,} more; the load's page lists them all")
    for reason in report.reasons:
        terms.errors.print(f"Held: {reason.detail}. {reason.remedy}", soft_wrap=True, markup=False)
    for line in wrong_rows(report):
        terms.errors.print(line, soft_wrap=True, markup=False)


def _words(problem: Problem) -> str:
    place = ", ".join(
        p for p in (problem.file, f"line {problem.line}" if problem.line else "", f"column {problem.column}" if problem.column else "") if p
    )
    return f"{place}: {problem.what}. {problem.remedy}"


def _finish(report: "LoadReport", as_json: bool) -> None:
    if as_json:
        counts = ("rows", "added", "changed", "gone", "unchanged", "refused")
        files = [{"name": f.name, **{c: getattr(f, c) for c in counts}} for f in report.files]
        problems = [{"file": p.file, "line": p.line, "column": p.column, "what": p.what, "remedy": p.remedy} for p in report.problems]
        reasons = [{"code": r.code, "detail": r.detail, "remedy": r.remedy} for r in report.reasons]
        terms.lines([{"load": report.id, "state": report.state, "files": files, "problems": problems, "reasons": reasons}])
        return
    words = {
        "applied": f"Loaded as load {report.id}." if report.changes else f"Nothing changed: load {report.id} holds what was here already.",
        "held": f"Nothing was loaded. {_way_in(report.id) if report.state == 'held' else ''}",
        "refused": "Nothing was loaded.",
        "examined": "Nothing was loaded.",
    }
    terms.out.print(words.get(report.state, report.state), soft_wrap=True)


def _way_in(number: int) -> str:
    """How a held load may go in: its loader says why for a first list, a second person allows any other (FEEDS B2.11)."""
    from careward.access.feeds.models import Load
    from careward.access.feeds.queries import stood_before
    from careward.access.feeds.rules import first_lists

    if first_lists(stood_before(Load.objects.get(pk=number))):
        return 'If the files are right, say why: --allow-unsafe "reason".'
    return (
        "If the files are right, someone other than whoever loaded them allows it, on the load's page or with "
        f'careward allow --load {number} --reason "..." --token FILE; then load them again.'
    )

"""careward ledger: proof that nothing was bent."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from careward.cli import terms, witnessing
from careward.cli.acting import acts
from careward.cli.ready import open_house
from careward.cli.terms import given_token

PARTLY = 6

ledger = typer.Typer(no_args_is_help=True, help="The evidence of what was done.")


def add_to(app: typer.Typer) -> None:
    witnessing.add_to(ledger)
    app.add_typer(ledger, name="ledger")


@ledger.command()
def verify(
    as_json: terms.Json = False,
    known: Annotated[list[Path] | None, typer.Option("--known", help="A checkpoint somebody kept; may be given again.")] = None,
    witness: Annotated[str, typer.Option("--witness", help="The public key of the witness that cosigned them.")] = "",
    tables: Annotated[bool, typer.Option("--tables", help="Hold every table of evidence against the ledger too.")] = False,
) -> None:
    """Derive every hash again and hold it against what was signed. Exit 1 when bent, 6 when something is not sealed or cosigned in time."""
    notes = [witnessing.read_note(path) for path in known or []]
    for path, note in zip(known or [], notes, strict=True):
        witnessing.must_be_cosigned(path, note, witness)
    open_house(to_look=True)
    from careward.evidence.ledger import rules
    from careward.evidence.ledger.queries import verify as look

    report = look(witnessed=notes)
    waits = rules.WaitsToBeSealed.of(report.unsealed, report.oldest, report.unsealable, now=terms.now())
    if as_json:
        found = {"ok": report.ok, "checked": report.checked, "first_bad": report.first_bad}
        terms.lines([{**found, "unsealed": report.unsealed, "oldest_unsealed": report.oldest or None, "unsealable": report.unsealable}])
    else:
        terms.out.print(
            f"{report.checked:,} sealed entries checked: {'all as they were written' if report.ok else 'NOT as they were written'}."
        )
        terms.out.print(waits.words)
        for words in report.explained:
            terms.out.print(f"Explained: {words}", soft_wrap=True, markup=False)
        for problem in report.problems:
            terms.errors.print(problem, soft_wrap=True, markup=False)
    as_left = not tables or _tables_as_left(as_json)
    silent = _witness_is_silent()
    if not report.ok or report.unsealable or not as_left:
        raise typer.Exit(1)
    if waits.late or silent:
        raise typer.Exit(PARTLY)


def _witness_is_silent() -> bool:
    """Tells of a named witness that has cosigned nothing for too long."""
    from careward.evidence.ledger.witnessed import witness_alarm

    words = witness_alarm(now=terms.now())
    if words:
        terms.errors.print(f"{words[:1].upper()}{words[1:]}.", soft_wrap=True, markup=False)
    return bool(words)


def _tables_as_left(as_json: bool) -> bool:
    """Tells of every table whether it is as it was left; what is not stands as an alarm from now on."""
    from careward.evidence.tables.proof import verify as look

    report = look()
    if as_json:
        terms.lines([{"tables": report.tables, "rows": report.rows, "ok": report.ok, "problems": report.problems}])
    else:
        said = "all as they were left" if report.ok else "NOT as they were left"
        terms.out.print(f"{report.tables} tables of evidence with {report.rows:,} rows checked: {said}.")
        for words in report.explained:
            terms.out.print(f"Explained: {words}", soft_wrap=True, markup=False)
        for problem in report.problems:
            terms.errors.print(problem, soft_wrap=True, markup=False)
    if not report.ok:
        _raise_alarm(report.problems)
    return report.ok


def _raise_alarm(problems: Sequence[str]) -> None:
    """Where whoever asks may write beside the keys: of a copy it is told, and no more."""
    from django.conf import settings

    from careward.evidence.ledger.sealing import alarm_of_check

    if settings.ONLY_LOOKING:
        return
    try:
        alarm_of_check(problems, now=terms.now())
    except OSError as error:
        terms.errors.print(f"This does not stand as an alarm, for none can be kept: {error}", soft_wrap=True, markup=False)


@ledger.command()
def seal() -> None:
    """Give every entry its place in the tree and sign what the tree has become."""
    open_house()
    from careward.evidence.ledger.sealing import SealingStopped
    from careward.evidence.ledger.sealing import seal as close
    from careward.seal.keys import KeyLost

    try:
        checkpoint = close(now=terms.now())
    except (SealingStopped, KeyLost) as stopped:
        raise terms.stop(f"Nothing was sealed: {stopped}", 1) from stopped
    terms.out.print(f"Sealed up to entry {checkpoint.size:,}." if checkpoint else "Nothing to seal yet.")


@ledger.command()
@acts
def explain(
    what: Annotated[str, typer.Option("--what", help="What happened, and how you know.")],
) -> None:
    """Write down, as the person of a token, what happened to the ledger: the alarm ends, and every report tells it, explained."""
    open_house()
    from careward.core.decision import Refused
    from careward.evidence.ledger.explaining import explain as of_ledger
    from careward.evidence.ledger.explaining import explain_silence as of_witness
    from careward.evidence.tables.actions import explain as of_tables

    person, refusals = _person(), list[Refused]()
    ends = (
        (of_ledger, "Sealing goes on; what is wrong stays in every report as explained."),
        (of_tables, "The tables are taken over as they stand; what was wrong stays in every report."),
        (of_witness, "No witness is named any more. One that CAREWARD_WITNESS names is named anew, and has another day."),
    )
    for end, then in ends:
        try:
            entry = end(what=what, now=terms.now(), by=person)
        except Refused as refused:  # nothing is wrong with this: perhaps with the next
            refusals.append(refused)
        else:
            terms.out.print(f"Written down as entry {getattr(entry, 'pk', entry)}. {then}", soft_wrap=True, markup=False)
    if len(refusals) == len(ends):
        raise refusals[0]


@ledger.command("rotate-key")
@acts
def rotate_key(
    why: Annotated[str, typer.Option("--why", help="Why the key is handed over to a new one.")],
) -> None:
    """Hand the ledger over to a new signing key, as the person of a token: the old one signs the new, and whoever kept either can go on."""
    open_house()
    from careward.evidence.ledger.rotating import rotate_key as hand_over
    from careward.evidence.ledger.sealing import SealingStopped
    from careward.seal.keys import KeyLost

    try:
        entry = hand_over(why=why, now=terms.now(), by=_person())
    except (SealingStopped, KeyLost) as stopped:
        raise terms.stop(f"The key was not handed over: {stopped}", 1) from stopped
    terms.out.print(
        f"Handed over; entry {entry.pk} says why. Give the new public key to those who keep the old one; the export proves the way."
    )


def _person() -> str:
    """The person of the token that was given: an alarm ends, and a key is handed over, by somebody by name."""
    if not given_token.get():
        raise terms.stop("Whoever does this must be known by name. Give their token: --token, made with: careward token", 2)
    return terms.actor()


@ledger.command()
@acts
def stopped(
    again: Annotated[bool, typer.Option("--again", help="Set it going again.")] = False,
    organisation: terms.OrganisationCode = "",
) -> None:
    """List the work that stopped after several tries, each with the place of its fault."""
    open_house()
    from careward.evidence.errands.actions import retry
    from careward.evidence.errands.queries import stuck_errands

    whose = terms.organisation(organisation).ods_code
    found = stuck_errands(organisation=whose)
    for errand in found:
        terms.out.print(
            f"{errand.id}: {errand.name}, stopped {errand.stuck_at:%Y-%m-%d %H:%M} UTC. {errand.fault}", soft_wrap=True, markup=False
        )
        if again:
            retry(errand_id=errand.id, organisation=whose, now=terms.now(), by=terms.actor())
    terms.out.print(
        f"{len(found)} {'set going again' if again else 'stopped; set them going with --again'}." if found else "Nothing has stopped."
    )


@ledger.command()
@acts
def export(folder: Annotated[Path, typer.Argument(help="An empty or new folder.")]) -> None:
    """Write the sealed entries, checkpoints and public key for someone who does not trust us, with the script that checks them."""
    open_house(to_look=True)
    from careward.evidence.ledger.queries import export as write
    from careward.evidence.ledger.sealing import SealingStopped
    from careward.evidence.ledger.sealing import seal as close
    from careward.seal.keys import KeyLost

    written = _written_down()
    write(folder)
    if not written:
        terms.errors.print("Nothing can be written here, so the export itself is not written down.", markup=False)
    else:
        with suppress(SealingStopped, KeyLost):  # the evidence is taken out all the same, and the alarm stands
            close(now=terms.now())
    terms.out.print(f"Written to {folder}. Check it anywhere: python verify_ledger.py {folder}")


def _written_down() -> bool:
    """Writes down that the evidence is taken out, before it is; False where whoever asks may only look: a copy, or a role that reads."""
    from django.conf import settings
    from django.db import InternalError, ProgrammingError

    from careward.evidence.ledger.actions import write_down_evidence_export

    if settings.ONLY_LOOKING:
        return False
    try:
        write_down_evidence_export(now=terms.now(), by=terms.actor())
    except (InternalError, ProgrammingError):  # PostgreSQL's words for a session, and for a role, that may only read
        return False
    return True

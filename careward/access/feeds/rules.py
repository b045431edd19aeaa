"""When a load may go in: its states, and what makes us hold it for a named person. Values in, values out."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from careward.core.decision import ALLOWED, Decision, Reason, refuse
from careward.core.machine import Machine, Move
from careward.core.packs.safety import Safety, too_many

RUN, ALLOW = "feeds:loads:run", "feeds:loads:allow"
OPEN = frozenset({"waiting", "examined", "held", "refused"})

GUARD, CLOCK = frozenset({"guard"}), frozenset({"clock"})  # what the house holds when it looks at a load, and when a load waits too long

LOADS = Machine(
    "load",
    "waiting",
    (
        Move("examine", OPEN, "examined", RUN),
        Move("hold", OPEN, "held", "guard"),
        Move("refuse", OPEN, "refused", "guard"),
        Move("allow", frozenset({"held"}), "examined", ALLOW, ("approved",)),
        Move("vouch", frozenset({"held"}), "examined", ALLOW, ("reason", "first")),  # at the loading itself, by its loader
        Move("apply", frozenset({"waiting", "examined"}), "applied", RUN, ("unmoved",)),
        Move("undo", frozenset({"applied"}), "undone", RUN, ("untouched",)),
        Move("expire", OPEN - {"refused"}, "refused", "clock"),
    ),
    ends=frozenset({"refused", "applied", "undone"}),
)
STATE_WORDS = {
    "waiting": "Waits to be looked at",
    "examined": "Ready to load",
    "held": "Held for a named person",
    "refused": "Cannot be loaded",
    "applied": "Loaded",
    "undone": "Taken back",
}
WAITS = timedelta(days=7)  # how long files sent by the browser wait for somebody to load them
MOST_BLANKED_PERCENT = 50  # of the rows that held an identifier: "most"
SECOND_PERSON = "Ask someone else who may allow loads: on the load's page, or with careward allow --load, then load the files again"
NEAR = 0.85  # how alike two names are that differ by a letter or two


@dataclass(frozen=True, slots=True)
class FileFigures:
    """What one file would do. `standing` rows were in the list before; `blanked`: how many rows had an identifier and how many lose it."""

    name: str
    rows: int  # usable ones
    refused: int = 0
    standing: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    passing: int = 0  # of the changed: those that changed only in what changes from day to day, like a last use
    blanked: dict[str, tuple[int, int]] = field(default_factory=dict)
    columns_gone: tuple[str, ...] = ()  # which the last load of this file had
    usable: bool = True  # false: the file as a whole could not be used


def judge(files: Iterable[FileFigures], safety: Safety) -> Decision:
    """Whether a load may go in without a named person's word; every reason to hold it at once."""
    decision = ALLOWED
    for each in files:
        decision &= (
            _narrowed(each)
            & _empty(each)
            & _dropped(each, safety)
            & _shifted(each, safety)
            & _unreadable(each, safety)
            & _blanked(each, safety)
        )
    return decision


def _over(part: int, whole: int, percent: int, least: int) -> bool:
    return whole >= least and part * 100 > percent * whole


def _lost(part: int, whole: int, percent: int) -> bool:
    """Whether more is gone of a list than may go at once; a short list is guarded too (FEEDS B2.11)."""
    return too_many(part, of=whole, percent=percent)


def _narrowed(file: FileFigures) -> Decision:
    """A column that the last load had and this one has not was renamed or left out: absent is not none (FEEDS B2.6)."""
    if not file.columns_gone:
        return ALLOWED
    return _hold(
        "feed.column_gone",
        f"{file.name} no longer has the column {', '.join(file.columns_gone)}, which its last load had",
        "Check that the column was not renamed or left out of the extract; allow it only if it will not come again",
    )


def _empty(file: FileFigures) -> Decision:
    if file.rows or not file.standing:
        return ALLOWED
    return _hold(
        "feed.empty",
        f"There is no row in {file.name} that can be used; {file.standing:,} stood before",
        "Ask for the extract again; allow it only if the list is truly empty now",
    )


def _dropped(file: FileFigures, safety: Safety) -> Decision:
    if not file.rows or not _lost(file.gone, file.standing, safety.most_dropped_percent):
        return ALLOWED
    return _hold(
        "feed.dropped",
        f"From {file.name} {file.gone:,} of {file.standing:,} rows are gone; up to {safety.most_dropped_percent} in 100 may go at once",
        "Check that the extract was not cut short",
    )


def _shifted(file: FileFigures, safety: Safety) -> Decision:
    known, changed = file.changed + file.unchanged, file.changed - file.passing
    if not _over(changed, known, safety.most_changed_percent, safety.least_rows):
        return ALLOWED
    return _hold(
        "feed.shifted",
        f"In {file.name} {changed:,} of {known:,} known rows would change; up to {safety.most_changed_percent} in 100 may do so",
        "Check that no column has shifted or been renamed",
    )


def _unreadable(file: FileFigures, safety: Safety) -> Decision:
    whole = file.rows + file.refused
    if not _over(file.refused, whole, safety.most_refused_percent, safety.least_rows):
        return ALLOWED
    return _hold(
        "feed.unreadable",
        f"{file.refused:,} of {whole:,} rows of {file.name} cannot be used; up to {safety.most_refused_percent} in 100 may be left out",
        "Put right the problems listed and load the file again",
    )


def _blanked(file: FileFigures, safety: Safety) -> Decision:
    decision = ALLOWED
    for column, (had, lost) in sorted(file.blanked.items()):
        if _lost(lost, had, MOST_BLANKED_PERCENT):
            decision &= _hold(
                "feed.blanked",
                f"In {file.name} {column} is blank now for {lost:,} of the {had:,} rows that had one",
                f"Check that the extract still gives {column}",
            )
    return decision


def _hold(code: str, detail: str, remedy: str) -> Decision:
    return refuse(code, "house", detail, remedy)


def usable(files: Sequence[FileFigures], *, whole_problems: int) -> Decision:
    """Whether there is anything to load at all."""
    if any(f.usable and (f.rows or f.standing) for f in files):
        return ALLOWED
    if whole_problems or any(f.refused or not f.usable for f in files):
        return refuse("load.unusable", "house", "No row of any file can be used", "Put right the problems listed and load the files again")
    return refuse("load.empty", "house", "The files hold no rows", "Check that this is the right folder and that the extract ran")


def first_lists(held: Iterable[tuple[str, int]]) -> Decision:
    """Whether every list that holds a load is the first of its kind, which its loader may vouch for (FEEDS B2.11).

    `held`: the files that look wrong, and how many rows stood here before each. Any other load needs a second person.
    """
    decision = ALLOWED
    for name, stood in held:
        if stood:
            what = f"{name} is not the first list of its kind: {stood:,} rows stood here before it, so whoever loads it may not allow it"
            decision &= refuse("load.not_first", "house", what, SECOND_PERSON)
    return decision


def not_held(number: int) -> Decision:
    """Why there is nothing to allow."""
    return refuse("load.not_held", "house", f"Load {number} waits for nobody's word", "Look at its page for what it waits for")


def files_here(folder: str) -> Decision:
    """Only files that were sent by the browser wait here for the worker."""
    if folder:
        return ALLOWED
    return refuse("load.elsewhere", "house", "The files of this load were read where they lie", "Load them there, with careward load")


def waited_too_long(state: str, *, since: datetime, now: datetime, asked_for: bool) -> bool:
    """Whether files that came by the browser have waited past their time; those somebody has asked to load go in all the same."""
    return state in OPEN - {"refused"} and not asked_for and now - since > WAITS


def too_late() -> Decision:
    """Why a load whose files have been taken away cannot go in."""
    what = f"Nobody chose to load these files within {WAITS.days} days, so they have been removed"
    return refuse("load.expired", "house", what, "Choose the files again")


def unmoved(*, same_files: bool, same_rows: bool) -> Decision:
    """What was looked at is what goes in: the same files, against the same rows."""
    decision = ALLOWED
    if not same_files:
        decision &= refuse("file.changed", "house", "The files are no longer those that were looked at", "Look at the files again")
    if not same_rows:
        what = "What stands here has changed since the files were looked at"
        decision &= refuse("load.moved", "house", what, "Look at the new figures first")
    return decision


def untouched(changed: Iterable[tuple[int, str, int]], listed: Iterable[tuple[int, str, tuple[str, ...]]] = ()) -> Decision:
    """A load is taken back only while no later one has changed the same rows, or names them again (FEEDS B2.10).

    `changed`: (load, its day, rows in common). `listed`: (load, its day, the files that came again).
    """
    decision, told = ALLOWED, set()
    for number, day, count in changed:
        rows = "1 of the same rows" if count == 1 else f"{count:,} of the same rows"
        decision &= refuse("rows.touched_later", "house", f"Load {number} of {day} changed {rows}", f"Take back load {number} first")
        told.add(number)
    for number, day, files in listed:
        if number not in told:
            what = f"Load {number} of {day} brought {' and '.join(files)} again, which names the same rows"
            decision &= refuse("rows.named_later", "house", what, f"Take back load {number} first")
    return decision


def as_reasons(decision: Decision) -> list[dict[str, str]]:
    """A decision's reasons as plain data, to keep with the load."""
    return [{"code": r.code, "clause": r.clause, "detail": r.detail, "remedy": r.remedy} for r in decision.reasons]


def from_reasons(reasons: Iterable[dict[str, str]]) -> tuple[Reason, ...]:
    """Reasons as they were kept with the load."""
    return tuple(Reason(r["code"], r["clause"], r["detail"], r["remedy"]) for r in reasons)


TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sister", "rev"})


def name_words(name: str) -> tuple[str, ...]:
    """A name's words in one order: accents, case, titles and punctuation fall away, and a family name before a comma goes last."""
    before, comma, after = name.partition(",")
    turned = f"{after} {before}" if comma else name
    plain = unicodedata.normalize("NFKD", turned).encode("ascii", "ignore").decode().casefold()
    words = re.findall(r"[a-z]+", re.sub(r"['’`]", "", plain))
    return tuple(w for w in words if w not in TITLES) or tuple(words)


def fitting(name: str, people: Iterable[tuple[int, str, str, str]]) -> list[int]:
    """The persons of a team whom a leavers report may mean by a name: those called so, else those called nearly so (EL-048).

    Each person is (id, first name, preferred name, last name). A list for someone to look at; nothing acts on it.
    """
    wanted = name_words(name)
    known = [(who, name_words(f"{given} {last}")) for who, first, preferred, last in people for given in {first, preferred or first}]
    same = {who for who, words in known if words == wanted}
    return sorted(same or {who for who, words in known if _near(wanted, words)})


def _near(wanted: tuple[str, ...], words: tuple[str, ...]) -> bool:
    if not wanted or not words:
        return False
    if wanted[-1] == words[-1] and wanted[0][:1] == words[0][:1] and (len(wanted[0]) == 1 or len(words[0]) == 1):
        return True
    return SequenceMatcher(None, " ".join(wanted), " ".join(words)).ratio() >= NEAR

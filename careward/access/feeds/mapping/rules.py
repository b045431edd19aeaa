"""What may be said of a file's columns, and when a mapping profile may be made, changed and ended. Values in, values out."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from careward.core.columns import FEEDS
from careward.core.decision import ALLOWED, Decision, refuse

KEPT = timedelta(hours=24)  # how long a file is kept whose form somebody is saying
KINDS = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".parquet": "parquet"}  # by the ending of what is sent
MOST_TITLE, MOST_WHY = 80, 500
_LONGEST_CODE = 40


def columns_fit(feed: str, chosen: Mapping[str, str], constants: Mapping[str, str]) -> Decision:
    """Whether each of our columns is given once at most, and each that must be there is given. `chosen`: theirs to ours."""
    decision = ALLOWED
    twice = [name for name, count in Counter(chosen.values()).items() if count > 1]
    for name in twice:
        theirs = " and ".join(f"“{heading}”" for heading, ours in chosen.items() if ours == name)
        decision &= refuse("mapping.twice", "house", f"{theirs} are both said to be {said(name)}", "Choose one of them")
    given = {*chosen.values(), *constants}
    for column in FEEDS[feed].columns:
        if column.required and column.name not in given:
            what = f"No column is said to be {said(column.name)}, which every row must have"
            decision &= refuse("mapping.missing", "house", what, "Choose the column that holds it, or say what every row says")
    return decision


def said(column: str) -> str:
    """One of our columns in words."""
    return column.replace("_", " ")


def named(title: str, why: str) -> Decision:
    """Whether a version says what it is called, and why it is made."""
    decision = ALLOWED
    if not title.strip() or len(title) > MOST_TITLE:
        decision &= refuse("mapping.unnamed", "house", "The profile has no name", f"Enter a name of at most {MOST_TITLE} letters")
    if not why.strip() or len(why) > MOST_WHY:
        what = "Nothing says why it is made"
        decision &= refuse("mapping.no_reason", "house", what, f"Enter a reason of at most {MOST_WHY} letters, like “so PARIS writes it”")
    return decision


def is_free(taken_by: str) -> Decision:
    """Of the lists of one feed and system one profile at most is in use; `taken_by` is the title of another."""
    if not taken_by:
        return ALLOWED
    what = f"“{taken_by}” says already how these lists are read"
    return refuse("mapping.taken", "house", what, "Change that one, or end it first")


def in_use(ended_at: datetime | None) -> Decision:
    """Whether a profile has not ended."""
    if ended_at is None:
        return ALLOWED
    return refuse("mapping.ended", "house", "The profile has ended", "Make a new one")


def says_something_new(text: str, before: str) -> Decision:
    """Whether a version says anything else than the one before."""
    if text != before:
        return ALLOWED
    return refuse("mapping.unchanged", "house", "Nothing is different from the version in use", "Change something, or throw this away")


def was_tried(rows: int) -> Decision:
    """Whether at least one row of the file could be read by it."""
    if rows:
        return ALLOWED
    return refuse("mapping.reads_nothing", "house", "No row of the file can be read so", "Look at the problems and change the columns")


def code_of(title: str, taken: Collection[str]) -> str:
    """What the command line calls a profile of this title: its letters and figures, and a number where that is taken."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_CODE].strip("-") or "profile"
    return next(code for code in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if code not in taken)


def is_over(begun_at: datetime, now: datetime) -> bool:
    """Whether a file has been kept as long as it may."""
    return now - begun_at >= KEPT

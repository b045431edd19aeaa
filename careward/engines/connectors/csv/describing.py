"""The reference of the feeds, made from the same list of columns that reads them: as values for a page, and as docs/reference/feeds.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from careward.core.columns import FEEDS, Column, Feed
from careward.engines.connectors.csv import profiles
from careward.engines.connectors.csv.values import CODE_FORM

Words = tuple[str, ...]  # plain text and literal text by turns, plain first

_KINDS = {
    "text": "text",
    "staff_number": "staff number",
    "code": "code",
    "yes_no": "Y or N",
    "day": "day",
    "moment": "moment",
    "ods_code": "ODS code",
    "nhs_number": "NHS number",
    "list": "list",
}
_MODES = {
    "snapshot": "It is a full list, so a row no longer in it is gone.",
    "changes": "It adds to what is known; nothing is gone for it.",
}
_OPENING = """# Feeds A and B: the files and their columns

Written from the list in `careward/core/columns.py` by `describe()` in `careward/engines/connectors/csv`; a test holds it fresh.
"""
_FORM = (
    "Files are CSV (UTF-8, a byte order mark tolerated, a heading line, RFC 4180), Excel workbooks (.xlsx) or Parquet with the same "
    "columns. Case and outer blanks of headings do not matter, nor does the order of columns. "
    "An extract of another form is read through a mapping profile."
)
_READING = (
    (
        "Blank",
        "Outer blanks are taken off. A blank cell is the default where there is one, else an empty text; "
        "for days, moments and Y or N, no value.",
    ),
    (
        "Words for nothing",
        "`NULL`, `(null)`, `N/A`, `NA`, `none`, `nil`, `-`, `--`, `.` and the errors of spreadsheets (`#N/A`, `#REF!`, `#VALUE!`, "
        "`#NAME?`, `#DIV/0!`, `#NUM!` and their like), in any case and with any blanks, are blank in every column but people's names. "
        "In a list each item is looked at. A word that the column takes stays one, and a mapping profile may keep others: "
        '`keep = { job_role = ["NA"] }`. A notice says the column, how many cells there were and what they held; where the column must '
        "not be blank, the row is refused.",
    ),
    (
        "Excel workbooks",
        'The first sheet is read, or the one that a profile names (`sheet = "Users"`); where there are others, or it is hidden, a notice '
        "says which was read. A number cell gives its digits, whatever the sheet shows: noughts before a number are not there, and one of "
        "more than 15 digits has lost some and is refused as bent. A day cell is that day; a number that stands for a day needs `excel` in "
        "a profile. A row with a formula whose result was never saved is refused. One of `staff.csv` and `staff.xlsx` is read only where "
        "the other is not there.",
    ),
    ("Text", "At most 200 characters where nothing else is said. Text in lower case is turned to it."),
    (
        "Identifiers",
        "Staff and assignment numbers, user names, smartcards and positions. One that a spreadsheet has bent is refused with its row, for "
        "nobody can tell any more what it was: a figure (`2.0E+07`, `2,0E+07`, `1234.0`), one with thousands marks (`20,000,001`), a day "
        "(`01-Mar`, `Mar-01`). Format the column as text and export again. `12E3`, `mar1` and `20012345-2` are whole. An apostrophe before "
        'it, `="..."` around it and characters that nobody sees are taken off, with a notice. Where a number is unknown and one differing '
        "in leading noughts alone is known, that one is named; it is never taken for it.",
    ),
    ("Code", f"Text with only {CODE_FORM}, since it stands in addresses. The name of an accounts file gives a code too."),
    ("Day", "`2026-11-30`, from 1900 on. A profile gives other formats, as `%d/%m/%Y`, or `excel` for the day number of 1900."),
    (
        "Order",
        "A profile names one order of day and month for all columns (`days`, `moments`), or one for each "
        '(`formats = { created_on = ["%d/%m/%Y"] }`); year, month, day beside it is no doubt. `%y` needs `pivot = 2049`, the last year it '
        "may mean. Where one cell of a column fits only the other order, every cell that fits both is refused, naming that one.",
    ),
    (
        "Moment",
        "ISO 8601 like `2026-11-30T16:05:00`; without a zone it is Europe/London time, and a day alone is its midnight. "
        "A profile gives other formats, or `filetime`, `unix`, `unix_ms` for the way a system counts time.",
    ),
    (
        "Days that mean none",
        "The first days of the years 1, 1601, 1900 and 1970, 30 and 31 December 1899, and all from 2200 on, at any time in any zone, are "
        "blank in ends, expiries, last uses, creations and leavings; where an end must be given, they mean that there is none. A last use, "
        "creation, birth or signing after the day of the load is blank; a course or an approval after it refuses its row. Notices say the "
        "column and how many cells.",
    ),
    ("One of", "A few words; capitals, blanks, hyphens and underscores do not matter."),
    ("Y or N", "Also yes, no, true, false, 1, 0."),
    (
        "List",
        "Parted by `;`. Each item is trimmed and kept once, ignoring case, as it is first written; the list is sorted. "
        "A column that is not in the file states nothing; a blank cell states none.",
    ),
    ("NHS number", "Ten digits, spaces and dashes taken out. A wrong check digit is a notice and never refuses a row."),
    (
        "Formulas",
        "A cell that begins with `=`, `+`, `-` or `@` stays text and is made harmless when it is exported; "
        "the number of such cells is a notice.",
    ),
)
_MISTAKES = (
    "A row that cannot be used is refused with every reason: file, line, column, what was found, what to do. The other rows are kept. "
    "Names, days of birth and NHS numbers are not repeated in messages.",
    "What a refused row stands for stays as it was, and rows missing from a full list are gone as usual. Where it cannot be told what "
    "a refused row stands for, because a column that tells rows apart cannot be read or the cells are too many or too few, nothing "
    "is gone until that row is put right; a notice names its line.",
    "A row alike in every column to an earlier one is the same row, with a notice. One with the same key that says otherwise is refused, "
    "naming that line, but for the three kinds that follow. Blank lines are left out, with a notice.",
    "What stands around the rows is left out, with one notice that names the lines: titles above the heading (of the first 50 lines), "
    "`sep=`, lines of dashes, `(40 rows affected)`, totals, ends of file, and the heading again in joined files. Only a line that cannot "
    "be a row is left out so. A line above the heading that could be a row, and a second heading with other columns or in another order, "
    "refuse the file: rows would be read by the wrong heading.",
    "Rows of one assignment number at different times are its history: each counts on its days, and the last begun keeps the number.",
    "Where a course was failed and passed on one day, the pass counts. Where one user name is open in one row and closed in another, the "
    "open row counts and the account is asked about (`account.contradicted`).",
    "Rows of one employee number must agree on the last name or the date of birth, or all of them are refused as two people. An e-mail, "
    "smartcard, NHS number or date of birth on one post of a person is theirs on all. No account is matched by an e-mail or smartcard "
    "that more than three people share.",
    "A user name that comes in other letters (capitals) than the last time is the same account. User names of one environment and one file "
    "that differ only in capitals are kept, with a notice.",
    "A quote that is never closed, or stands within a quoted cell, costs the row that begins on its line; "
    "reading goes on with the next line.",
    "The whole file is refused when it is empty, has no heading, lacks a column it must have, names a column twice, is not UTF-8 text, "
    "holds a NUL byte, is larger than 1 GB, or is an accounts file whose name is no code. "
    "Nothing is then gone for the rows it might have held.",
    "Files are read by processes of their own with bounds, so that one made to do harm harms nobody: of processor time "
    "(15 seconds and 3 for each MB), of memory (512 MB and 4 bytes for each) and of disk, where a byte of Excel or Parquet "
    "counts as ten. A file is refused whole that needs more, that has more than 131,072 characters in a cell, whose quotes go "
    "wrong on line after line, or that unpacks to more than 100 times its size (a workbook, above 50 MB) or 50 cells a byte "
    "(Parquet, above a million). Where the process was ended from outside, the load says so; "
    "after five such files the others are not tried.",
    "A course, a kind of absence, an environment and an approver's role are known without regard to capitals, blanks, hyphens and "
    "underscores; `production` and `prod` are `live` where the pack has no such environment. One that is still unknown is told as a "
    "problem with the nearest known word, and refuses no row; of courses, only near misses.",
    "Identifiers (e-mail addresses too), roles, teams and courses are compared in one form, in which capitals, kinds of dash, apostrophe "
    "and blank, runs of blanks and ways of writing one letter make no difference. They are shown as they are written.",
    "A supervisor or an approver who is nobody of the staff list is told in a notice. An approval by one who is nobody there, who had "
    "left by that day, or by the holder themselves is no authority, and the finding says which. Neither is one given in a role that is "
    "known to have been somebody else's: by `role_holders.csv`, by the roles that Careward's users hold, and of a line manager by a staff "
    "list loaded on that day or before, which names another supervisor (their deputies on that day count as they do). Where nothing is "
    "known of the role on that day the file's word counts, and is counted as claimed.",
    "A column nobody knows is left out, with a notice. So is a file nobody knows. One that resembles a missing column (`Last Login`, "
    "`Leaving date`) is told with the name of that one, as a problem. Without `last_used_at` nothing is known of use, and no account is "
    "locked or closed for disuse; without `end_on` or `assignment_status` nobody is taken to have left by what the list does not say.",
    "A load is held for another person where a column that the last load of this file had is missing, which is named; where a list loses "
    "more of its rows than its share, and more than 3; where an e-mail, number, smartcard or last use goes blank in more than 3 rows and "
    "most; where too many rows of a longer list change or cannot be read. A change of `last_used_at` alone is no change. "
    "What looks wrong is listed row by row.",
)


@dataclass(frozen=True, slots=True)
class ColumnSaid:
    name: str
    holds: Words
    needed: bool
    blank: Words  # what holds where the cell is blank or the column is not in the file


@dataclass(frozen=True, slots=True)
class FileSaid:
    feed: str
    file: str
    about: str
    key: tuple[str, ...]  # stands once in a file
    columns: tuple[ColumnSaid, ...]


@dataclass(frozen=True, slots=True)
class ProfileSaid:
    name: str
    title: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedColumns:
    """What the files hold, how cells are read and what becomes of mistakes."""

    form: str
    reading: tuple[tuple[str, Words], ...]
    mistakes: tuple[Words, ...]
    files: tuple[FileSaid, ...]
    profiles: tuple[ProfileSaid, ...]


def feed_columns(*, profiles_folder: Path | None = None) -> FeedColumns:
    """The reference as values, with the organisation's own mapping profiles among those shipped; one that cannot be used is left out."""
    known, _ = profiles.usable(profiles_folder=profiles_folder)
    return FeedColumns(
        _FORM,
        tuple((name, _by_turns(words)) for name, words in _READING),
        tuple(map(_by_turns, _MISTAKES)),
        tuple(map(_file, FEEDS.values())),
        tuple(ProfileSaid(p.id, p.title, tuple(f.file for f in p.feeds)) for p in known),
    )


def describe() -> str:
    """The page as Markdown: how cells are read, each file with its columns, the mapping profiles shipped."""
    return "\n".join(_lines(feed_columns()))


def _lines(said: FeedColumns) -> Iterator[str]:
    yield from (_OPENING, said.form, "\n## How cells are read\n")
    yield from (f"- **{name}**: {_marked(words)}" for name, words in said.reading)
    yield "\n## What becomes of mistakes\n"
    yield from (f"- {_marked(words)}" for words in said.mistakes)
    yield "\n## The files\n"
    for file in said.files:
        yield from _file_lines(file)
    yield "## Mapping profiles shipped\n"
    yield "| profile | reads | files |"
    yield "|---|---|---|"
    yield from (f"| `{p.name}` | {p.title} | {', '.join(f'`{f}`' for f in p.files)} |" for p in said.profiles)
    yield ""


def _file_lines(file: FileSaid) -> Iterator[str]:
    yield f"### `{file.file}`\n"
    yield f"{file.about} Once in a file: {', '.join(f'`{name}`' for name in file.key)}.\n"
    yield "| column | holds | must be there | when blank or not in the file |"
    yield "|---|---|---|---|"
    yield from (f"| `{c.name}` | {_marked(c.holds)} | {'yes' if c.needed else ''} | {_marked(c.blank)} |" for c in file.columns)
    yield ""


def _file(shape: Feed) -> FileSaid:
    mode = next(f.mode for f in profiles.load("canonical").feeds if f.feed == shape.name)
    columns = tuple(ColumnSaid(c.name, _by_turns(_holds(c)), c.required, _by_turns(_blank(c))) for c in shape.columns)
    return FileSaid(shape.name, shape.file, f"{shape.title} {_MODES[mode]}", shape.key, columns)


def _holds(column: Column) -> str:
    what = f"one of {', '.join(column.words)}" if column.kind == "word" else _KINDS[column.kind]
    if column.lower:
        what += " in lower case"
    if column.kind == "text" and column.most != 200:
        what += f", at most {column.most:,} characters"
    return f"{what}: {column.means}" if column.means else what


def _blank(column: Column) -> str:
    return f"`{column.default}`" if column.default else column.derived


def _by_turns(text: str) -> Words:
    return tuple(text.split("`"))


def _marked(words: Words) -> str:
    return "`".join(words)

"""The reference page of the feeds, written from the same shapes that read them (docs/reference/feeds.md)."""

from collections.abc import Iterator

from careward.connectors.csv import profiles
from careward.connectors.csv.shapes import SHAPES, Column, Shape

_KINDS = {
    "text": "text",
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

Written from the shapes in `careward/connectors/csv/shapes.py` by `careward.connectors.csv.describing.describe()`; a test holds it fresh.

Files are CSV (UTF-8, a byte order mark tolerated, a heading line, RFC 4180) or Parquet with the same columns. Case and outer blanks of
headings do not matter, nor does the order of columns. An extract of another form is read through a mapping profile.

## How cells are read

- Outer blanks are taken off. A blank cell is the default where there is one, else an empty text; for days, moments and Y or N, no value.
- **Text** has at most 200 characters where nothing else is said. Text in lower case is turned to it.
- **Day**: `2026-11-30`, from 1900 on.
- **Moment**: ISO 8601 like `2026-11-30T16:05:00`; without a zone it is Europe/London time, and a day alone is its midnight.
- **One of** a few words: case does not matter. **Y or N**: also yes, no, true, false, 1, 0.
- **List**: parted by `;`. Each item is trimmed and kept once ignoring case; the list is sorted.
  A column that is not in the file states nothing; a blank cell states none.
- **NHS number**: ten digits, spaces and dashes taken out. A wrong check digit is a notice and never refuses a row.
- A cell that begins with `=`, `+`, `-` or `@` stays text and is made harmless when it is exported; the number of such cells is a notice.

## What becomes of mistakes

- A row that cannot be used is refused with every reason: file, line, column, what was found, what to do. The other rows are kept.
  Names, days of birth and NHS numbers are not repeated in messages.
- A row with the same key as an earlier one is refused, naming that line. Blank lines are left out, with a notice.
- A quote that is never closed, or stands within a quoted cell, costs the row that begins on its line; reading goes on with the next line.
- The whole file is refused when it is empty, has no heading, lacks a column it must have, names a column twice, is not UTF-8 text,
  holds a NUL byte or is larger than 1 GB. Nothing is then gone for the rows it might have held.
- A column nobody knows is left out, with a notice. So is a file nobody knows.
"""


def describe() -> str:
    """The page as Markdown: how cells are read, each file with its columns, the mapping profiles shipped."""
    return "\n".join([_OPENING, "## The files\n", *(line for shape in SHAPES.values() for line in _shape(shape)), *_profiles()])


def _shape(shape: Shape) -> Iterator[str]:
    mode = next(f.mode for f in profiles.load("canonical").feeds if f.feed == shape.feed)
    yield f"### `{shape.file}`\n"
    yield f"{shape.title} {_MODES[mode]} Once in a file: {', '.join(f'`{name}`' for name in shape.key)}.\n"
    yield "| column | holds | must be there | when blank or not in the file |"
    yield "|---|---|---|---|"
    yield from (f"| `{c.name}` | {_holds(c)} | {'yes' if c.required else ''} | {_blank(c)} |" for c in shape.columns)
    yield ""


def _holds(column: Column) -> str:
    what = f"one of {', '.join(column.words)}" if column.kind == "word" else _KINDS[column.kind]
    if column.lower:
        what += " in lower case"
    if column.kind == "text" and column.most != 200:
        what += f", at most {column.most:,} characters"
    return f"{what}: {column.means}" if column.means else what


def _blank(column: Column) -> str:
    return f"`{column.default}`" if column.default else column.derived


def _profiles() -> Iterator[str]:
    yield "## Mapping profiles shipped\n"
    yield "| profile | reads | files |"
    yield "|---|---|---|"
    for name in profiles.names():
        profile = profiles.load(name)
        yield f"| `{name}` | {profile.title} | {', '.join(f'`{f.file}`' for f in profile.feeds)} |"
    yield ""

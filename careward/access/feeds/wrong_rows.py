"""What looks wrong in a held load, row by row, as it is said on the command line."""

from collections.abc import Iterator

from careward.access.feeds.queries import FileReport, LoadReport, Sample

SAID = (("gone", "is gone"), ("changed", "changes"))  # what is most often wrong comes first


def wrong_rows(load: LoadReport) -> tuple[str, ...]:
    """A line for each row that a held load would end or change, as far as its preview goes, and how many more there are."""
    if load.state != "held":
        return ()
    return tuple(line for file in load.files for what, words in SAID for line in _lines(file, what, words))


def _lines(file: FileReport, what: str, words: str) -> Iterator[str]:
    rows: tuple[Sample, ...] = getattr(file, f"samples_{what}")
    for row in rows:
        facts = "; ".join(f"{f.column} from {f.was or 'blank'} to {f.becomes or 'blank'}" for f in row.facts) if what == "changed" else ""
        yield f"{file.name}: {row.name} {words}{facts and ': '}{facts}"
    more = getattr(file, what) - len(rows)
    if more > 0:
        yield f"{file.name}: and {more:,} more"

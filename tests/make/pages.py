"""What tests read of a page: its markup as one line, since a template breaks its lines wherever that is easy to read."""

from typing import Any


def markup(response: Any) -> str:
    """The markup of an answer, each run of blanks as one."""
    return " ".join(response.content.decode().split())

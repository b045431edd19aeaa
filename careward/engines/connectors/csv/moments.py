"""Days and moments as text, in the one form that sorts and that most databases keep; a usual moment without being parsed."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from careward.core.days import written_moment
from careward.engines.connectors.csv.asides import Aside

OF_AN_HOUR = frozenset(f":{minute:02}:{second:02}" for minute in range(60) for second in range(60))
_HOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_KEPT_HOURS = 65_536  # remembered at a time


class Hours(dict[str, str]):
    """An hour somewhere and its zone (2026-07-01T08+01:00, or without: London) to the hour in UTC as it is written, each worked out once.

    "" where there is no such hour, or it is some minutes from one of UTC. Clocks change at whole hours, so all of an hour has one offset.
    """

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, hour: str) -> str:
        found = self.read(f"{hour[:13]}:00:00{hour[13:]}") if _HOUR.fullmatch(hour) else None
        text = written_moment(found) if isinstance(found, datetime) else ""
        if len(self) >= _KEPT_HOURS:
            self.clear()
        self[hour] = text[:13] if text[13:] == ":00:00" else ""
        return self[hour]


def in_text(value: Any) -> Any:
    """A day or a moment as text; what is neither as it is."""
    if type(value) is Aside:
        return replace(value, value=in_text(value.value))
    return written_moment(value) if isinstance(value, datetime) else value.isoformat() if isinstance(value, date) else value

"""What stands as an alarm or a fault, in the log of the worker: once when it begins, once when it is over."""

import structlog

from careward.web.house import house

log = structlog.get_logger("careward.watching")


class FaultWatch:
    """Knows what it has told already."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}  # the remedy by the words, which name nobody

    def look(self) -> None:
        """Tells what is new and what has gone."""
        stands = {each.words: each.remedy for each in (*house().alarms(), *house().faults())}
        for words in stands.keys() - self._told.keys():
            log.error("alarm.stands", words=words, remedy=stands[words])
        for words in self._told.keys() - stands.keys():
            log.warning("alarm.over", words=words)
        self._told = stands

"""Days as counts before the day the trust is made for: nought is that day, a negative number lies ahead."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Dates:
    """Writes a count of days as the feeds do; every text is built once."""

    def __init__(self, on: date) -> None:
        self.on = on
        self._text: dict[int, str] = {}
        self._summer: dict[int, bool] = {}

    def date(self, ago: int) -> date:
        return self.on - timedelta(days=ago)

    def day(self, ago: int | None) -> str:
        """YYYY-MM-DD, or blank where no day is known."""
        if ago is None:
            return ""
        text = self._text.get(ago)
        if text is None:
            text = self._text[ago] = self.date(ago).isoformat()
        return text

    def year_before(self) -> int:
        """How many days ago a course of twelve months was taken that is good for the last time on the day itself."""
        try:
            then = self.on.replace(year=self.on.year - 1)
        except ValueError:  # 29 February: a course taken on 1 March is the last that reaches the day
            then = date(self.on.year - 1, 3, 1)
        return (self.on - then).days

    def moment(self, ago: int | None, minute: int, style: str) -> str:
        """A moment of working time; `minute` counts from 07:00 in London, so the day is the same in UTC."""
        if ago is None:
            return ""
        summer = style != "plain" and self._is_summer(ago)
        hour, rest = divmod(minute + 420 - (60 if summer and style == "utc" else 0), 60)
        zone = "" if style == "plain" else "Z" if style == "utc" else "+01:00" if summer else "+00:00"
        return f"{self.day(ago)}T{hour:02}:{rest:02}:{minute % 59:02}{zone}"

    def after_midnight(self, ago: int) -> str:
        """Half past midnight in London, told in UTC: in summer its UTC date is the day before."""
        local = datetime.combine(self.date(ago), time(0, 30), LONDON)
        return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _is_summer(self, ago: int) -> bool:
        known = self._summer.get(ago)
        if known is None:
            known = self._summer[ago] = bool(datetime.combine(self.date(ago), time(12), LONDON).dst())
        return known

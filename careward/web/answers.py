"""What every answer of the JSON API has in common: mistakes told alike, words that both databases can hold, one way to page."""

from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Field, Schema

from careward.web.unfit import UNSEEN

MOST = 500

Word = Annotated[str, Field(max_length=200, pattern=f"^[^{UNSEEN}]*$")]


PERSONAL = Field(json_schema_extra={"x-personal": True})  # as the document of the API marks a field that tells of a person


class Mistake(Schema):
    detail: str


class Unfit(Schema):
    """What of a question cannot be asked so, and why."""

    detail: list[dict[str, object]]


ERRORS = {401: Mistake, 403: Mistake, 422: Unfit, 429: Mistake}


class PageIn(Schema):
    """Where to begin, by the number the last answer gave as `next`, and how many rows at most."""

    after: int = Field(0, ge=0, le=2**62)
    limit: int = Field(100, ge=1, le=MOST)


def rows_after(rows: QuerySet[Any], asked: PageIn) -> tuple[list[Any], int | None]:
    """Rows after a row number, and the number to ask with next; None where these are the last."""
    page = list(rows.filter(pk__gt=asked.after).order_by("pk")[: asked.limit + 1])
    return page[: asked.limit], page[asked.limit - 1].pk if len(page) > asked.limit else None

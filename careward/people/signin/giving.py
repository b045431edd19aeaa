"""A list leaves the house as an answer of the API: what a client is about to be given is written down first."""

from ninja import Schema

from careward.evidence.ledger.actions import write_down_export
from careward.people.signin.api_keys import ApiRequest
from careward.web.answers import PageIn
from careward.web.opened import written_first


def given_out(request: ApiRequest, what: str, rows: int, asked: Schema | None = None, *, about: str = "") -> None:
    """Writes down which list a client is about to be given, how many rows, and which of its questions narrow it."""
    narrowed = [name for name in asked.model_dump(exclude_defaults=True) if name not in PageIn.model_fields] if asked else []
    client = request.auth
    with written_first():
        write_down_export(
            what=what, form="api", rows=rows, narrowed_by=narrowed, about=about, organisation=client.organisation, now=request.now,
            by=client.actor,
        )  # fmt: skip

"""Tables drawn in text. A world not drawn otherwise is in order: person 1 works, is trained, and is authorised on PARIS and RiO."""

import datetime as dt
import os

import pyarrow as pa
import pytest

from careward.core.packs.pack import load as load_pack
from careward.engines.analysis.engine import DuckDb, Spark
from careward.engines.analysis.reconciliation.compare import reconcile
from careward.engines.analysis.tables import RECONCILED

ON = dt.date(2026, 11, 22)
PACKS = {name: load_pack(name) for name in ("tewv", "elft")}
IN_ORDER = {
    "systems": """
        system  | kind      | pack
        paris   | clinical  | tewv
        rio     | clinical  | elft
        datix   | corporate | elft
    """,
    "people": """
        person_id | employee_number | email | smartcard | registration_expires_on
        1         | 101             | ann@x | c1        | 2027-03-31
        2         | 102             | bob@x | c2        |
    """,
    "assignments": """
        person_id | status
        1         | active
        2         | active
    """,
    "training": """
        person_id | course | result | completed_on | declaration_signed_on
        1         | dspt   | passed | 2026-03-01   |
        1         | PARIS  | passed | 2020-03-01   | 2020-03-01
        2         | dspt   | passed | 2026-03-01   |
        2         | paris  | passed | 2020-03-01   | 2020-03-01
    """,
    "authorisations": """
        system | environment | person_id | kind   | approver_role | approved_on
        paris  | live        | 1         | normal | line_manager  | 2024-01-01
        rio    | live        | 1         | normal | line_manager  | 2024-01-01
        paris  | live        | 2         | normal | line_manager  | 2024-01-01
    """,
    "accounts": """
        username | system | employee_number | last_used_on
        ann      | paris  | 101             | 2026-11-20
    """,
}
USUAL = {
    "accounts": {"environment": "live", "status": "active", "kind": "normal", "created_on": dt.date(2024, 1, 1)},
    "authorisations": {"approved_by": "900"},
}
MANAGER = """
    person_id | employee_number
    99        | 900
"""


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """Sail, a Spark Connect server in this process."""
    os.environ.setdefault("RUST_LOG", "error")
    from pysail.spark import SparkConnectServer  # heavy, and only here

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    yield Spark(f"sc://{host}:{port}", str(tmp_path_factory.mktemp("spark")))
    server.stop()


@pytest.fixture
def engine(request):
    """The engine that is set: CAREWARD_ENGINE=spark draws every table on Spark."""
    return request.getfixturevalue("spark") if os.environ.get("CAREWARD_ENGINE") == "spark" else DuckDb()


@pytest.fixture
def lines(engine):
    """What is wrong in a world of the tables drawn, the others being in order: whole."""

    def found(on=ON, **tables):
        drawn = {**IN_ORDER, **tables}
        world = {name: draw(name, drawn.get(name, "")) for name in RECONCILED}
        world["people"] = pa.concat_tables([world["people"], draw("people", MANAGER)])
        return reconcile(world, on=on, packs=PACKS, engine=engine)

    return found


@pytest.fixture
def wrong(lines):
    """What is wrong in a world, as 'user code step clause'."""
    return lambda on=ON, **tables: [f"{f.username} {f.code} {f.step} {f.clause}" for f in lines(on, **tables)]


@pytest.fixture
def told(lines):
    """The details of what is wrong in a world."""
    return lambda on=ON, **tables: [f.detail for f in lines(on, **tables)]


def draw(name, text):
    schema = RECONCILED[name].to_pyarrow()
    heading, *rows = [line for line in text.strip().splitlines() if line.strip()] or [""]
    names = [cell.strip() for cell in heading.split("|") if cell.strip()]
    out = []
    for place, line in enumerate(rows, 1):
        cells = {n: _cell(c.strip(), schema.field(n).type) for n, c in zip(names, line.split("|"), strict=True)}
        numbered = {"account_id": place} if name == "accounts" else {}
        out.append({**dict.fromkeys(schema.names), **numbered, **USUAL.get(name, {}), **cells})
    return pa.Table.from_pylist(out, schema=schema)


def _cell(text, kind):
    """A blank is null, and '-' the empty text."""
    if not text:
        return None
    if pa.types.is_date(kind):
        return dt.date.fromisoformat(text)
    if pa.types.is_boolean(kind):
        return text == "yes"
    if pa.types.is_integer(kind):
        return int(text)
    return "" if text == "-" else text

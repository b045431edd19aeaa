"""Databases on a server of PostgreSQL: whether one holds nothing yet, and one of their own for those that are only tried out."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg import sql

from careward.core.decision import ALLOWED, Decision, Refused, refuse

ANY = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace = current_schema()::regnamespace"


def must_be_empty(url: str) -> Decision:
    """Whether a database holds no table; refused where it does not answer too."""
    try:
        with psycopg.connect(url) as rows:
            found = rows.execute(ANY).fetchone()
    except psycopg.OperationalError as error:
        words = f"The database that CAREWARD_DATABASE_URL names does not answer: {error}"
        return refuse("database.away", "house", words, "Start it, or name one that is there")
    if found and found[0]:
        words = "The database that CAREWARD_DATABASE_URL names holds tables already, and a backup is never put over what is there"
        return refuse("database.not_empty", "house", words, "Make a new, empty one, and name it")
    return ALLOWED


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """A database for as long as something is tried out in it, on the same server; what a killed trial left of it goes first."""
    name = f"{unquote(urlsplit(url).path.lstrip('/'))}_careward_drill"
    gone = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(url, autocommit=True) as server:
        try:
            server.execute(gone)
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            words = "A drill needs a database of its own, and the role that CAREWARD_DATABASE_URL names may make none"
            remedy = "Let it (ALTER ROLE ... CREATEDB), or name an empty one: --database URL"
            raise Refused(refuse("database.not_allowed", "house", words, remedy)) from error
        try:
            yield urlsplit(url)._replace(path=f"/{quote(name)}").geturl()
        finally:
            server.execute(gone)

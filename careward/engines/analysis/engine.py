"""Where the comparison runs: DuckDB in this process, or Spark through its Connect server. One set of queries serves both.

An engine is asked four things: to hold a table, to keep the rows of a query as a table, to read a query, and the dialect of its queries.
Rows go in and come out as Arrow, never as Python's own lists; those that come batch by batch wait as Parquet in a folder of the session.
"""

import fcntl
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import pyarrow as pa
from pyarrow import parquet
from pyarrow.fs import FileSystem, LocalFileSystem

from careward.engines.analysis.tables import OWN, ArrowShape, fitted

if TYPE_CHECKING:
    import duckdb

Rows: TypeAlias = pa.Table | pa.RecordBatchReader | Path  # a path: a Parquet file, or a folder of them


class Session(Protocol):
    """One comparison's hold on an engine; its tables are gone when it ends."""

    def hold(self, name: str, rows: Rows, shape: ArrowShape) -> None:
        """Makes rows a table of a shape. Raises ShapeError."""

    def keep(self, name: str, query: str) -> None:
        """Runs a query once and keeps its rows as a table."""

    def read(self, query: str, shape: ArrowShape) -> pa.Table:
        """The rows of a query, in a shape."""


class Engine(Protocol):
    """What can run a comparison."""

    @property
    def dialect(self) -> str:
        """Ibis's name for the dialect of its queries."""

    def session(self) -> AbstractContextManager[Session]:
        """A session of its own for one comparison."""


@dataclass(frozen=True, slots=True)
class DuckDb:
    """DuckDB in this process. What does not fit into `memory` ("600MB"; blank: most of the machine's) goes to `folder` meanwhile."""

    folder: Path | None = None
    memory: str = ""
    dialect: str = "duckdb"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A database in memory, and a folder of its own that is gone afterwards."""
        import duckdb  # only who runs on it needs it

        limits = {"memory_limit": self.memory} if self.memory else {}
        config = {**limits, "preserve_insertion_order": "false"}
        with (
            _folder_of_its_own(self.folder) as place,
            duckdb.connect(config={**config, "temp_directory": str(place / "more")}) as connection,
        ):
            connection.execute("SET enable_progress_bar = false")  # a bar drawn on standard output would be a line of --json
            yield _InDuckDb(connection, place)


@dataclass(frozen=True, slots=True)
class _InDuckDb:
    connection: "duckdb.DuckDBPyConnection"
    place: Path

    def hold(self, name: str, rows: Rows, shape: ArrowShape) -> None:
        if isinstance(rows, pa.Table):
            self.connection.register(name, fitted(name, rows, shape))  # read where it lies
        elif isinstance(rows, Path):
            places = str(rows / "**" / "*.parquet" if rows.is_dir() else rows)
            columns = ", ".join(_checked(name, rows, shape))
            self.connection.read_parquet(places).select(columns).create_view(name)
        else:
            _written(name, rows, shape, LocalFileSystem(), str(path := self.place / f"{name}.parquet"))
            self.hold(name, path, shape)

    def keep(self, name: str, query: str) -> None:
        self.connection.execute(f"CREATE TEMP TABLE {name} AS {query}")

    def read(self, query: str, shape: ArrowShape) -> pa.Table:
        return self.connection.execute(query).fetch_arrow_table().cast(shape.to_pyarrow())


@dataclass(frozen=True, slots=True)
class Spark:
    """A Spark Connect server ("sc://HOST:PORT"), which keeps what it has worked out in a folder that its workers and we can reach."""

    url: str
    folder: str
    dialect: str = "pyspark"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session of its own on the server, and a folder of its own that is gone afterwards."""
        from pyspark.sql import SparkSession  # only who runs on Spark needs its client

        spark = SparkSession.builder.remote(self.url).create()
        place = f"{self.folder.rstrip('/')}/comparison-{uuid.uuid4().hex}"
        try:
            yield _InSpark(spark, place)
        finally:
            spark.stop()
            _clear(place)


@dataclass(frozen=True, slots=True)
class _InSpark:
    spark: Any  # a SparkSession
    place: str

    def hold(self, name: str, rows: Rows, shape: ArrowShape) -> None:
        from pyspark.sql.pandas.types import from_arrow_schema

        if isinstance(rows, Path):
            frame = self.spark.read.parquet(str(rows)).select(*_checked(name, rows, shape))
        elif isinstance(rows, pa.Table):
            whole = fitted(name, rows, shape)
            frame = self.spark.createDataFrame(whole, schema=from_arrow_schema(whole.schema))
        else:
            files, path = FileSystem.from_uri(self.place)
            files.create_dir(f"{path}/held")
            _written(name, rows, shape, files, f"{path}/held/{name}.parquet")
            frame = self.spark.read.parquet(f"{self.place}/held/{name}.parquet")
        frame.createOrReplaceTempView(name)

    def keep(self, name: str, query: str) -> None:
        rows = self.spark.sql(query)
        rows.write.parquet(f"{self.place}/{name}")
        self.spark.read.schema(rows.schema).parquet(f"{self.place}/{name}").createOrReplaceTempView(name)  # of no rows there may be no file

    def read(self, query: str, shape: ArrowShape) -> pa.Table:
        return self.spark.sql(query).toArrow().cast(shape.to_pyarrow())


def _written(name: str, rows: pa.RecordBatchReader, shape: ArrowShape, files: FileSystem, path: str) -> None:
    """Batch by batch: one is written while this thread, which the database may belong to, asks for the next."""
    alike = [c for c in shape.names if c not in OWN]  # no list is made of the values of the others, of which nearly each is another
    how: dict[str, Any] = {"filesystem": files, "compression": "lz4", "use_dictionary": alike}
    with parquet.ParquetWriter(path, shape.to_pyarrow(), **how) as file, ThreadPoolExecutor(1) as beside:
        before: Future[None] | None = None
        for batch in rows:
            if before:
                before.result()
            before = beside.submit(file.write_table, fitted(name, pa.Table.from_batches([batch]), shape))
        if before:
            before.result()


@contextmanager
def _folder_of_its_own(folder: Path | None) -> Iterator[Path]:
    """A folder in that folder, gone afterwards; one whose process was killed goes when the next comes, since its lock is free."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="comparison-") as mine:
            yield Path(mine)
        return
    folder.mkdir(parents=True, exist_ok=True)
    with _in_turn(folder):
        _clear_left(folder)
        place = Path(tempfile.mkdtemp(prefix="comparison-", dir=folder))
        lock = open(place / "lock", "wb")  # noqa: SIM115 - held until the folder goes
        fcntl.flock(lock, fcntl.LOCK_EX)
    with lock:
        try:
            yield place
        finally:
            with _in_turn(folder):
                shutil.rmtree(place)


@contextmanager
def _in_turn(folder: Path) -> Iterator[None]:
    """While nobody else makes or clears a folder there: one that is not locked yet would be taken for one that was left."""
    with open(folder / "turn", "wb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _clear_left(folder: Path) -> None:
    for other in folder.glob("comparison-*"):
        with suppress(BlockingIOError), open(other / "lock", "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(other)


def _checked(name: str, rows: Path, shape: ArrowShape) -> list[str]:
    """The columns of a shape, once the Parquet is known to have them. Raises ShapeError."""
    first = next(rows.rglob("*.parquet"), rows) if rows.is_dir() else rows
    return list(fitted(name, parquet.read_schema(first).empty_table(), shape, cast=False).column_names)


def _clear(place: str) -> None:
    files, path = FileSystem.from_uri(place)
    with suppress(FileNotFoundError):  # nothing was kept before it failed
        files.delete_dir(path)

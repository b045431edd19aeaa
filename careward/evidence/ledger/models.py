"""What was done. Entries hold no foreign keys, so they outlive what they describe."""

from typing import Any, NoReturn

from django.db import models


class WrittenOnce(models.QuerySet[Any]):
    """Rows that are added and read, never changed or deleted. The tree shows whoever goes past this."""

    def update(self, **values: object) -> NoReturn:
        raise RuntimeError(f"{self.model.__name__} rows are never changed; write down a new one that says what is so now")

    def bulk_update(self, *args: object, **kwargs: object) -> NoReturn:
        self.update()

    def delete(self) -> NoReturn:
        raise RuntimeError(f"{self.model.__name__} rows are never deleted")

    def bulk_create(self, objs: Any, *args: Any, update_conflicts: bool = False, **kwargs: Any) -> Any:
        if update_conflicts:
            self.update()
        return super().bulk_create(objs, *args, **kwargs)


class Entry(models.Model):
    """One thing that was done. Never updated, never deleted."""

    organisation = models.TextField()  # ODS code; empty for the installation itself
    at = models.DateTimeField()
    actor = models.TextField()  # "user/7", "job/reconcile": never a name
    verb = models.TextField()  # past tense: "account.locked"
    subject = models.TextField()  # "account/123"
    body = models.JSONField()

    objects = WrittenOnce.as_manager()

    personal = ("body",)
    plain = ("id", "organisation", "at", "actor", "verb", "subject")

    class Meta:
        indexes = [models.Index(fields=["subject", "id"]), models.Index(fields=["organisation", "verb", "id"])]

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """Only ever inserts, also when an id is given."""
        if not self._state.adding:
            raise RuntimeError("a ledger entry is never changed; write down a new one that says what is so now")
        super().save_base(*args, **kwargs | {"force_insert": True})

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise RuntimeError("a ledger entry is never deleted")


class Leaf(models.Model):
    """The place of an entry in the Merkle tree, given later by the sealer."""

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)

    objects = WrittenOnce.as_manager()

    personal = ()
    plain = ("number", "entry_id", "hash")


class Lane(models.Model):
    """Where one order of writing has got to: an organisation's, or a load's own. Its row is taken last in each act."""

    name = models.TextField(primary_key=True)
    number = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    objects: Any = models.Manager()

    personal = ()
    plain = ("name", "number", "hash")


class Link(models.Model):
    """The entries of one act while they wait to be sealed, bound to those written before them in their lane by a keyed hash."""

    lane = models.TextField()
    number = models.BigIntegerField()
    ids = models.TextField()  # JSON: runs [first, last]
    before = models.BinaryField(max_length=32)  # the hash of the link before it
    hash = models.BinaryField(max_length=32)
    leaves = models.BinaryField(default=b"", db_default=b"")  # of many entries: their leaf hashes, so that they are sealed as written

    objects: Any = models.Manager()

    personal = ()
    plain = ("id", "lane", "number", "ids", "before", "hash", "leaves")

    class Meta:
        indexes = [models.Index(fields=["lane", "number"], name="ledger_link_place")]


class Checkpoint(models.Model):
    """A signed statement of the tree's size and root (C2SP tlog-checkpoint)."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    frontier = models.JSONField()  # peaks: the hex hashes of the compact range; settled: an id all below which was sealed
    note = models.TextField()
    sealed_at = models.DateTimeField()
    line = models.BigIntegerField(default=0)  # of what was signed outside the database; 0: of a version that kept no such file

    objects = WrittenOnce.as_manager()

    personal = ()
    plain = ("size", "root", "frontier", "note", "sealed_at", "line")


class LedgerCheck(models.Model):
    """A check of the whole ledger that somebody asked for, and what it found."""

    organisation = models.TextField()  # ODS code; empty for the installation itself
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    taken_up_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ok = models.BooleanField(null=True)
    checked = models.BigIntegerField(default=0)
    first_bad = models.BigIntegerField(null=True)
    problems = models.JSONField(default=list)
    more = models.PositiveIntegerField(default=0)
    entry_id = models.BigIntegerField(null=True)  # the entry that says what was found

    personal = ()
    plain = (
        "id", "organisation", "asked_at", "asked_by", "taken_up_at", "ended_at", "ok", "checked", "first_bad", "problems", "more",
        "entry_id",
    )  # fmt: skip

    class Meta:
        indexes = [models.Index(fields=["organisation", "id"], name="ledger_check_newest")]

"""Django's migrate, with the tables of evidence held against the ledger before it and taken over after it."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from careward.evidence.tables import taking_over


class RecordedWithIt(MigrationExecutor):
    """Each step and its record in one transaction: Django writes the record after the step's own, and killed between them it is done twice.

    On PostgreSQL; SQLite turns its foreign keys off for a step, which no transaction around it allows.
    """

    def apply_migration(self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False) -> Any:
        if self.connection.vendor != "postgresql" or not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        with transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, fake, fake_initial)


migrate.MigrationExecutor = RecordedWithIt  # type: ignore[attr-defined]  # the command makes its own by this name


class Command(migrate.Command):
    """The same command: whoever brings the tables up brings their sums up."""

    def handle(self, *args: Any, **options: Any) -> Any:
        if options["database"] != DEFAULT_DB_ALIAS or options.get("check_unapplied") or options.get("plan"):
            return super().handle(*args, **options)
        before = taking_over.before_migrating()
        with connections[DEFAULT_DB_ALIAS].unwatched():  # type: ignore[attr-defined]
            done = super().handle(*args, **options)
        if not args and not options.get("app_label"):
            taking_over.after_migrating(before, now=settings.CLOCK())
        return done

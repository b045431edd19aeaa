# ruff: noqa: E402  (Django must be set up before its models are imported)
"""Run inside a copy of the house that has the toy room: everything that the room gives works. Prints one line for each."""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "careward.config.settings"
import django

django.setup()
from datetime import timedelta

from django.conf import settings
from django.core.management import call_command

settings.ALLOWED_HOSTS.append("testserver")
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
call_command("makemigrations", "kettles", verbosity=0)
call_command("migrate", verbosity=0)

from careward.systems.kettles import actions
from careward.systems.kettles.models import Kettle
from django.db import transaction

from careward.evidence.errands import actions as errands
from careward.evidence.ledger.pages import what_was_done
from careward.governance.procedures.measures import collected
from careward.jobs import worker
from careward.web.house import house
from tests.make import people
from tests.make.people import NOW, TODAY

trust = people.organisation()
desk, auditor = (people.signed_in(people.ready(role, at=trust)) for role in ("service_desk", "auditor"))
kettle = Kettle.objects.create(organisation=trust, name="Ward kettle")


def say(what: str, good: object) -> None:
    print(f"{what}: {'works' if good else 'DOES NOT WORK'}")


page = desk.get("/kettles/").content.decode()
say("page", "Ward kettle is cold" in page)
say("menu", ">Kettles<" in desk.get("/my-work/").content.decode() and ">Kettles<" not in auditor.get("/my-work/").content.decode())
refused = auditor.get("/kettles/")
say("permission with words", refused.status_code == 403 and "Service desk" in refused.content.decode())
say("scope", "tea" in house().scopes and house().permissions["kettles:kettles:boil"].words == "boil water")
with transaction.atomic():
    errands.ask(name="kettles.boil", organisation="RX3", subject="kettle/1", now=NOW, body={"kettle": kettle.pk})
say("errand", worker.work_once(now=NOW, worker="toy") and Kettle.objects.get().state == "hot")
say("measure", collected(organisation_id=trust.pk, on=TODAY)["IN-044"].complies == 1)
say("ledger words", what_was_done("kettle.boiled") == "Kettle boiled")
say("machine", "kettle" in {m.name for m in house().machines})
worker.run_due(clock=lambda: NOW, worker="toy")
worker.run_due(clock=lambda: NOW + timedelta(minutes=1), worker="toy")
say("timed job", len(actions.LOOKED) == 1)
someone = people.staff(trust, "Carol Dewhurst")
say("panel", "Hot kettles: 1" in desk.get(f"/people/{someone.pk}/access/").content.decode())
from typer.testing import CliRunner

from careward.cli.main import app

said = CliRunner().invoke(app, ["kettles", "--hot"])
say("command", said.exit_code == 0 and said.stdout == "1 hot at Trust RX3\n" and "kettles" in house().commands)
sys.exit(0)

"""What tests of pages share: the moment of the tests, an organisation, and somebody who administers every system of it."""

import pytest
from django.test import Client

from careward.people.staff.models import Organisation
from tests.make import people
from tests.make.people import NOW, ready, signed_in


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr("django.conf.settings.CLOCK", lambda: NOW)


@pytest.fixture
def trust() -> Organisation:
    return people.organisation(contact="the service desk")


@pytest.fixture
def admin(trust: Organisation) -> Client:
    return signed_in(ready("system_administrator", at=trust))

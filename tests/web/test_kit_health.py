"""Health: up without a database, ready only with one."""

import pytest
from django.db import OperationalError, connection
from django.test import Client


@pytest.fixture(autouse=True)
def kit(settings):
    settings.ROOT_URLCONF = "careward.web.urls"
    settings.MIDDLEWARE = ["careward.web.headers.SecurityHeaders"]


def test_alive_asks_no_database():
    response = Client().get("/healthz")
    assert (response.status_code, response.content, response.headers["Content-Type"]) == (200, b"ok", "text/plain; charset=utf-8")


@pytest.mark.django_db
def test_ready_when_the_database_answers():
    response = Client().get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_not_ready_when_it_does_not(monkeypatch):
    def silent():
        raise OperationalError("connection to 10.0.0.1 refused")

    monkeypatch.setattr(connection, "cursor", silent)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert b"10.0.0.1" not in response.content

"""What goes into logs: the kind and place of an error, never its words."""

import json
import logging
import sys
from types import SimpleNamespace

from careward.config.logs import json_formatter


def test_an_error_is_logged_by_kind_and_place_without_its_words():
    try:
        raise ValueError("Carol Dewhurst, 999 014 8201")
    except ValueError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, __file__, 1, "Internal Server Error: %s", ("/people/7/",), sys.exc_info()
        )
    line = json_formatter().format(record)
    said = json.loads(line)
    assert "Dewhurst" not in line and "8201" not in line
    assert said["fault"] == "ValueError"
    assert said["place"][-1].startswith("test_logs.py:")
    assert said["event"] == "Internal Server Error: /people/7/"


def test_an_address_is_logged_by_its_pattern():
    found = SimpleNamespace(method="GET", resolver_match=SimpleNamespace(route="api/people/{employee_number}/accounts"))
    for request, words in (
        (found, "GET /api/people/{employee_number}/accounts"),
        (SimpleNamespace(method="GET", resolver_match=None), "GET "),
    ):
        record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "Not Found: %s", ("/api/people/20417/accounts",), None)
        record.request, record.status_code = request, 404
        line = json_formatter().format(record)
        assert "20417" not in line
        assert json.loads(line)["event"].startswith(words) and json.loads(line)["status"] == 404

"""Accounts are found by how their user name begins from an index, on both databases."""

import pytest
from django.db import connection

from careward.access.accounts.models import Account

pytestmark = pytest.mark.django_db


def test_a_search_by_user_name_reads_the_index_made_for_it():
    rows = Account.objects.filter(organisation_id=1, username__istartswith="Smith_", gone_on=None)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # of an empty table the planner would read all; and it must not read another index instead
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("DROP INDEX account_sorts")
    plan = rows.explain()
    assert "account_beginning" in plan and ("username>?" in plan or "~>=~" in plan)

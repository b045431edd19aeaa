"""Addresses that are kept are those that Django would give, whatever they were kept for."""

from django.test import override_settings
from django.urls import reverse, set_script_prefix

from careward.web.addresses import address_of


def test_an_address_kept_is_the_one_that_would_be_worked_out():
    for _ in range(2):
        assert address_of("accounts:findings") == reverse("accounts:findings")
        assert address_of("accounts:findings_by", ["system"]) == reverse("accounts:findings_by", args=["system"]) == "/findings/by/system/"
        assert address_of("accounts:findings_by", ("person",)) == "/findings/by/person/"


def test_an_address_kept_for_one_place_or_table_of_pages_is_not_given_for_another():
    with override_settings(ROOT_URLCONF="tests.make.people_urls"):
        elsewhere = address_of("staff:people")
    try:
        set_script_prefix("/careward/")
        assert address_of("staff:people") == "/careward/people/"
    finally:
        set_script_prefix("/")
    assert address_of("staff:people") == elsewhere == "/people/"

"""What a password may not be: the same rule for pages, commands and invitations, with every reason at once."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from careward.core.decision import Refused
from careward.people.signin import actions
from careward.people.signin.models import User
from careward.people.signin.passwords import may_use_password, words_of
from tests.make import people as make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.make.people_urls")]
NAMES = ["Bryony Falk", "bryony.falk", "Northmoor Mental Health NHS Foundation Trust", "RX3"]


def reasons(password: str, names=NAMES) -> set[str]:
    return {r.code.removeprefix("password.") for r in may_use_password(password, names=names).reasons}


@pytest.mark.clause("LR-026")
@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("otter", {"short"}), ("", {"short"}), ("elevenchars", {"short"}),
        ("letmein12345", {"common"}), ("Password1234!", {"common"}), ("P@55word!!!!", {"common"}), ("1234password", {"common"}),
        ("qwertyuiop123", {"patterned"}), ("aaaaaaaaaaaaaaa", {"patterned"}), ("abcabcabcabcabc", {"patterned"}),
        ("123456789012345", {"patterned"}), ("Summer2026Summer", {"patterned"}), ("01/02/1990!!", {"patterned"}), ("zaq1xsw2cde3", {"patterned"}),
        ("northmoor otter shelf", {"named"}), ("N0rthm00r-otter-shelf", {"named"}), ("north moor otter shelf", {"named"}),
        ("careward otter shelf", {"named"}), ("C@reward otter shelf", {"named"}),
        ("Bryony likes otter shelves", {"named"}), ("otter-Falk-shelf-nine", {"named"}),
        ("password", {"short", "common", "patterned"}), ("Northmoor1", {"short", "named", "patterned"}),
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused_for_every_reason(password, why):
    assert why <= reasons(password), reasons(password)


@pytest.mark.parametrize(
    "password", [make.PASSWORD, "narrow-lantern-moss-42", "k7Jm2pQx9LzW", "the falkirk wheel at dusk", "mental arithmetic of herons"]
)
def test_three_words_or_chance_will_do(password):
    assert reasons(password) == set()


def test_a_very_long_password_is_weighed_quickly_and_taken():
    assert reasons("seven herons carry nine umbrellas " * 100) == set()


def test_words_that_many_trusts_share_name_none_of_them():
    assert words_of(["Northmoor Mental Health NHS Foundation Trust", "St. Mary's", "RX3"]) == ["Northmoor", "Marys"]


@pytest.mark.parametrize("password", ["letmein12345", "Password1234!", "Northmoor-2026-wards"])
def test_nobody_is_made_with_what_the_review_got_in(password):
    at = make.organisation(name="Northmoor NHS Trust")
    with pytest.raises(Refused):
        actions.make_user(organisation_id=at.pk, email="b@t.example", name="Bryony", password=password, now=make.NOW, by="cli/setup")
    assert not User.objects.exists()


def test_a_form_says_every_reason_and_knows_the_trust_by_role_and_by_employer():
    held, employed = make.user(), make.user(person=make.person(make.organisation("RYY", name="Southfen Trust"), "Ida Petrova"))
    make.role(held, make.organisation("RXX", name="Northmoor Trust"), "clinician")
    for who, password, name in ((held, "northmoor1", "Northmoor"), (employed, "southfen1", "Southfen"), (employed, "petrova1", "Petrova")):
        with pytest.raises(ValidationError) as no:
            validate_password(password, who)
        (said,) = no.value.messages
        assert f"{len(password)} characters of the 12" in said and name in said and "easy to guess" in said and "Three words" in said

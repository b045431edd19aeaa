"""What signing in gives the page of what is held about oneself."""

from allauth.mfa.models import Authenticator

from careward.people.signin.models import RoleHeld, TermsAccepted, User
from careward.web.held import Facts, told
from careward.web.words import moment

KINDS = {"totp": "Authenticator app", "webauthn": "Passkey", "recovery_codes": "Recovery codes"}


def signing_in(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Somebody's sign-in; a password is kept only as a hash that says nothing to anybody."""
    return told(User.objects.filter(pk=user_id), but=("password", "person"))


def roles(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The roles they hold and held."""
    return told(RoleHeld.objects.filter(user_id=user_id), but=("user",), titles={"system_code": "For one system"})


def terms(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The terms of use they accepted."""
    return told(TermsAccepted.objects.filter(user_id=user_id), but=("user",), titles={"text_hash": "Fingerprint of the text"})


def factors(*, user_id: int, person_id: int | None) -> list[Facts]:
    """Second factors by kind and day; their secrets are told to nobody."""
    rows = Authenticator.objects.filter(user_id=user_id).order_by("created_at", "id")
    return [(("Kind", KINDS[r.type]), ("Added", moment(r.created_at)), ("Last used", _used(r))) for r in rows]


def _used(row: Authenticator) -> str:
    return moment(row.last_used_at) if row.last_used_at else "Never"

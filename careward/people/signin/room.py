"""What signing in gives the house."""

from django.conf import settings

from careward.core.room import Held, Home, MenuEntry, Permission, Room, Verb
from careward.people.signin import panels, urls
from careward.people.signin.measures import measures

SEE, GIVE = "signin:roles:see", "signin:roles:give"

ROOM = Room(
    name="signin",
    title="Users, roles and signing in",
    urls=urls,
    permissions=(
        Permission(SEE, "see who holds which role", ("head_of_ig", "auditor", "trust_administrator")),
        Permission(GIVE, "give roles and end them", ("trust_administrator",), by_name=True),
    ),
    verbs=(
        Verb("user.made", "User added"),
        Verb("user.closed", "User closed"),
        Verb("user.signed_in", "Signed in"),
        Verb("role.given", "Role given"),
        Verb("role.ended", "Role ended"),
        Verb("terms.accepted", "Terms accepted"),
        Verb("token.made", "API token made"),
        Verb("token.ended", "API token ended"),
        Verb("password.changed", "Password changed"),
        Verb("password.made", "Password set"),
        Verb("password.replaced", "Password set by a letter's link"),
        Verb("app.added", "Authenticator app added"),
        Verb("app.removed", "Authenticator app removed"),
        Verb("passkey.added", "Passkey added"),
        Verb("passkey.removed", "Passkey removed"),
        Verb("recovery_codes.made", "Recovery codes made"),
    ),
    menu=(MenuEntry("Roles", "signin:roles", (SEE,), place=80),),
    homes=(
        Home("sign_out", "account_logout"),
        Home("own_account", "mfa_index"),
        *((Home("somebody_else", "signin:demonstration"),) if settings.DEMONSTRATION else ()),
    ),
    measures=measures,
    held=(
        Held("Signing in", panels.signing_in, ("User",)),
        Held("Roles in Careward", panels.roles, ("RoleHeld",)),
        Held("Terms accepted", panels.terms, ("TermsAccepted",)),
        Held("Second factors", panels.factors),
    ),
)

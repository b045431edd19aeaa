"""What signing in gives the house."""

from datetime import time

from django.conf import settings

from careward.core.names import ThingNames
from careward.core.roles import ROLES
from careward.core.room import ErrandKind, FormPage, Home, MenuEntry, OwnData, Panel, Passing, Permission, Room, TimedJob, Verb
from careward.people.signin import asking, drafts, ending, guesses, inviting, panels
from careward.people.signin.commands import COMMANDS
from careward.people.signin.forms import ADD_USER, GIVE_ROLE
from careward.people.signin.invitations import INVITE
from careward.people.signin.keyboard import USE
from careward.people.signin.measures import measures
from careward.people.signin.naming import users_called, users_named
from careward.people.signin.rules import ADD, GIVE

SEE = "signin:roles:see"
SECURED = tuple(
    name for name, role in ROLES.items() if role.second_factor
)  # a token stands in for a factor, so it is lent to nobody without

ROOM = Room(
    name="signin",
    title="Users, roles and signing in",
    urls="careward.people.signin.urls",
    permissions=(
        Permission(SEE, "see who holds which role", ("head_of_ig", "auditor", "trust_administrator")),
        Permission(GIVE, "give roles and end them", ("trust_administrator",), by_name=True),
        Permission(ADD, "add somebody who signs in, and end tokens", ("trust_administrator",), by_name=True),
        Permission(USE, "run commands in their own name", SECURED, ("commands",), by_name=True),
    ),
    verbs=(
        Verb("user.made", "User added"),
        Verb("invitation.made", "Somebody invited"),
        Verb("user.invited", "Invitation sent"),
        Verb("invitation.accepted", "Invitation accepted"),
        Verb("invitation.withdrawn", "Invitation withdrawn"),
        Verb("user.closed", "User closed"),
        Verb("user.signed_in", "Signed in"),
        Verb("role.given", "Role given"),
        Verb("role.ended", "Role ended"),
        Verb("terms.accepted", "Terms accepted"),
        Verb("token.made", "API token made"),
        Verb("token.ended", "API token ended"),
        Verb("token.end_told", "Told that an API token ends soon"),
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
        Home("views", "signin:views"),
        *((Home("somebody_else", "signin:demonstration"),) if settings.DEMONSTRATION else ()),
    ),
    errands=(
        ErrandKind(INVITE, inviting.sent, inviting.send, "Send an invitation"),
        ErrandKind(ending.WARN, ending.sent, ending.send, "Tell of a token's end"),
    ),
    jobs=(
        TimedJob("signin.drafts", "Remove answers that were begun and left", drafts.clear_old, at=time(3, 40)),
        TimedJob("signin.questions", "Remove words that were searched for", asking.clear_old, at=time(3, 45)),
        TimedJob("signin.tokens", "Tell of tokens that end soon", ending.warn_of_ends, at=time(6, 50)),
        TimedJob("signin.guesses", "Remove counts of wrong tokens", guesses.clear_old, at=time(3, 50)),
    ),
    names=(ThingNames("user", users_named, called=users_called),),
    forms=(FormPage(GIVE_ROLE, "signin:give_role"), FormPage(ADD_USER, "signin:add_user")),
    panels=(Panel("my_work", "Begun, not sent", 10, "signin/begun.jinja", panels.begun),),
    commands=COMMANDS,
    measures=measures,
    passing=(
        Passing("django_session", "who is signed in now: ends by itself, and signing in is an entry"),
        Passing("people_user", "the moment of the last sign-in, which is an entry", ("last_login",)),
        Passing("mfa_authenticator", "the moment of the last use", ("last_used_at",)),
        Passing("people_draft", "what is begun and not sent decides nothing"),
        Passing("people_wrongtokens", "how many wrong tokens were tried in the last minutes: it keeps nobody, and decides for minutes"),
        Passing("people_keptquestion", "words of a search, kept for a day so that they stand in no address"),
        Passing("people_savedview", "a list as somebody sees it, kept under a name until they end it: it decides nothing"),
        Passing("people_lasthere", "the last two days on which somebody was here, for what is new since: they decide nothing"),
        Passing("account_emailconfirmation", "no address is confirmed by a link here"),
        Passing("auth_permission", "Django's own, which nothing here asks: rights are roles"),
        Passing("auth_group", "Django's own, which nothing here asks: rights are roles"),
        Passing("auth_group_permissions", "Django's own, which nothing here asks: rights are roles"),
        Passing("django_content_type", "Django's own list of tables"),
    ),
    own_data=(
        OwnData("Signing in", panels.signing_in, ("User",)),
        OwnData("Roles in Careward", panels.roles, ("RoleHeld",)),
        OwnData("Invitations", panels.invitations, ("Invitation",)),
        OwnData("Terms accepted", panels.terms, ("TermsAccepted",)),
        OwnData("Second factors", panels.factors),
        OwnData("Tokens", panels.tokens, ("ApiToken",)),
        OwnData("Answers begun, not sent", panels.drafts, ("Draft",)),
        OwnData("Searched for in the last day", panels.questions, ("KeptQuestion",)),
        OwnData("Views of lists that they keep", panels.saved_views, ("SavedView",)),
        OwnData("When you were last here", panels.last_here, ("LastHere",)),
    ),
)

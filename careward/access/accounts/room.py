"""What accounts and findings give the house."""

from careward.access.accounts import errands, panels, team
from careward.access.accounts.approving import APPROVE, DECIDED, against
from careward.access.accounts.handing_over import HAND_OVER, hand_over_for
from careward.access.accounts.holders import SAY_WHOSE
from careward.access.accounts.measures import measures
from careward.access.accounts.naming import accounts_named, runs_named
from careward.access.accounts.rules.states import ACCOUNT, FINDING
from careward.access.accounts.subject import account_told, holder_told
from careward.access.accounts.tasks import ANSWERED
from careward.core.names import ThingNames
from careward.core.roles import OVERSEERS
from careward.core.room import ErrandKind, History, Home, MenuEntry, OwnData, Panel, Permission, Room, Search, Subject, Verb

SEE, SEE_TEAM = "accounts:findings:see", "accounts:findings:see_team"
SEE_ACCOUNTS, RUN, ALLOW = "accounts:accounts:see", "accounts:reconciliation:run", "accounts:plans:allow"

ROOM = Room(
    name="accounts",
    title="Comparisons",
    urls="careward.access.accounts.urls",
    router="careward.access.accounts.api.router",
    permissions=(
        Permission(SEE_ACCOUNTS, "see every account", OVERSEERS, ("findings",)),
        Permission(SEE, "see everything found wrong", OVERSEERS, ("findings",)),
        Permission(SEE_TEAM, "see what is found wrong with their own people's accounts", ("line_manager", *OVERSEERS)),
        Permission(RUN, "have the accounts compared now", ("system_administrator", "patient_systems_manager", "trust_administrator")),
        Permission(SAY_WHOSE, "say whose an account is", ("system_administrator", "patient_systems_manager", "trust_administrator")),
        Permission(APPROVE, "approve a shared or service account", ("head_of_ig",), by_name=True),
        Permission(ALLOW, "let a large change go ahead", ("patient_systems_manager", "head_of_ig", "trust_administrator"), by_name=True),
    ),
    verbs=(
        Verb("reconciliation.asked", "Comparison asked for"),
        Verb("reconciliation.kept", "Accounts compared"),
        Verb("account.bound", "Account bound to a person"),
        Verb("account.disowned", "Account said to be nobody's"),
        Verb("account.owner_said", "Said who answers for a shared account"),
        Verb("account.approval_asked", "Approval of a shared account asked for"),
        Verb("account.kept", "Account said to be needed, its lock moved"),
        Verb("account.given_up", "Account said not to be needed"),
        Verb("account.holder_gone", "Holder of an account said to have gone"),
        Verb("account.answer_ended", "Answer about an account counts no more"),
        Verb("plan.allowed", "Large plan allowed"),
        Verb("changes.handed_over", "Changes handed to a system"),
        Verb("changes.held", "Changes held, too many at once"),
    ),
    menu=(MenuEntry("Findings", "accounts:findings", (SEE_TEAM,), place=30),),
    homes=(
        Home("account", "accounts:account", SEE_ACCOUNTS),
        Home("finding", "accounts:finding", SEE_TEAM),
        Home("findings", "accounts:findings", SEE_TEAM),
        Home("team_access", "accounts:team_access", SEE_ACCOUNTS),
        Home("my_team_access", "accounts:my_team_access", SEE_TEAM),
    ),
    errands=(
        ErrandKind(ANSWERED, errands.answered, None, "Act on an answer"),
        ErrandKind(DECIDED, errands.request_decided, None, "Act on what was decided about a shared account"),
        ErrandKind(HAND_OVER, hand_over_for, None, "Hand changes to the systems"),
    ),
    measures=measures,
    machines=(ACCOUNT, FINDING),
    panels=(
        Panel(
            "person", "All access", 10, "accounts/access.jinja", panels.access, lead="accounts/access_lead.jinja", rows=panels.access_rows
        ),
        Panel("person", "What this access rests on", 20, "accounts/rests_on.jinja", panels.rests, half=True),
        Panel("person", "Over two years", 30, "accounts/over_time.jinja", panels.over_time, half=True),
        Panel(
            "system",
            "Accounts",
            10,
            "accounts/accounts.jinja",
            panels.accounts,
            SEE_ACCOUNTS,
            "accounts/accounts_lead.jinja",
            panels.account_rows,
        ),
        Panel("systems", "To put right", 10, "accounts/system_mark.jinja", panels.by_system, SEE_TEAM, "accounts/systems_lead.jinja"),
        Panel("my_team", "To put right", 10, "accounts/team_mark.jinja", team.team, SEE_TEAM),
        Panel("people", "To put right", 10, "", panels.people, SEE, "accounts/people_lead.jinja"),
    ),
    subjects=(Subject("account", account_told, against), Subject("person", holder_told)),
    histories=(History("person", panels.happened),),
    searches=(Search("Accounts", panels.found, SEE_ACCOUNTS),),
    names=(ThingNames("account", accounts_named, SEE_ACCOUNTS), ThingNames("run", runs_named)),
    own_data=(
        OwnData("Accounts on systems", panels.own_data, ("Account",)),
        OwnData("Said to be the holder of an account", panels.answered, ("AccountAnswer",)),
        OwnData("Found wrong with their accounts", panels.found_wrong, ("Finding",)),
    ),
)

"""The facts of an account as pages show them, and as answers and decisions are bound to them."""

from careward.access.accounts.models import Account
from careward.access.accounts.wording import KIND_WORDS, STATUS_WORDS
from careward.work.approvals.rules import digest_of


def facts_of(account: Account) -> tuple[tuple[str, str], ...]:
    """What an account says of itself, and whose it is: what is blank is left out."""
    facts = (
        ("User name", account.username), ("System", account.system.name), ("Environment", account.environment.capitalize()),
        ("Kind", KIND_WORDS[account.kind]), ("Now", STATUS_WORDS[account.status].capitalize()),
        ("Name it gives", account.display_name), ("Staff number it gives", account.employee_number), ("E-mail it gives", account.email),
        ("Smartcard it gives", account.smartcard_uuid), ("Whose", account.person.name if account.person else ""),
    )  # fmt: skip
    return tuple((what, value) for what, value in facts if value)


def facts_digest(account: Account) -> str:
    """The digest of an account's facts as a page shows them."""
    return digest_of({"facts": [list(f) for f in facts_of(account)]})

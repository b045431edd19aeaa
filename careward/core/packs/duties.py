"""What Careward asks of people whatever their procedures are called; each pack names the clause of its own documents that asks for it."""

from collections.abc import Mapping

HOUSE = "house"  # no clause asks for it: a rule of Careward's own

DUTIES: Mapping[str, str] = {
    "deputy.acting": "Who acts for a manager is their deputy, within dates that end",
    "document.control": "Each procedure is held with its header and is in force from a day to a day",
    "factor.second": "Who holds a role that asks for it signs in with a second factor",
    "password.strong": "A password is not weak",
    "runs.nightly": "All accounts are compared every night",
    "shared_account.reason": "The approval of a shared account says why it is needed",
    "system.administrator": "Each system of the register names its administrator",
    "system.described": "Each system of the register names administrator, contact and what it is for",
    "system.owners": "Each system names its service owner, system owner and technical owner",
    "user.one_name": "One person has one name to sign in with",
    "work.evidence": "Who changes a system by hand says what they did, and the next export proves it",
}

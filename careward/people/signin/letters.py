"""The words that sign-in pages say and send, by the names django-allauth asks for. No letter says who anybody is."""

LETTERS: dict[str, tuple[str, str]] = {
    "account/email/password_reset_key": (
        "Set a new password for Careward",
        "Somebody asked to set a new password for Careward with this e-mail address.\n\n"
        "If it was you, open this page and choose a new password. The page works once:\n\n{password_reset_url}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n",
    ),
    "invitation": (
        "You can sign in to Careward",
        "You were offered a role in Careward at {at}. Careward looks after who may use an organisation's care-record systems.\n\n"
        "Open this page to accept it. It works once, for {days} days:\n\n{password_reset_url}\n\n"
        "After that, ask whoever invited you for another.\n"
        "If you did not expect this letter, tell your service desk.\n",
    ),
    "token_ending": (
        "A token of yours for Careward ends soon",
        "The token called {name} opens nothing from {day} on.\n\n"
        "If the program that uses it is still needed, make another before then, under Your account:\n\n{address}\n\n"
        "If it is not needed, do nothing.\n",
    ),
    "account/email/unknown_account": (
        "Your question about a password for Careward",
        "Somebody asked to set a new password for Careward with this e-mail address, but nobody signs in with it.\n\n"
        "If it was you, try the address your organisation gave you, or ask your service desk.\n"
        "If it was not you, do nothing.\n",
    ),
    "account/email/password_changed": ("Your Careward password was changed", "Your password was changed just now.\n\n{if_not_you}"),
    "account/email/password_set": ("Your Careward password was set", "A password for Careward was set just now.\n\n{if_not_you}"),
    "account/email/password_reset": ("Your Careward password was changed", "A new Careward password was set just now.\n\n{if_not_you}"),
    "mfa/email/totp_activated": (
        "An authenticator app was added to Careward",
        "An authenticator app can now be used to sign in to Careward as you.\n\n{if_not_you}",
    ),
    "mfa/email/totp_deactivated": (
        "An authenticator app was removed from Careward",
        "The authenticator app can no longer be used to sign in to Careward as you.\n\n{if_not_you}",
    ),
    "mfa/email/webauthn_added": (
        "A passkey was added to Careward",
        "A new passkey can now be used to sign in to Careward as you.\n\n{if_not_you}",
    ),
    "mfa/email/webauthn_removed": (
        "A passkey was removed from Careward",
        "A passkey can no longer be used to sign in to Careward as you.\n\n{if_not_you}",
    ),
    "mfa/email/recovery_codes_generated": (
        "New recovery codes for Careward",
        "New recovery codes were made for you just now; the old ones no longer work.\n\n{if_not_you}",
    ),
}
# What the ledger says of the same.
VERBS: dict[str, str] = {
    "account/email/password_changed": "password.changed",
    "account/email/password_set": "password.made",
    "account/email/password_reset": "password.replaced",
    "mfa/email/totp_activated": "app.added",
    "mfa/email/totp_deactivated": "app.removed",
    "mfa/email/webauthn_added": "passkey.added",
    "mfa/email/webauthn_removed": "passkey.removed",
    "mfa/email/recovery_codes_generated": "recovery_codes.made",
}
IF_NOT_YOU = "If it was not you, tell your service desk now: somebody else may be using your account.\n"

# What a page says once something is done; django-allauth's other messages are left out, since the page itself shows it.
DONE: dict[str, str] = {
    "account/messages/password_changed.txt": "Your password is changed.",
    "account/messages/password_set.txt": "Your password is set.",
    "mfa/messages/totp_activated.txt": "Your authenticator app is set up.",
    "mfa/messages/totp_deactivated.txt": "Your authenticator app is removed.",
    "mfa/messages/webauthn_added.txt": "Your passkey is added.",
    "mfa/messages/webauthn_removed.txt": "The passkey is removed.",
    "mfa/messages/recovery_codes_generated.txt": "Your recovery codes are made. Keep them where only you can find them.",
}

WRONG: dict[str, str] = {
    "account_inactive": "This account is closed. Ask your service desk to open it again",
    "email_password_mismatch": "The e-mail address or the password is wrong. Check both and try again",
    "enter_current_password": "Enter the password you use now",
    "incorrect_code": "The code or key is wrong. Enter the code your app shows now, or a recovery code you have not used",
    "incorrect_password": "The password is wrong. Enter it again",
    "invalid_login": "The e-mail address or the password is wrong. Check both and try again",
    "invalid_password_reset": "The link has been used or is too old. Ask for a new one",
    "rate_limited": "Too many tries. Wait 5 minutes and try again",
    "too_many_login_attempts": "Too many wrong tries. Wait 5 minutes and try again",
}


def letter(kind: str, facts: dict[str, object]) -> tuple[str, str]:
    """Subject and body of a letter; KeyError for one that we have no words for."""
    subject, body = LETTERS[kind]
    known = {"if_not_you": IF_NOT_YOU, **dict.fromkeys(("password_reset_url", "days", "at", "name", "day", "address"), "")}
    return subject, body.format(**{**known, **{name: value for name, value in facts.items() if name in known}})

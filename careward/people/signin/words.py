"""What more than one page of signing in says."""

from django.conf import settings

from careward.people.signin.rules import Over

KEPT = "Answers that you had saved are kept: sign in to go on where you were"
HOUR = 3600


def ended(why: str) -> str:
    """Why somebody was signed out, by the name of an Over; "" where they were not."""
    match Over.__members__.get(why):
        case Over.IDLE:
            return f"You were signed out because nothing was done for {settings.IDLE_MINUTES} minutes. {KEPT}."
        case Over.LONG:
            return f"You were signed out because you signed in {settings.SESSION_COOKIE_AGE // HOUR} hours ago. {KEPT}."
    return ""

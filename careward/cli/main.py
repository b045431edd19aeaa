"""The `careward` command. Exit statuses: 0 done, 1 failed, 2 usage, 3 not found, 4 forbidden, 5 refused, 6 partly done."""

import sys

import typer
from rich.console import Console

from careward.cli import backing_up, comparing, loading, measuring, proving, rooms, running
from careward.cli.ready import close_house
from careward.core.decision import Refused

FAILED, USAGE, NOT_FOUND, REFUSED = 1, 2, 3, 5

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Careward: procedures as running controls."
)
for commands in (loading, comparing, proving, rooms, running, backing_up, measuring):
    commands.add_to(app)


def main() -> None:
    """Runs the command line and seals what was done; what a rule refuses is told with every reason, a bug stays loud."""
    sys.exit(close_house(_run()))


def _run() -> int:
    errors = Console(stderr=True, highlight=False)
    try:
        app()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            raise
        return ended.code or 0
    except Refused as refused:
        for reason in refused.decision.reasons:
            errors.print(f"Refused: {reason.detail or reason.code}. {reason.remedy} ({reason.clause})", soft_wrap=True, markup=False)
        return REFUSED
    except Exception as error:
        status = _told_by(error)
        if status is None:
            raise
        errors.print(str(error), soft_wrap=True, markup=False)
        return status
    return 0


def _told_by(error: Exception) -> int | None:
    """With which status an error that says itself what to do ends; their modules are read only now, for nearly no command needs them."""
    from careward.config.home import HomeCutOff, HomeOpen
    from careward.config.keys import SecretLost
    from careward.core.packs.reader import PackError
    from careward.engines.connectors.csv.profiles import ProfileError, UnknownProfile
    from careward.engines.synthetic.trust import TrustError

    statuses = (
        (UnknownProfile, NOT_FOUND),
        (ProfileError, USAGE),
        (TrustError, USAGE),
        (PackError, FAILED),
        (SecretLost, FAILED),
        (HomeOpen, FAILED),
        (HomeCutOff, FAILED),
    )
    return next((status for kind, status in statuses if isinstance(error, kind)), None)


if __name__ == "__main__":
    main()

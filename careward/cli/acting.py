"""Gives a command that acts the option --token, so that each takes one in the same way and none passes it on by hand."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any

from careward.cli.terms import Token, given_token


def acts(run: Callable[..., None]) -> Callable[..., None]:
    """A command with --token; terms.actor() then names the person of it. One that declares `token` for itself keeps its own."""

    @wraps(run)
    def with_token(*given: Any, **options: Any) -> None:
        given_token.set(options.pop("token"))
        run(*given, **options)

    own = signature(run)
    option = Parameter("token", Parameter.KEYWORD_ONLY, default="", annotation=Token)
    with_token.__signature__ = own.replace(parameters=[*own.parameters.values(), option])  # type: ignore[attr-defined]
    with_token.__annotations__ = {**run.__annotations__, "token": Token}
    return with_token

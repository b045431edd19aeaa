"""Log lines as JSON, without what could name a person: an address is logged by its pattern, an error without its words."""

import sys
from collections.abc import MutableMapping
from pathlib import Path
from traceback import extract_tb
from typing import Any

import structlog


def configure() -> None:
    """What our own processes say goes the way of all other lines, so that each is JSON."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            with_the_error,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def json_formatter() -> structlog.stdlib.ProcessorFormatter:
    """The one formatter of every handler."""
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            address_by_pattern,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            fault_without_words,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
    )


def with_the_error(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The error that is being handled, where a line says only that there is one."""
    if event.get("exc_info") is True:
        event["exc_info"] = sys.exc_info()
    return event


def address_by_pattern(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What Django says of a request, with the pattern of its address: one may hold a staff number or the key of a new password."""
    if (request := getattr(event.get("_record"), "request", None)) is not None:
        found = getattr(request, "resolver_match", None)
        event["event"] = f"{request.method} /{found.route}" if found else f"{request.method} an address that leads nowhere"
        event["status"] = getattr(event["_record"], "status_code", None)
    return event


def fault_without_words(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An error as its kind and its place: its words may repeat what a person or a file said."""
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info if isinstance(info, BaseException) else None
    if error is not None:
        place = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in extract_tb(error.__traceback__)][-8:]
        event.update(fault=type(error).__name__, place=place)
    return event

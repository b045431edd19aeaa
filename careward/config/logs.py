"""Log lines as JSON, without what could name a person: request paths carry row numbers only, and values are not logged."""

import structlog


def json_formatter() -> structlog.stdlib.ProcessorFormatter:
    """The one formatter of every handler."""
    return structlog.stdlib.ProcessorFormatter(
        processor=structlog.processors.JSONRenderer(sort_keys=True),
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
    )

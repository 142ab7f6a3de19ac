"""The bot's logs, without secrets: the last step before a line is written takes them out.

The line is formatted first, exceptions included, so that nothing can hide in a traceback. The
proxy has a like room: the houses share no code that sees secrets.

May import: nothing of ours.
"""

import asyncio
import logging
import re
import sys
from typing import TextIO

import structlog

HIDDEN = "[hidden]"
QUIET = ("aiohttp", "telegram", "apscheduler", "asyncio", "alembic")
LOOKS_SECRET = re.compile(
    r"hpke1:[0-9a-f]{8}:[A-Za-z0-9+/=]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|(?<!\d)\d{3,20}:[A-Za-z0-9_-]{20,}"
    r"|(?<=Bearer )[A-Za-z0-9._~+/=-]+"
    r"|(?<=Basic )[A-Za-z0-9+/=]+"
    r"|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43,}(?![A-Za-z0-9_-])",
    re.DOTALL,
)


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """structlog's formatter, and then the secrets out."""

    known: tuple[str, ...] = ()

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self.known:
            line = line.replace(secret, HIDDEN)
        return LOOKS_SECRET.sub(HIDDEN, line)


def set_up(known: tuple[str, ...], stream: TextIO | None = None) -> logging.Handler:
    """All logs of this process through one handler; `known` secrets appear in no line."""
    target = stream or sys.stderr
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(colors=True)
        if target.isatty()
        else structlog.processors.JSONRenderer()
    )
    formatter = RedactingFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    formatter.known = tuple(sorted((one for one in known if one), key=len, reverse=True))
    handler = logging.StreamHandler(target)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A job that still runs when its turn comes again is left out then, which is as it should be.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    logging.getLogger("apscheduler.executors.default").addFilter(is_trouble)
    return handler


def is_trouble(record: logging.LogRecord) -> bool:
    """A job that was cancelled because the bot ends is none, though the scheduler says so."""
    return not record.exc_info or record.exc_info[0] is not asyncio.CancelledError

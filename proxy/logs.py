"""Logs without secrets: the last step before a line is written takes them out.

The line is formatted first, exceptions included, so that nothing can hide in a traceback. Known
secrets go in all their encodings, and whatever looks like one goes too.

May import: nothing of ours.
"""

import base64
import json
import logging
import re
import sys
from collections.abc import Iterable
from threading import Lock
from typing import TextIO
from urllib.parse import quote, quote_plus

import structlog

HIDDEN = "[hidden]"
SHORTEST = 6
MOST_KNOWN = 10_000
QUIET = ("ccxt", "aiohttp", "httpx", "httpcore", "asyncio", "uvicorn", "alembic")
LOOKS_SECRET = re.compile(
    r"hpke1:[0-9a-f]{8}:[A-Za-z0-9+/=]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|(?<!\d)\d{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"
    r"|(?<=signature=)[0-9A-Za-z%]+"
    r"|(?<=Bearer )[A-Za-z0-9._~+/=-]+"
    r"|(?<=Basic )[A-Za-z0-9+/=]+"
    r"|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43,}(?![A-Za-z0-9_-])",
    re.DOTALL,
)


class Secrets:
    """The secrets of this process, as far as they have been seen. Never shown."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}
        self._lock = Lock()

    def register(self, *texts: str) -> None:
        """Remember texts the moment they are opened, so that no log can carry them.

        A text stands before its other forms and is dropped before them: while it is known, they
        are, and need not be made again at each opening.
        """
        with self._lock:
            for text in texts:
                if text in self._known:
                    continue
                for form in sorted(_encodings(text), key=text.__ne__):
                    self._known.pop(form, None)
                    self._known[form] = None
            while len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]

    def hide(self, line: str) -> str:
        """The line without any secret."""
        with self._lock:
            known = sorted(self._known, key=len, reverse=True)
        for text in known:
            line = line.replace(text, HIDDEN)
        return LOOKS_SECRET.sub(HIDDEN, line)


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """structlog's formatter, and then the secrets out."""

    secrets: Secrets

    def format(self, record: logging.LogRecord) -> str:
        return self.secrets.hide(super().format(record))


def set_up(secrets: Secrets, stream: TextIO | None = None) -> logging.Handler:
    """All logs of this process through one handler: a console's words, or JSON elsewhere."""
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
    formatter = RedactingFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(target)],
    )
    formatter.secrets = secrets
    handler = logging.StreamHandler(target)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    cap(QUIET)
    return handler


def cap(names: Iterable[str]) -> None:
    """Libraries that would log headers and bodies say warnings only."""
    for name in names:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer(target: TextIO) -> structlog.types.Processor:
    if target.isatty():
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer()


def _encodings(text: str) -> set[str]:
    """A secret as it may stand in a URL, in JSON, in base64, in a repr, or line by line."""
    if len(text) < SHORTEST:
        return set()
    raw = text.encode()
    forms = {
        text,
        quote(text, safe=""),
        quote_plus(text),
        json.dumps(text)[1:-1],
        repr(text)[1:-1],
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(),
    }
    forms |= {line for line in text.splitlines() if len(line) >= SHORTEST * 2}
    return forms | {json.dumps(form)[1:-1] for form in forms}

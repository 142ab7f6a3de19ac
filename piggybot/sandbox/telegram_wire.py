"""Bodies as bots send them (JSON, forms, multipart), and how a connection is cut.

Alone, because it is the only part that knows bytes on the wire. The parser of multipart bodies is
small on purpose: the sandbox must not need one more dependency than the bot.

May import: nothing of ours.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from piggybot.sandbox.serve import TRANSPORT
from piggybot.sandbox.telegram_errors import bad

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_FIELD = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart body."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Params:
    """The parameters of one call, whatever way they came."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def number(self, name: str) -> float:
        try:
            return float(self.values.get(name, 0))
        except (TypeError, ValueError):
            return 0.0

    def truth(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def decoded(self, name: str) -> Any:
        """A JSON parameter, which forms carry as text; None when it is missing."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None


async def read_params(request: Request) -> Params:
    """Everything that came in the address and the body; the body wins."""
    params = Params(dict(request.query_params))
    body = await request.body()
    kind = request.headers.get("content-type", "")
    if not body:
        return params
    if kind.startswith("application/json"):
        params.values |= _json(body)
    elif kind.startswith("multipart/form-data"):
        _multipart(kind, body, params)
    else:
        params.values |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return params


def _json(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise bad("can't parse request JSON object")
    return values


def _multipart(kind: str, body: bytes, params: Params) -> None:
    found = _BOUNDARY.search(kind)
    if not found:
        raise bad("boundary of multipart/form-data is missing")
    for part in (b"\r\n" + body).split(b"\r\n--" + found[1].encode())[1:]:
        head, gap, data = part.partition(b"\r\n\r\n")
        if not gap:
            continue
        headers = head.decode("utf-8", "replace")
        names = dict(_FIELD.findall(headers))
        name = names.get("name", "")
        if "filename" in names:
            mime = re.search(r"(?i)content-type:\s*(\S+)", headers)
            params.files[name] = Upload(
                names["filename"], mime[1] if mime else "application/octet-stream", data
            )
        else:
            params.values[name] = data.decode("utf-8", "replace")


async def cut(request: Request) -> Response:
    """End the connection without an answer, as an outage does.

    The server's own transport is aborted where it can be reached; otherwise an unfinished body
    makes the server close the connection, which a client sees as a broken answer too.
    """
    transport = request.scope.get("extensions", {}).get(TRANSPORT)
    if transport is None:
        return Response(b"", headers={"content-length": "1"})
    transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        continue
    return Response()

"""The page's server: its files, a chat, what is typed and pressed, and the switches.

GET  /                      the page; ?as=Bob is another person
GET  /static/NAME           its script, style and pictures
GET  /api/chat?as=NAME      {run, me, seq, messages}
GET  /api/stream?as=NAME&since=SEQ       what happens from then on
GET  /file/ID/NAME          a picture to show, or a document to keep
POST /api/say, /api/edit, /api/press, /api/misbehave

May import: page, sandbox, script, stage.
"""

import json
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from piggybot.page import shapes
from piggybot.page.border import House, Json, Telegram, Who
from piggybot.page.gate import Gate
from piggybot.page.people import BadName, People
from piggybot.page.stream import Streams
from piggybot.sandbox.serve import ASGIApp
from piggybot.sandbox.telegram_files import JPEG, PNG
from piggybot.script import MISBEHAVIOUR
from piggybot.stage import StageError

STATIC = Path(__file__).parent / "static"
ACTIONS = {
    "say": ("text", "random_id", "reply_to"),
    "edit": ("message_id", "text"),
    "press": ("message_id", "number"),
}
KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
PICTURES = {PNG: "image/png", JPEG: "image/jpeg"}
BAD_REQUEST, NOT_FOUND, CONFLICT = 400, 404, 409
Act = Callable[[Json], Awaitable[Json]]


class Site:
    """`app` serves everything; its answers are small, and its errors sentences."""

    def __init__(self, telegram: Telegram, house: House, you: Who) -> None:
        self._run = secrets.token_urlsafe(12)
        self._telegram = telegram
        self._house = house
        self._people = People(you)
        self._streams = Streams(telegram, house, self._run)
        acts = {name: self._act(name) for name in ACTIONS} | {"misbehave": self._misbehave}
        self.app: ASGIApp = Gate(
            Starlette(
                routes=[
                    Route("/", self._index),
                    Route("/static/{name}", self._static),
                    Route("/api/chat", self._chat),
                    Route("/api/stream", self._stream),
                    Route("/file/{id}/{name:path}", self._file),
                    *[
                        Route(f"/api/{name}", self._post(act), methods=["POST"])
                        for name, act in acts.items()
                    ],
                ]
            )
        )

    async def _index(self, _: Request) -> Response:
        return _page_file("index.html")

    async def _static(self, request: Request) -> Response:
        return _page_file(str(request.path_params["name"]))

    async def _chat(self, request: Request) -> Response:
        try:
            who = self._who(request)
            found = await self._telegram.chat(who)
        except (BadName, StageError) as problem:
            return _wrong(problem, BAD_REQUEST)
        messages = shapes.standing(found["messages"])
        return JSONResponse(
            {"run": self._run, "me": who.name, "seq": found["seq"], "messages": messages}
        )

    async def _stream(self, request: Request) -> Response:
        since = request.query_params.get("since", "0")
        try:
            pieces = self._streams.open(self._who(request), int(since))
        except ValueError as problem:
            return _wrong(problem, BAD_REQUEST)
        return StreamingResponse(pieces, media_type="text/event-stream")

    async def _file(self, request: Request) -> Response:
        """A picture is shown; whatever else comes is kept, never opened in the page's name."""
        try:
            data = await self._telegram.file(str(request.path_params["id"]))
        except StageError as problem:
            return _wrong(problem, NOT_FOUND)
        for head, kind in PICTURES.items():
            if data.startswith(head):
                return Response(data, media_type=kind)
        name = quote(str(request.path_params["name"]), safe="")
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{name}",
            "content-security-policy": "default-src 'none'; sandbox",
        }
        return Response(data, media_type="application/octet-stream", headers=headers)

    def _act(self, what: str) -> Act:
        async def act(body: Json) -> Json:
            fields = {name: body[name] for name in ACTIONS[what] if body.get(name) is not None}
            return await self._telegram.act(self._called(body), what, fields)

        return act

    async def _misbehave(self, body: Json) -> Json:
        who, what = str(body.get("who", "")), str(body.get("what", ""))
        if who != "exchange" and what not in MISBEHAVIOUR.get(who, ()):
            raise StageError(f"Nobody can do {what!r} to {who!r}.")
        try:
            await self._house.misbehave(who, what)
        finally:
            self._streams.bell.ring()
        return {}

    def _post(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                body = json.loads(await request.body())
                if not isinstance(body, dict):
                    raise ValueError("the body must be a JSON object")
                return JSONResponse(await act(body))
            except StageError as problem:
                return _wrong(problem, CONFLICT)
            except ValueError as problem:
                return _wrong(problem, BAD_REQUEST)

        return endpoint

    def _who(self, request: Request) -> Who:
        return self._people.called(request.query_params.get("as", ""))

    def _called(self, body: Json) -> Who:
        return self._people.called(str(body.get("as", "")))


def _page_file(name: str) -> Response:
    path = STATIC / name
    if path.parent != STATIC or path.suffix not in KINDS or not path.is_file():
        return Response("There is no such file.", NOT_FOUND, media_type="text/plain")
    return Response(path.read_bytes(), media_type=KINDS[path.suffix])


def _wrong(problem: Exception, status: int) -> Response:
    return JSONResponse({"error": str(problem)}, status)

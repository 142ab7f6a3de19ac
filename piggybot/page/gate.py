"""Who may talk to the page: this machine's own browser, on the page itself, and nobody else.

A web page from elsewhere can make a browser call 127.0.0.1. So the Host must be ours (or a name
that was pointed here would do), the Origin must be ours, and every answer carries a policy that
lets nothing in from other hosts and no script that is not a file of ours.

May import: sandbox.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from piggybot.sandbox.serve import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
HERE = ("127.0.0.1", "localhost")
LARGEST = 64 * 1024
FORBIDDEN, TOO_LARGE, MISDIRECTED = 403, 413, 421


class Gate:
    """`app` behind the checks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = refused(str(scope["method"]), Headers(scope=scope), scope["server"][1])
        answer: ASGIApp = refusal or self._app
        return await answer(scope, receive, guarded)


def refused(method: str, headers: Headers, port: int) -> PlainTextResponse | None:
    """The refusal of a request that did not come from the page itself; None where it did."""
    ours = [f"{name}:{port}" for name in HERE]
    if headers.get("host") not in ours:
        words = f"This page is at http://{ours[0]}/ and under no other name."
        return PlainTextResponse(words, MISDIRECTED)
    origin = headers.get("origin", f"http://{ours[0]}")
    site = headers.get("sec-fetch-site", "same-origin")
    landing = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
    if origin not in [f"http://{one}" for one in ours] or (
        site not in ("same-origin", "none") and not landing
    ):
        return PlainTextResponse("Only the page itself may ask this.", FORBIDDEN)
    if method == "POST" and not _small_json(headers):
        return PlainTextResponse(f"Send JSON of up to {LARGEST} bytes.", TOO_LARGE)
    return None


def _small_json(headers: Headers) -> bool:
    """A form cannot send this type, and a script from elsewhere would have to ask first."""
    length = headers.get("content-length", "")
    return (
        headers.get("content-type") == "application/json"
        and length.isdecimal()
        and int(length) <= LARGEST
    )

"""The Bot API's refusals, in Telegram's own words and codes.

Alone, so that a bot's error handling can be checked against one list of sentences.

May import: nothing of ours.
"""

from typing import Any


class ApiError(Exception):
    """An answer other than ok: an HTTP status, a description and, for floods, when to retry."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The JSON that Telegram would send."""
        answer: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            answer["parameters"] = {"retry_after": self.retry_after}
        return answer


class DropConnection(Exception):
    """The connection ends without an answer."""


def bad(reason: str) -> ApiError:
    """400 with the reason."""
    return ApiError(400, f"Bad Request: {reason}")


def cannot_parse(reason: str) -> ApiError:
    """400 for formatting that Telegram cannot read."""
    return bad(f"can't parse entities: {reason}")


def not_modified() -> ApiError:
    """400 for an edit that changes nothing."""
    return bad(
        "message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message"
    )


def query_too_old() -> ApiError:
    """400 for a press that was answered too late or never happened."""
    return bad("query is too old and response timeout expired or query ID is invalid")


def unauthorized() -> ApiError:
    """401 for a well-formed token that belongs to no bot."""
    return ApiError(401, "Unauthorized")


def blocked() -> ApiError:
    """403 for a person who has blocked the bot."""
    return ApiError(403, "Forbidden: bot was blocked by the user")


def not_found() -> ApiError:
    """404 for an unknown method or a malformed token."""
    return ApiError(404, "Not Found")


def other_poller() -> ApiError:
    """409 for the older of two long polls."""
    return ApiError(
        409,
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running",
    )


def webhook_active() -> ApiError:
    """409 for polling while a webhook is set."""
    return ApiError(
        409,
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first",
    )


def flood(retry_after: int) -> ApiError:
    """429 with the seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after)

"""The page's address opens by itself where a person sits at a desktop, and nowhere else.

May import: nothing of ours.
"""

import sys
import webbrowser
from collections.abc import Mapping

ELSEWHERE = ("CI", "SSH_CONNECTION", "PYTEST_CURRENT_TEST")
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")
ALWAYS_A_SCREEN = ("darwin", "win32")


def has_desktop(environment: Mapping[str, str], at_terminal: bool, platform: str) -> bool:
    """Whether somebody would see a browser that opens: not in CI, over ssh, or in a pipe."""
    if not at_terminal or any(environment.get(name) for name in ELSEWHERE):
        return False
    return platform in ALWAYS_A_SCREEN or any(environment.get(name) for name in SCREENS)


def open_page(url: str, environment: Mapping[str, str]) -> bool:
    """Open the page where there is a desktop; whether a browser took it."""
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not has_desktop(environment, at_terminal, sys.platform):
        return False
    try:
        return webbrowser.open(url)
    except (OSError, webbrowser.Error):
        return False

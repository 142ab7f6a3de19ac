"""The page opens by itself only where somebody sits in front of it.

May import: page.
"""

import os

import pytest

from piggybot.page.desktop import has_desktop, open_page

SCREEN = {"DISPLAY": ":0"}


@pytest.mark.parametrize(
    ("environment", "at_terminal", "platform", "opens"),
    [
        (SCREEN, True, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True, "linux", True),
        ({}, True, "darwin", True),
        ({}, True, "linux", False),
        (SCREEN, False, "linux", False),
        ({**SCREEN, "CI": "true"}, True, "linux", False),
        ({**SCREEN, "SSH_CONNECTION": "10.0.0.1 22"}, True, "darwin", False),
        ({**SCREEN, "PYTEST_CURRENT_TEST": "x"}, True, "linux", False),
    ],
)
def test_a_browser_opens_at_a_desktop_only(
    environment: dict[str, str], at_terminal: bool, platform: str, opens: bool
):
    assert has_desktop(environment, at_terminal, platform) is opens


def test_no_test_opens_a_browser():
    assert open_page("http://127.0.0.1:1/", os.environ) is False

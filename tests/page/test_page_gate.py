"""The page answers its own tab on this machine, and nobody else; nothing foreign gets in.

May import: page.
"""

import re
from pathlib import Path

import pytest

from piggybot.page.gate import LARGEST, POLICY
from piggybot.page.site import STATIC
from tests.page.page_world import page_world

pytestmark = pytest.mark.anyio

FILES = sorted(STATIC.iterdir())
SCRIPTS = [path for path in FILES if path.suffix == ".js"]


async def test_every_answer_carries_a_policy_that_lets_nothing_in():
    async with page_world() as world:
        for path in ("/", "/static/main.js", "/static/none.js", "/api/chat", "/nowhere"):
            headers = (await world.http.get(path)).headers
            assert headers["content-security-policy"] == POLICY, path
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cache-control"] == "no-store"
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in POLICY


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "[::1]:{port}"]
)
async def test_another_host_name_is_refused_so_that_no_name_can_be_pointed_here(host: str):
    async with page_world() as world:
        wrong = {"host": host.format(port=world.server.port)}
        for path in ("/", "/api/chat", "/static/main.js"):
            refusal = await world.http.get(path, headers=wrong)
            assert refusal.status_code == 421, path
            assert "is at http://127.0.0.1:" in refusal.text
        right = {"host": f"localhost:{world.server.port}"}
        assert (await world.http.get("/", headers=right)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
    ],
)
async def test_another_origin_can_neither_read_nor_press(headers: dict[str, str]):
    async with page_world() as world:
        body = {"text": "/stop"}
        assert (await world.http.get("/api/chat", headers=headers)).status_code == 403
        answer = await world.http.post("/api/say", json=body, headers=headers)
        assert answer.status_code == 403
        assert world.you.messages == []


async def test_a_link_from_elsewhere_may_open_the_page_but_not_press_anything():
    async with page_world() as world:
        landing = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
        assert (await world.http.get("/", headers=landing)).status_code == 200
        refusal = await world.http.post("/api/say", json={"text": "/stop"}, headers=landing)
        assert refusal.status_code == 403


async def test_a_form_and_a_huge_body_are_refused():
    async with page_world() as world:
        form = await world.http.post("/api/say", data={"text": "/stop"})
        plain = await world.http.post(
            "/api/say", content='{"text": "/stop"}', headers={"content-type": "text/plain"}
        )
        huge = await world.post("say", text="x" * LARGEST)
        assert [one.status_code for one in (form, plain, huge)] == [413, 413, 413]
        assert world.you.messages == []


async def test_only_files_of_the_page_are_served():
    async with page_world() as world:
        for name in ("..%2Fsite.py", "%2e%2e%2fsite.py", "", "none.js"):
            assert (await world.http.get(f"/static/{name}")).status_code == 404, name
        kinds = [(await world.http.get(f"/static/{path.name}")).headers for path in FILES]
        assert {one["content-type"].partition(";")[0] for one in kinds} == {
            "text/html",
            "text/css",
            "text/javascript",
            "image/svg+xml",
        }


def test_no_file_names_another_host_or_carries_a_script_inside():
    assert len(FILES) > 10
    for path in FILES:
        hosts = set(re.findall(r"""(?:https?:|["'(])//([\w.-]+)""", path.read_text()))
        assert hosts <= {"www.w3.org"}, path.name  # the name of SVG, which nothing fetches
    page = (STATIC / "index.html").read_text()
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert "<style" not in page
    assert re.findall(r"\son\w+=|\sstyle=|javascript:", page) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_can_turn_text_into_markup_or_code(path: Path):
    found = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|\beval\b|Function\(",
        path.read_text(),
    )
    assert found == []

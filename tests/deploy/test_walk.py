"""Both ways onto a server, walked in an empty folder: installed, started, used, stopped, restarted.

Slow, as it installs everything into a fresh environment once: .ci/deploy runs it, and `make test`
does not.

May import: demo, sandbox.
"""

import asyncio
import itertools
import json
import os
import re
import shutil
import signal
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from piggybot.demo import free_port
from piggybot.sandbox.person import RemotePerson
from tests.deploy.houses import PATIENCE, ROOT_USER, SYSTEM, House, Place, build, run, tried
from tests.deploy.recipes import ROOT, dockerfile, environment, last, mounts, services, unit

pytestmark = pytest.mark.anyio

HOUSES = ("proxy", "bot")
ONE_SHOTS = ("piggybot-stop", "piggybot-doctor", "piggybot-proxy-doctor")
USERS = {"piggybot-proxy": 10002, "piggybot-bot": 10003}
CODE = re.compile(r"/start (\d{6})\b")
LONG_AGO = 3600
PYTHON = Path("opt/piggybot/bin/python")
DEPLOY = (ROOT / "docs" / "deploy.md").read_text()
IN_CONTAINER = re.compile(r"`docker compose (?:exec|run --rm) (\w+) ([^`]+)`")
MANAGER = re.compile(r"sudo (systemctl|systemd-sysusers|journalctl|sh deploy/install)\b")
"""What only a running systemd can do, and what has been done already."""


@dataclass
class Outside:
    """A sandbox process, and Ann, who has a phone."""

    exchange: str
    telegram: str
    token: str
    ann: RemotePerson

    def settings(self, house: str) -> dict[str, str]:
        """What a person writes into the file of that house."""
        if house == "proxy":
            return {"EXCHANGE_ORIGIN": self.exchange}
        return {"TELEGRAM_BOT_TOKEN": self.token, "TELEGRAM_API_URL": self.telegram}


@dataclass
class Way:
    """The two houses as one of the recipes runs them, and what a person runs beside them."""

    proxy: House
    bot: House
    kept: dict[str, Path]
    stop: House
    doctors: list[House]

    def stop_trading(self) -> tuple[int, str]:
        return once(self.stop)


def once(house: House) -> tuple[int, str]:
    """Exit status and words of what runs to its end."""
    return tried(house.command, house.env, Path("/"), house.user)


@pytest.fixture(scope="module")
def machine() -> Iterator[Path]:
    """An empty folder in which the images are built: the installation that both ways use."""
    folder = Path(tempfile.mkdtemp(prefix="piggybot-deploy-"))
    folder.chmod(0o755)
    try:
        build(Place(folder, 0), dockerfile("build"))
        build(Place(folder, 0), dockerfile("house"))
        run([str(folder / PYTHON), "-c", "import optuna, psycopg"], os.environ, folder)
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Outside]:
    file = tmp_path / "ready.json"
    words = (sys.executable, "-m", "piggybot.sandbox", "--ready-file", str(file))
    process = await asyncio.create_subprocess_exec(*words)
    try:
        async with asyncio.timeout(PATIENCE):
            while not file.exists():
                await asyncio.sleep(0.05)
        told = json.loads(file.read_text())
        url = "http://127.0.0.1:{}".format
        telegram = url(told["telegram"])
        async with RemotePerson(telegram, 1001, "Ann") as ann:
            yield Outside(url(told["exchange"]), telegram, told["telegram_token"], ann)
    finally:
        process.terminate()
        await process.wait()


def in_containers(folder: Path, outside: Outside) -> Way:
    """As compose.yaml runs the images."""
    houses, kept, port = {}, {}, free_port()
    for name in HOUSES:
        lines, volumes = dockerfile(name), mounts(services()[name])
        place = Place(folder, port, {path: f"volumes/{volumes[path]}" for path in volumes})
        user = int(last(lines, "USER").text.partition(":")[0])
        for path, volume in volumes.items():
            place.keep(path, user)
            kept[volume] = place.path(path)
        env = {key: place.here(value) for key, value in environment(lines, SYSTEM).items()}
        env |= outside.settings(name) | ({"PROXY_PORT": str(port)} if name == "proxy" else {})
        check = place.all_here(last(lines, "HEALTHCHECK").command)
        houses[name] = House(
            name,
            place.all_here(last(lines, "CMD").command),
            env,
            user,
            folder / f"{name}.container",
            folder / PYTHON,
            lambda check=check, env=env, user=user: not tried(check, env, Path("/"), user)[0],
        )
    typed = [replace(houses[name], command=words.split()) for name, words in typed_for_docker()]
    stop, doctors = typed[0], [one for one in typed if one.command[-1] == "doctor"]
    assert all(one.command[-1] == "stop" for one in typed if one not in doctors)
    return Way(houses["proxy"], houses["bot"], kept, stop, doctors)


def by_units(folder: Path, outside: Outside) -> Way:
    """As systemd runs the units, after what docs/deploy.md has a person type."""
    place, kept = Place(folder, free_port()), {}
    place.path("/etc/systemd/system").mkdir(parents=True)
    for line in typed_for_systemd():
        run(["/bin/sh", "-c", place.here(line)], os.environ, ROOT)
    for name in HOUSES:
        with place.path(f"/etc/piggybot/{name}.env").open("a") as file:
            file.writelines(f"{key}={text}\n" for key, text in outside.settings(name).items())
    port = f"PROXY_PORT={place.port}\nBACKEND_API_URL=http://localhost:{place.port}\n"
    with place.path("/etc/piggybot/line.env").open("a") as file:
        file.write(port)

    def house(name: str, healthy: object) -> House:
        said = unit(name)
        user = USERS[said["User"][0]]
        state = f"/var/lib/{said['StateDirectory'][0]}"
        place.keep(state, user)
        kept[name] = place.path(state)
        files = [place.path(one).read_text().splitlines() for one in said["EnvironmentFile"]]
        lines = [*map(place.here, said["Environment"]), *itertools.chain(*files)]
        env = dict(one.split("=", 1) for one in lines if one and not one.startswith("#"))
        words = place.all_here(said["ExecStart"][0].split())
        log = folder / f"{name}.journal"
        return House(name, words, {"PATH": SYSTEM, **env}, user, log, folder / PYTHON, healthy)

    proxy = house("piggybot-proxy", lambda: answers(place.port))
    bot = house("piggybot-bot", lambda: is_alive(kept["piggybot-bot"]))
    stop, *doctors = (house(name, lambda: True) for name in ONE_SHOTS)
    return Way(proxy, bot, kept, stop, doctors)


def typed_for_docker() -> list[tuple[str, str]]:
    """What docs/deploy.md has a person run in a container: its service, and the command."""
    found = IN_CONTAINER.findall(DEPLOY)
    assert len(found) == 4
    return found


def typed_for_systemd() -> list[str]:
    """The lines of docs/deploy.md for systemd that a shell alone can do."""
    block = re.search(r"```\n(.*?)```", DEPLOY.partition("## systemd")[2], re.DOTALL)
    lines = block[1].splitlines()
    found = [one.removeprefix("sudo ") for one in lines if not MANAGER.match(one)]
    assert len(found) > 3
    return found


def is_alive(kept: Path) -> bool:
    return (kept / "bot" / "alive").exists()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/health", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("recipe", [in_containers, by_units])
async def test_a_stranger_is_paired_trades_stops_and_finds_everything_after_a_restart(
    recipe, machine: Path, outside: Outside
):
    way, ann = recipe(machine, outside), outside.ann
    try:
        way.proxy.start()
        way.bot.start()
        code = CODE.search(way.bot.said())
        await ann.say(f"/start {code[1]}")
        await ann.expect("Hello Ann")
        await ann.say("/testbuy 2")
        await ann.expect("Paper order filled")
        if recipe is in_containers:
            a_bot_that_hangs_is_seen(way)
            only_the_certificate_of_the_line_is_taken(way)

        all_is_well(way)
        status, said = way.stop_trading()
        assert (status, "Gate closed" in said) == (0, True), said
        await ann.say("/testbuy 2")
        await ann.expect("A stop is in force")
        assert (way.bot.stop(), way.proxy.stop()) == (0, -signal.SIGTERM), way.proxy.said()

        way.proxy.start()
        way.bot.start()
        await ann.say("/trades")
        await ann.expect("BTC/USDT")
        await ann.say("/testbuy 2")
        await ann.expect("A stop is in force")
        assert len(CODE.findall(way.bot.said())) == 1, "paired once, for good"
        nobody_else_can_read(way)
        assert (way.bot.stop(), way.proxy.stop()) == (0, -signal.SIGTERM)
        status, said = way.stop_trading()
        assert (status, "it will start stopped" in said) == (0, True), said
    finally:
        way.bot.end()
        way.proxy.end()


def all_is_well(way: Way) -> None:
    assert len(way.doctors) == 2
    for doctor in way.doctors:
        status, said = once(doctor)
        assert (status, "❌" in said) == (0, False), said


def a_bot_that_hangs_is_seen(way: Way) -> None:
    way.bot.send(signal.SIGSTOP)
    long_ago = time.time() - LONG_AGO
    os.utime(way.kept["bot"] / "bot" / "alive", (long_ago, long_ago))
    assert not way.bot.healthy()
    way.bot.send(signal.SIGCONT)
    way.bot.wait(way.bot.healthy)


def only_the_certificate_of_the_line_is_taken(way: Way) -> None:
    """By its name for the bot, by nobody else's list, and never without TLS."""
    url = way.bot.env["BACKEND_API_URL"] + "/api/health"
    strict = ssl.create_default_context(cafile=way.bot.env["SSL_CERT_FILE"])
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    by_name = {"headers": {"Host": "proxy"}, "extensions": {"sni_hostname": "proxy"}}
    with httpx.Client(verify=strict, trust_env=False) as http:
        assert http.get(url, **by_name).json() == {"status": "ok"}
        assert http.get(url, headers={"Host": "evil.example"}).status_code == 400
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(url, trust_env=False)
    with pytest.raises(httpx.TransportError):
        httpx.get(url.replace("https:", "http:"), trust_env=False)


def nobody_else_can_read(way: Way) -> None:
    """Files are their user's alone, and the bot's user cannot reach what the proxy keeps."""
    for folder in way.kept.values():
        for path in (folder, *folder.rglob("*")):
            assert path.lstat().st_mode & 0o077 == 0, path
    proxy = next(path for name, path in way.kept.items() if name.endswith("proxy"))
    if ROOT_USER and way.bot.user != way.proxy.user:
        look = ["/bin/ls", str(proxy)]
        status, said = tried(look, way.bot.env, Path("/"), way.bot.user)
        assert status != 0
        assert "Permission denied" in said

"""What the recipes for a server promise: houses apart, nobody root, no secret in an image.

That they work is walked in tests/deploy/, which .ci/deploy runs.

May import: app, settings.
"""

import re
from pathlib import Path

import pytest

from piggybot.app import Bot
from piggybot.settings import Settings as BotSettings
from proxy.__main__ import SHUTDOWN
from proxy.settings import load
from tests.databases import lay
from tests.deploy.recipes import (
    ROOT,
    UNITS,
    dockerfile,
    environment,
    last,
    let_in,
    mounts,
    services,
    unit,
)

pytestmark = pytest.mark.anyio

HOUSES = ("proxy", "bot")
SECRET = re.compile(r"TOKEN=|SECRET|LIVE_CONFIRM")
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "LimitCORE": "0",
}


@pytest.mark.parametrize("house", HOUSES)
def test_an_image_runs_as_nobody_special_and_holds_no_secret(house: str):
    lines = dockerfile(house)
    assert last(lines, "USER").text == "10001:10001"
    assert last(lines, "HEALTHCHECK").command
    assert not [one for one in lines if one.name == "ENV" and SECRET.search(one.text)]
    assert not [one for one in lines if one.name == "ARG"]
    service = services()[house]
    assert service["build"] == {"context": ".", "target": house}
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert "ports" not in service
    assert service["env_file"] == f"deploy/{house}.env"


def test_an_image_is_built_of_named_things_only():
    for name in let_in():
        assert (ROOT / name).exists()
        assert not re.search(r"env|data|^\.git|tests", name)
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "/deploy/*.env" in ignored


def test_the_two_houses_share_the_line_and_nothing_else():
    proxy, bot = (mounts(services()[house]) for house in HOUSES)
    assert set(proxy.values()) & set(bot.values()) == {"line"}
    assert proxy["/data"] != bot["/data"]
    assert "line:/line:ro" in services()["bot"]["volumes"]
    assert {unit(f"piggybot-{house}")["User"][0] for house in HOUSES} == {
        "piggybot-proxy",
        "piggybot-bot",
    }
    for house in HOUSES:
        said = unit(f"piggybot-{house}")
        assert said["StateDirectory"] == [f"piggybot-{house}"]
        assert said["Environment"][0] == f"PIGGY_DATA=/var/lib/piggybot-{house}"
        assert f"/etc/piggybot/{house}.env" in said["EnvironmentFile"]
        assert len(said["EnvironmentFile"]) == 2


def test_the_line_between_containers_is_as_the_two_houses_demand():
    proxy = environment(dockerfile("proxy"), "")
    names = ("proxy_host", "proxy_hosts", "proxy_tls_cert", "proxy_tls_key", "piggy_data")
    settings = load(_env_file=None, **{name: proxy[name.upper()] for name in names})
    assert settings.hosts == ("proxy", "localhost")
    bot = environment(dockerfile("bot"), "")
    url = BotSettings(
        _env_file=None,
        telegram_bot_token=f"1234:{'x' * 35}",
        backend_api_url=bot["BACKEND_API_URL"],
    ).backend_api_url
    assert url == "https://proxy:8000"
    assert settings.proxy_port == 8000


async def test_a_bot_whose_clock_turns_leaves_a_sign_for_its_health_check(tmp_path: Path):
    lay(tmp_path / "bot" / "bot.db", "bot")
    settings = BotSettings(
        _env_file=None,
        telegram_bot_token=f"1234:{'x' * 35}",
        piggy_data=tmp_path,
    )
    bot = Bot(settings)
    try:
        await bot.show_alive()
    finally:
        await bot.stop()
    assert "$PIGGY_DATA/bot/alive" in last(dockerfile("bot"), "HEALTHCHECK").text
    assert (tmp_path / "bot" / "alive").exists()


def test_an_order_on_the_wire_has_time_to_be_answered_before_its_house_is_killed():
    for house in HOUSES:
        assert int(services()[house]["stop_grace_period"].removesuffix("s")) > SHUTDOWN
        assert int(unit(f"piggybot-{house}")["TimeoutStopSec"][0]) > SHUTDOWN


@pytest.mark.parametrize("name", [one.stem for one in UNITS.glob("*.service")])
def test_a_unit_is_hardened_and_comes_back(name: str):
    said = unit(name)
    assert {setting: said.get(setting, ["missing"])[-1] for setting in HARDENED} == HARDENED
    if said.get("Type") != ["oneshot"]:
        assert said["Restart"] == ["always"]
        assert said["RestartPreventExitStatus"] == ["2"]

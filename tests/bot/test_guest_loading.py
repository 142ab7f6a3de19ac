"""Packages that cannot be loaded: each is named with its reason, and harms nothing else.

May import: errors, strategies.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest

from piggybot.errors import BadInput
from piggybot.strategies import Param
from piggybot.strategies.about import About, about, read
from piggybot.strategies.host import Patience
from piggybot.strategies.parameters import Malformed
from piggybot.strategies.registry import BUILT_IN, Registry
from tests.bot.packages import EXAMPLE, install, install_rogue

GOOD = (EXAMPLE / "dip.py").read_text()
BROKEN = {
    "imports": "import there_is_no_such_module\n",
    "spelled": "def wrong(:\n",
    "raises": "\n\nraise RuntimeError('not today')\n",
    "exits": "import sys\nsys.exit(2)\n",
    "ends": "import os\nos._exit(4)\n",
    "kills": "import os\nos.kill(os.getpid(), 9)\n",
    "empty": "",
    "thawed": GOOD.replace("frozen=True, ", "").replace('"dip"', '"thawed"'),
    "nameless": GOOD,
}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """One where a good guest stands among many bad ones."""
    folder = tmp_path_factory.mktemp("installed")
    install_rogue(folder)
    for name, source in BROKEN.items():
        module = f"guest_{name}"
        install(folder, f"piggybot-{name}", f"{name} = {module}:BuyTheDip", **{module: source})
    install(folder, "thief", "rsi = rogue:Rogue\nrogue2 = rogue:Rogue")
    install(folder, "twin-1", "twin = rogue:Rogue")
    install(folder, "twin-2", "twin = rogue:Rogue")
    install(folder, "loud", "Loud! = rogue:Rogue")
    install(folder, "nowhere", "nowhere = rogue:Gone")
    install(folder, "scribble", "this is no entry point")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        one = Registry()
    yield one
    one.close()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "imports",
            "ModuleNotFoundError: No module named 'there_is_no_such_module' "
            "(guest_imports.py, line 1). It is of the package piggybot-imports.",
        ),
        ("spelled", "SyntaxError: invalid syntax (guest_spelled.py, line 1) "),
        ("raises", "RuntimeError: not today (guest_raises.py, line 3). It is of"),
        ("exits", "SystemExit: 2 (guest_exits.py, line 2). It is of the package piggybot-exits."),
        ("ends", "The strategy ends failed: its process ended (exit status 4). It is of"),
        ("kills", "The strategy kills failed: its process ended (SIGKILL). It is of"),
        ("empty", "AttributeError: module 'guest_empty' has no attribute 'BuyTheDip'. It is of"),
        ("nowhere", "AttributeError: module 'rogue' has no attribute 'Gone'. It is of"),
        ("thawed", "BuyTheDip is not frozen: @dataclass(frozen=True). It is of the package"),
        (
            "nameless",
            "The entry point is called nameless, and so must BuyTheDip.name be. It is of",
        ),
        ("rogue2", "The entry point is called rogue2, and so must Rogue.name be. It is of"),
        ("rsi (thief)", "The package thief calls a strategy rsi, which is one of ours."),
        ("twin", "More than one package offers a strategy of this name. Remove all but one."),
        ("Loud!", "The package loud gives it a bad name: it begins with a small letter; "),
        ("scribble", "The entry points of the package scribble cannot be read."),
    ],
)
def test_a_package_that_cannot_be_loaded_is_named_with_its_reason(
    registry: Registry, name: str, reason: str
):
    assert registry.failed()[name].startswith(reason)
    assert registry.failed()[name].isprintable()


def test_it_harms_nothing_else(registry: Registry):
    assert len(registry.failed()) == 15
    assert registry.names() == [*BUILT_IN, "rogue"]
    assert not registry.is_guest("rsi"), "ours are ours"
    assert registry.build("rsi", {}).warmup > 100
    assert registry.build("rogue", {}).warmup == 7
    assert not [name for name in sys.modules if name.startswith("guest_") or name == "rogue"]


def test_who_asks_for_it_is_told_why_it_is_not_there(registry: Registry):
    with pytest.raises(BadInput) as refused:
        registry.build("raises", {})
    assert refused.value.message.startswith(
        "The strategy “raises” could not be loaded: RuntimeError: not today"
    )
    assert refused.value.hint == "Mend its package, then start the bot again."


def test_a_package_that_never_finishes_loading_is_left_out(tmp_path: Path, monkeypatch):
    install(tmp_path, "endless", "endless = endless:A", endless="while True:\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry = Registry(Patience(load=1.5))
    assert registry.failed() == {
        "endless": "Its package takes longer than 1.5 s to load. It is of the package endless."
    }
    assert registry.build("rsi", {})


def test_without_guests_no_process_is_started(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr(sys, "path", [])
    assert not Registry().failed()


def strategy(**changed: Any) -> type:
    """A good class, with these attributes in place of its own; None: without it."""
    number = Annotated[int, Param("candles", 2, 50, "Its window.")]
    good: dict[str, Any] = {
        "__doc__": "Enter now; leave later.",
        "__annotations__": {"name": ClassVar[str], "adds": ClassVar[bool], "window": number},
        "name": "mine",
        "adds": False,
        "window": 5,
        "warmup": 5,
        "signals": lambda self, candles: None,
        "explain": lambda self, candles, at: "",
    }
    body = {key: value for key, value in {**good, **changed}.items() if value is not None}
    return dataclass(frozen=True)(type("Mine", (), body))


def param(**changed: Any) -> dict[str, Any]:
    """The annotations with another Param."""
    said = {"unit": "candles", "least": 2, "most": 50, "help": "Its window."} | changed
    return {"window": Annotated[said.pop("kind", int), Param(**said)]}


def test_a_good_class_is_read_as_it_is():
    found = about(strategy(), "mine")
    assert found.summary == "Enter now; leave later."
    assert read(found.plain(), "theirs") == About(
        "mine", found.summary, False, found.parameters, "theirs"
    )


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (lambda: None, "The entry point names no dataclass."),
        (object, "The entry point names no dataclass."),
        (strategy(name="other"), "The entry point is called mine, and so must Mine.name be."),
        (strategy(name=None), "The entry point is called mine, and so must Mine.name be."),
        (strategy(adds=None), "Mine.adds is neither True nor False."),
        (strategy(adds=1), "Mine.adds is neither True nor False."),
        (strategy(warmup=None), "Mine has no warmup."),
        (strategy(signals=None), "Mine has no signals."),
        (strategy(explain=None), "Mine has no explain."),
        (strategy(__doc__=None), "Mine has no docstring that says when it enters and leaves."),
        (
            strategy(__annotations__={"window": int}),
            "window is not annotated as Annotated[int or float, Param(…)].",
        ),
        (
            strategy(__annotations__={"window": Annotated[int, "candles"]}),
            "window is not annotated as Annotated[int or float, Param(…)].",
        ),
        (
            strategy(__annotations__=param(kind=str)),
            "window is not annotated as Annotated[int or float, Param(…)].",
        ),
        (strategy(window=None), "window has no default."),
        (strategy(window=5.0), "The default of window is no int."),
        (strategy(window=True), "The default of window is no int."),
        (strategy(__annotations__=param(kind=float)), "The default of window is no float."),
        (strategy(window=51), "The default of window is outside its range, from 2 to 50 candles."),
        (
            strategy(__annotations__=param(unit="")),
            "The Param of window needs a unit, a range and a line of help.",
        ),
        (
            strategy(__annotations__=param(help="")),
            "The Param of window needs a unit, a range and a line of help.",
        ),
        (
            strategy(__annotations__=param(least=50)),
            "The Param of window needs a unit, a range and a line of help.",
        ),
        (
            strategy(__annotations__={"stop": param()["window"]}, stop=5),
            "A parameter cannot be called “stop”.",
        ),
        (
            strategy(__annotations__={"Window": param()["window"]}, Window=5),
            "A parameter cannot be called “Window”.",
        ),
    ],
)
def test_a_class_that_is_no_strategy_is_refused_with_what_is_missing(rule: Any, reason: str):
    with pytest.raises(Malformed) as refused:
        about(rule, "mine")
    assert str(refused.value) == reason


@pytest.mark.parametrize(("said", "below"), [(True, True), (False, False), ("yes", False)])
def test_a_guest_says_whether_its_lines_are_drawn_below(said: object, below: bool):
    seen = about(strategy(below=said), "mine")
    assert seen.below is below
    assert read(seen.plain() | {"below": said}, "theirs").below is below


@pytest.mark.parametrize(
    "changed",
    [
        {"name": 5},
        {"name": "Not A Name"},
        {"adds": "yes"},
        {"summary": 5},
        {"parameters": 5},
        {"parameters": [{}]},
        {"parameters": [{"name": "a", "kind": "none", "default": 1, "param": {}}]},
    ],
)
def test_what_a_guest_says_of_itself_is_not_taken_as_it_is(changed: dict[str, Any]):
    said = {**about(strategy(), "mine").plain(), **changed}
    with pytest.raises(Malformed):
        read(said, "theirs")

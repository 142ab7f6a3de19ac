"""A skipped test fails in CI, and only there; and each folder of tests is run by something.

May import: nothing of ours.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SKIPPING = (
    "import pytest\n\n\ndef test_skips():\n    pytest.skip('no reason')\n\n\n"
    "@pytest.mark.xfail\ndef test_expected():\n    assert False\n"
)


@pytest.mark.parametrize(
    ("ci", "status", "last"), [("true", 1, "1 failed, 1 xfailed"), ("", 0, "1 skipped, 1 xfailed")]
)
def test_a_skip_fails_in_ci(tmp_path: Path, ci: str, status: int, last: str):
    (tmp_path / "test_one.py").write_text(SKIPPING)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.no_skips", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert last in done.stdout.splitlines()[-1]


def test_a_machine_runs_every_folder_of_tests():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    commands = [ROOT / "Makefile", *(one for one in (ROOT / ".ci").iterdir() if one.is_file())]
    named = re.findall(r"tests/\w+", "".join(one.read_text(encoding="utf-8") for one in commands))
    run = {*named, *project["tool"]["pytest"]["ini_options"]["testpaths"]}
    folders = {one.parent for one in (ROOT / "tests").rglob("test_*.py")} - {ROOT / "tests"}
    assert len(folders) > 10
    left = {str(one.relative_to(ROOT)) for one in folders} - run - {"tests/example_strategy"}
    assert not left, f"nothing runs {left}: name it in pyproject.toml, the Makefile or .ci"

"""A skipped test fails in CI, and only there.

May import: nothing of ours.
"""

import os
import subprocess
import sys
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

"""What a process of this machine takes: memory, time at work, open files. Linux only.

May import: nothing of ours.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
KIB_A_MIB = 1024
USER, SYSTEM = 11, 12
"""Places in /proc/PID/stat, counted behind the name."""


@dataclass(frozen=True, slots=True)
class Process:
    """One that runs."""

    pid: int

    @property
    def memory(self) -> float:
        """MiB that lie in memory now."""
        return self._status("VmRSS") / KIB_A_MIB

    @property
    def worked(self) -> float:
        """Seconds of a core so far, for itself and in the kernel."""
        stat = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(stat[USER]) + int(stat[SYSTEM])) / TICKS

    @property
    def files(self) -> int:
        """Open files, sockets and pipes."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def _status(self, name: str) -> int:
        text = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)
        assert found is not None, f"Linux tells {name} of every process"
        return int(found[1])

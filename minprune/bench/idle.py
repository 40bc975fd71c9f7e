"""The work of others: that of other programs while a case is measured, of our own in between."""

import os
import time
from pathlib import Path

from minprune.experiments.timing import busy_seconds

PAUSE = 0.02  # seconds until threads that wait for more work have usually gone to sleep
LONGEST = 0.6  # seconds to wait for those that take longer: MKL's spin for 0.2


def rest(workers):
    """Wait until the threads of all workers are asleep, or `LONGEST`."""
    until = time.monotonic() + LONGEST
    while True:
        before = _seconds_of(workers)
        time.sleep(PAUSE)
        if _seconds_of(workers) == before or time.monotonic() > until:
            return


class Others:
    """The cores that work of other programs, or of other machines on the host, keeps busy."""

    def __init__(self, workers):
        self.workers, self.started = workers, time.monotonic()
        self.before = self._seconds()

    def busy(self):
        """Cores, on average since the start; None where the system does not tell."""
        if self.before is None:
            return None
        return max(self._seconds() - self.before, 0) / (time.monotonic() - self.started)

    def _seconds(self):
        """Seconds of all, without those of this process, its workers, and those that have ended."""
        everything = busy_seconds()
        return (
            None
            if everything is None
            else everything - sum(os.times()[:4]) - _seconds_of(self.workers)
        )


def _seconds_of(workers):
    """Seconds that the processors have spent on these workers, in steps of a hundredth."""
    return sum(seconds_of(w.process.pid) for w in workers if w.process is not None)


def seconds_of(pid):
    """Seconds that the processors have spent on a process; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

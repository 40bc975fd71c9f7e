"""One line that rewrites itself while training runs on a terminal; nothing at all in a log."""

import shutil
import sys
import time
from contextlib import suppress

from minprune.layout import columns


class Progress:
    """Progress of something that takes `total` steps; silent unless the stream is a terminal.

    title   what is being done
    total   number of steps
    stream  standard error unless given, so that redirected output stays clean
    done    number of steps that were done before
    """

    def __init__(self, title, total, stream=None, done=0):
        self.title, self.total = title, total
        self.stream = sys.stderr if stream is None else stream
        self.shown = False
        with suppress(AttributeError, ValueError):  # there is no stream, or it is closed
            self.shown = self.stream.isatty()
        self.done = done
        self.last = 0.0
        self.note = ""

    def step(self):
        """One step is done. Draw the bar, at most ten times a second."""
        self.done += 1
        if self.shown and time.monotonic() - self.last >= 0.1:
            self.last = time.monotonic()
            bar, percent = "#" * (20 * self.done // self.total), 100 * self.done // self.total
            self._write(f"{self.title}  [{bar:<20}] {percent:3d} %  {self.note}")

    def close(self):
        """Clear the line."""
        if self.shown:
            self._write("")

    def _write(self, text):
        width = shutil.get_terminal_size().columns  # a longer line could not be taken back
        while text and columns(text) >= width:
            text = text[:-1]
        try:
            self.stream.write(f"\r\x1b[K{text}")
            self.stream.flush()
        except OSError:  # the terminal was closed; the work goes on
            self.shown = False

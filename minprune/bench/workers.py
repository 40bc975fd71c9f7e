"""Processes that run one library each: thread pools in one process would get in each other's way.

A pool that has run out of work goes on asking for more for some milliseconds, and a processor that
is kept busy like this slows the next library: PyTorch then takes 8 ms instead of 0.3 ms.
"""

import json
import os
import queue
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import minprune
from minprune.language import either

ROOT = Path(minprune.__file__).parents[1]  # from where `python -m minprune...` is this minprune
PATIENCE = 180.0  # seconds for one answer; importing or compiling can take many
LIVES = 3  # how often a process that crashed or hung is started again, all in all
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")
THREADS += ("VECLIB_MAXIMUM_THREADS", "NUMBA_NUM_THREADS")


class WorkerError(Exception):
    """A worker gave no good answer; the text begins with a word for a table, and a colon."""


class Worker:
    """A library in a separate process, which is started again if it was lost.

    command   of the process, without the arguments that `worker.main` takes
    library   by its name there
    threads   that it may use
    patience  seconds to wait for an answer
    """

    def __init__(self, command, library, threads, patience=PATIENCE):
        self.arguments = command, library, threads, patience
        self.command = [*command, library, str(threads)]
        self.environment = environment(threads)
        self.patience, self.lives, self.process = patience, LIVES, None
        self.versions = self._start()

    def ask(self, **request):
        """The answer to a request; `WorkerError` for any other end."""
        if self.process is None:
            self._start()
        with suppress(OSError):  # if it has crashed, the answer says how
            print(json.dumps(request), file=self.process.stdin, flush=True)
        return self._answer()

    def another(self):
        """A second process of the same kind."""
        return Worker(*self.arguments)

    def close(self):
        """End the process, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            with suppress(OSError):  # a request that it did not read any more
                self.process.stdin.close()
            self.log.close()
            self.process = None

    def _start(self):
        if self.lives == 0:
            raise WorkerError(either(f"given up: it crashed or did not answer {LIVES} times",
                                     f"放弃：崩溃或无响应共 {LIVES} 次"))  # fmt: skip
        self.log = tempfile.TemporaryFile()  # noqa: SIM115, open as long as the process runs
        self.answers = queue.SimpleQueue()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self.log}
        try:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd=ROOT, text=True, **pipes
            )
        except OSError as error:
            self.log.close()
            raise WorkerError(f"{either('not available: ', '不可用：')}{error}") from None
        reading = self.process.stdout, self.answers
        threading.Thread(target=_pass_on, args=reading, daemon=True).start()
        hello = self._answer()
        if "missing" in hello:
            self.close()
            raise WorkerError(f"{either('not available: ', '不可用：')}{hello['missing']}")
        return hello["versions"]

    def _answer(self):
        """The next line of the worker, understood; if there is none, the process is lost."""
        try:
            line = self.answers.get(timeout=self.patience)
        except queue.Empty:
            raise self._lost(either(f"no answer: within {self.patience:g} seconds",
                                    f"无响应：{self.patience:g} 秒内")) from None  # fmt: skip
        if line is None:
            raise self._lost(f"{either('crashed: ', '崩溃：')}{self._last_words()}")
        try:
            answer = json.loads(line)
        except ValueError:  # whatever was started is no worker
            raise self._lost(either(f"crashed: it printed {line.strip()!r}",
                                    f"崩溃：它输出了 {line.strip()!r}")) from None  # fmt: skip
        if "error" in answer:
            raise WorkerError(f"{either('failed: ', '失败：')}{answer['error']}")
        return answer

    def _lost(self, why):
        self.lives -= 1
        self.close()
        return WorkerError(why)

    def _last_words(self):
        code = self.process.wait()
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").split("\n")
        words = [line.strip() for line in lines if line.strip()][-1:]
        return either(", ", "，").join([either("exit status", "退出状态") + f" {code}", *words])


def environment(threads):
    """The environment of a worker, in which every library finds how many threads it may use."""
    return {**os.environ, **dict.fromkeys(THREADS, str(threads)), "NM_DISABLE_ANALYTICS": "1"}


def _pass_on(lines, answers):
    """Every line, and None at the end: a queue can be waited for with a limit, a pipe cannot."""
    with lines:
        for line in lines:
            answers.put(line)
    answers.put(None)

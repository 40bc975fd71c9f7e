"""`pytest --processes N`: N processes take file after file of tests, until none is left."""

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import groupby
from multiprocessing import get_context

import pytest

_worker = None


def pytest_addoption(parser):
    what = "run the files of tests in N processes (in one where there is no os.fork)"
    parser.addoption("--processes", type=int, default=1, metavar="N", help=what)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    config, hook = session.config, session.config.hook
    alone = config.option.processes < 2 or not hasattr(os, "fork")
    if alone or config.option.collectonly or session.testsfailed:
        return None  # pytest's own loop
    files = [[*tests] for _, tests in groupby(session.items, lambda test: test.path)]
    with ProcessPoolExecutor(
        config.option.processes, get_context("fork"), _begin, (config, files)
    ) as pool:
        for file in as_completed([pool.submit(_run, k) for k in range(len(files))]):
            for data in file.result():
                report = hook.pytest_report_from_serializable(config=config, data=data)
                hook.pytest_runtest_logreport(report=report)
            if session.shouldfail:  # -x
                pool.shutdown(cancel_futures=True)
                raise session.Failed(session.shouldfail)
    return True


class Worker:
    """One of the processes: it keeps what there is to report for the first one, which shows it."""

    def __init__(self, config, files):
        self.config, self.files, self.reports = config, files, []

    def pytest_runtest_logreport(self, report):
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        self.reports.append(data)


def _begin(config, files):
    global _worker
    _worker = Worker(config, files)
    config.pluginmanager.unregister(name="terminalreporter")
    config.pluginmanager.register(_worker)
    capture = config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()  # all processes would print into the same file
    capture.start_global_capturing()


def _run(k):
    _worker.reports.clear()
    tests = _worker.files[k]
    for test, following in zip(tests, [*tests[1:], None], strict=True):
        _worker.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
        if test.session.shouldfail:
            break
    return _worker.reports

"""A pytest plugin: one JSON line per test into AI_FIX_REPORT, by node id. Works from pytest 3 on."""
import json
import os

_longest = 20000


def _write(nodeid, status, message=None):
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # the controller hears of it and writes it
    with open(os.environ["AI_FIX_REPORT"], "ab", 0) as report:
        line = {"id": nodeid, "status": status, "message": message and message[:_longest]}
        report.write((json.dumps(line) + "\n").encode())


def _text(report):
    """What went wrong comes first: it stands at the end of a traceback that may be long."""
    crash = getattr(getattr(report.longrepr, "reprcrash", None), "message", None)
    return str(report.longrepr) if crash is None else "%s\n%s" % (crash, report.longrepr)


def pytest_runtest_logreport(report):
    if report.outcome == "rerun":
        return  # by a plugin that repeats what fails: the last time counts
    if report.failed:
        _write(report.nodeid, "failed", _text(report))
    elif report.skipped:
        _write(report.nodeid, "skipped")
    elif report.when == "call":
        _write(report.nodeid, "passed")


def pytest_collectreport(report):
    if report.failed:
        _write(report.nodeid, "failed", _text(report))
    elif report.skipped:
        _write(report.nodeid, "skipped")

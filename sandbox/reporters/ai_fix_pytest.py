"""A pytest plugin: one JSON line per test into AI_FIX_REPORT, by node id."""
import json
import os


def _write(nodeid, status, message=None):
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # the controller hears of it and writes it
    with open(os.environ["AI_FIX_REPORT"], "a", encoding="utf-8") as report:
        report.write(json.dumps({"id": nodeid, "status": status, "message": message}) + "\n")


def pytest_runtest_logreport(report):
    if report.failed:
        _write(report.nodeid, "failed", str(report.longrepr))
    elif report.skipped:
        _write(report.nodeid, "skipped")
    elif report.when == "call":
        _write(report.nodeid, "passed")


def pytest_collectreport(report):
    if report.failed:
        _write(report.nodeid, "failed", str(report.longrepr))
    elif report.skipped:
        _write(report.nodeid, "skipped")

"""A pytest plugin: one JSON line per test into AI_FIX_REPORT, by node id. Works from pytest 3 on."""
import json
import os

_longest = 20000
# taken at once: tests may change the environment
_report_file = os.environ["AI_FIX_REPORT"]
_is_worker = "PYTEST_XDIST_WORKER" in os.environ
_directory = os.getcwd()
_root = _directory


def pytest_configure(config):
    global _root
    _root = str(getattr(config, "rootdir", None) or config.rootpath)


def _from_here(nodeid):
    """pytest names files from its root, which is further down where a pytest.ini is, and further up in a workspace."""
    path, separator, name = nodeid.partition("::")
    if not path or _root == _directory:
        return nodeid
    here = os.path.relpath(os.path.join(_root, path), _directory)
    return nodeid if here.startswith(os.pardir) else here + separator + name


def _write(nodeid, status, message=None):
    if _is_worker:
        return  # the controller hears of it and writes it
    with open(_report_file, "ab", 0) as report:
        line = {"id": _from_here(nodeid), "status": status, "message": message and message[:_longest]}
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

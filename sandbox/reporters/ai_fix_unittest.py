"""Runs a script or a module (-m NAME) whose tests unittest runs, and writes one JSON line per test into AI_FIX_REPORT.

After the word --only, which ends the arguments, come files: only their tests run.
"""
import json
import os
import runpy
import sys
import traceback
import unittest

_start = os.getcwd()
_report_file = os.environ["AI_FIX_REPORT"]  # taken at once: tests may change the environment
_wanted = None
if "--only" in sys.argv:
    _at = sys.argv.index("--only")
    _wanted = {os.path.join(_start, path) for path in sys.argv[_at + 1 :]}
    del sys.argv[_at:]
_results = [None]  # of the run that is going on


def _source(test):
    doctest = getattr(test, "_dt_test", None)
    if doctest is not None:
        return _relative(doctest.filename)
    return _relative(getattr(sys.modules.get(type(test).__module__), "__file__", None))


def _relative(path):
    return None if path is None else os.path.relpath(path, _start)


def _fixture(test):
    """What failed outside of a test: `setUpClass (package.tests.TestCase)`."""
    kind, _, place = str(test).partition(" (")
    return place.rstrip(")") + "." + kind


def _is_failed_load(test):
    return type(test).__module__ == "unittest.loader"


def _place(test):
    """The id and file of a test. A file that cannot be loaded stands for itself."""
    if _is_failed_load(test):
        name = test.id().split("_FailedTest.")[-1].split("ModuleSkipped.")[-1]
        candidates = [os.path.join(_start, place, name.replace(".", "/") + ".py") for place in sys.path]
        return name, _relative(next((path for path in candidates if os.path.exists(path)), None))
    if type(test).__name__ == "_ErrorHolder":
        module = sys.modules.get(_fixture(test).rsplit(".", 2)[0])
        return _fixture(test), _relative(getattr(module, "__file__", None))
    return test.id(), _source(test)


def _write(test, status, message=None):
    test = getattr(test, "test_case", test)  # a subtest is a part of its test
    identity, path = _place(test)
    if _wanted is not None and _is_failed_load(test) and os.path.join(_start, path or "") not in _wanted:
        return
    line = {"id": identity, "file": path, "status": status}
    if message is not None:
        line["message"] = message
    # in one piece: tests may run in several processes
    with open(_report_file, "ab", 0) as report:
        report.write((json.dumps(line) + "\n").encode())


def _text(error):
    try:
        return "".join(traceback.format_exception(*error))[-4000:]
    except Exception:  # from another process comes no real traceback
        return str(error[1])


def _report(method, write):
    original = getattr(unittest.TestResult, method)

    def reporting(self, *args, **kwargs):
        if self is _results[0]:
            write(*args, **kwargs)
        return original(self, *args, **kwargs)

    setattr(unittest.TestResult, method, reporting)


def _follow_outermost_run():
    """Tests of test tools make runs of their own within a run: these are no results."""
    original = unittest.TextTestRunner.run

    def run(self, test):
        if _results[0] is not None:
            return original(self, test)
        make = self._makeResult

        def make_result():
            result = make()
            _results[0] = _results[0] or result
            return result

        self._makeResult = make_result
        try:
            return original(self, test)
        finally:
            _results[0] = None

    unittest.TextTestRunner.run = run


def _of_subtest(test, subtest, error):
    if error is not None:
        _write(test, "failed", "%s\n%s" % (subtest, _text(error)))


def _load_only_wanted():
    original = unittest.TestLoader.loadTestsFromModule

    def load(self, module, *args, **kwargs):
        path = os.path.abspath(getattr(module, "__file__", None) or "")
        if path not in _wanted:
            return self.suiteClass()
        return original(self, module, *args, **kwargs)

    unittest.TestLoader.loadTestsFromModule = load


_report("addSuccess", lambda test: _write(test, "passed"))
_report("addFailure", lambda test, error: _write(test, "failed", _text(error)))
_report("addError", lambda test, error: _write(test, "failed", _text(error)))
_report("addSkip", lambda test, reason: _write(test, "skipped"))
_report("addExpectedFailure", lambda test, error: _write(test, "skipped"))
_report("addUnexpectedSuccess", lambda test: _write(test, "failed", "unexpected success"))
_report("addSubTest", _of_subtest)
_follow_outermost_run()
if _wanted is not None:
    _load_only_wanted()

# As Python itself starts a script or a module.
sys.argv = sys.argv[1:]
if sys.argv[0] == "-m":
    sys.argv = sys.argv[1:]
    sys.path[0] = _start
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
else:
    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
    runpy.run_path(sys.argv[0], run_name="__main__")

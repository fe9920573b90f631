"""Prints the versions that a lock file names, as constraints for uv and pip. Argument: the lock file.

A package that is locked in several versions is left open.
"""
import json
import sys
import tomllib


def locked(path):
    if path.endswith("Pipfile.lock"):
        with open(path, encoding="utf-8") as file:
            lock = json.load(file)
        for group in ("default", "develop"):
            for name, package in lock.get(group, {}).items():
                if str(package.get("version", "")).startswith("=="):
                    yield name, package["version"][2:]
        return
    with open(path, "rb") as file:
        lock = tomllib.load(file)
    for package in lock.get("package", []):
        is_published = not any(key in package for key in ("git", "path", "url"))
        source = package.get("source", {})
        if is_published and source.get("type") in (None, "legacy"):
            yield package["name"], package["version"]


versions = {}
for name, version in locked(sys.argv[1]):
    versions.setdefault(name, set()).add(version)
for name, found in versions.items():
    if len(found) == 1:
        print(f"{name}=={found.pop()}")

#!/usr/bin/env python3
"""clang-tidy over the sources of some folders, several files to a unit: most of its time goes into headers they share.

Usage: clang_tidy.py JOBS FOLDER... in the root of the repository, with build/dev configured. What was found clean is
remembered below build/lint, until something it depends on changes.
"""

import concurrent.futures
import hashlib
import json
import os
import shlex
import subprocess
import sys
import time

TIDY = "clang-tidy-14"
MEMORY = "build/lint"
FILES_A_UNIT = 8


class Source:
    """A file, the flags it is compiled with, and where it is remembered that it was clean."""

    def __init__(self, entry, dependencies):
        self.path = os.path.join(entry["directory"], entry["file"])
        self.name = os.path.relpath(self.path)
        self.directory = entry["directory"]
        words = shlex.split(entry["command"])
        compiler = next(index for index, word in enumerate(words) if word.endswith("++"))
        self.flags = words[compiler + 1:words.index("-o")]
        with open(self.path, "rb") as file:
            key = hashlib.sha256(dependencies + entry["command"].encode() + b"\0" + file.read()).hexdigest()
        self.clean = os.path.join(MEMORY, key + ".clean")

    def in_folder(self, folders):
        return self.name.split(os.sep)[0] in folders


def dependencies(folders):
    """What a finding depends on besides the file itself: the tool, its checks, and every header of these folders."""
    digest = hashlib.sha256(subprocess.check_output([TIDY, "--version"]))
    names = [".clang-tidy"] + sorted(os.path.join(path, name) for folder in folders
                                     for path, _, files in os.walk(folder) for name in files if name.endswith(".hpp"))
    for name in names:
        with open(name, "rb") as file:
            digest.update(name.encode() + b"\0" + file.read() + b"\0")
    return digest.digest()


def units(sources):
    """Files whose flags are equal, some at a time."""
    by_flags = {}
    for source in sources:
        by_flags.setdefault(tuple(source.flags), []).append(source)
    for group in by_flags.values():
        for at in range(0, len(group), FILES_A_UNIT):
            yield group[at:at + FILES_A_UNIT]


def tidy(unit):
    """What clang-tidy has to say about these files as one, or nothing."""
    path = unit[0].path
    if len(unit) > 1:
        path = os.path.abspath(unit[0].clean + ".cpp")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f'#include "{source.path}"\n' for source in unit)
    found = subprocess.run([TIDY, "--quiet", path, "--", *unit[0].flags], cwd=unit[0].directory, check=False,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if len(unit) > 1:
        os.remove(path)
    # One that was killed says nothing.
    return (found.stdout or f"{TIDY} ended with {found.returncode}") if found.returncode != 0 else ""


def check(unit):
    """True where all are clean. What does not hold for several files may only be a name that two of them use, so
    they are looked at in smaller units, down to each alone."""
    began = time.monotonic()
    complaint = tidy(unit)
    if complaint and len(unit) > 1:
        half = len(unit) // 2
        first = check(unit[:half])
        return check(unit[half:]) and first
    if complaint:
        print(f"FAILED {unit[0].name}\n{complaint}", flush=True)
        return False
    for source in unit:
        with open(source.clean, "w", encoding="utf-8"):
            pass
    print(f"   {' '.join(source.name for source in unit)} ({time.monotonic() - began:.0f} s)", flush=True)
    return True


def main(jobs, *folders):
    os.makedirs(MEMORY, exist_ok=True)
    depends = dependencies(folders)
    with open("build/dev/compile_commands.json", encoding="utf-8") as file:
        found = {source.name: source for source in (Source(entry, depends) for entry in json.load(file))
                 if source.in_folder(folders)}
    if not found:
        sys.exit(f"build/dev/compile_commands.json names no file of {' '.join(folders)}")
    todo = [found[name] for name in sorted(found) if not os.path.exists(found[name].clean)]
    print(f"== clang-tidy: {len(todo)} of {len(found)} files, the others are known to be clean", flush=True)
    with concurrent.futures.ThreadPoolExecutor(int(jobs)) as pool:
        sys.exit(0 if all(list(pool.map(check, units(todo)))) else 1)


main(*sys.argv[1:])

#!/usr/bin/env python3
"""Lets the disk be full at every moment of a command, and sees what is lost.

usage: disk_full.py NMT [--library FILE] [--step N] [--commands NAME...] [--tmpfs]

NMT is build/nmt; FILE is the library tests/faults/full_disk.cpp, by default beside NMT. Every command is run again and again:
the first time its first call that needs space on the disk fails (write, fsync, rename, mkdir …), then its second one, and so
on, or every N-th of them. What must hold each time:

  it fails      with exit code 1 and one message that names a file below the folder and says "No space left on device"
  unharmed      every file that was there is as it was, or already as the command leaves it; nothing unfinished lies about
  goes on       the same command, run again, ends with the same files as one that was never disturbed, bit for bit

Translation also writes to a full disk through stdout, with its input still open.

A lock file that could not be made or whose process id could not be written, and lines missing in train.log, which the
terminal shows, stop nothing; nor does train.log when it can be opened the second time.
With --tmpfs training also runs on small file systems of growing size (root only).
"""
import argparse
import collections
import contextlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

import small_run
from small_run import require

# Differ from process to process; training is compared by small_run.require_same_run.
LOGS = re.compile(r"events\.|train\.log$|train\.jsonl$|(/|\.)lock$|state\.json$")
HARMLESS = re.compile(r"full disk: (pwrite|ftruncate|open) \S*(/|\.)lock$|full disk: (fwrite|fopen) \S*/train\.log$", re.M)
UPDATES = 4


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def copy(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)


class Scenario:
    """A command that writes into the folder `work`, which holds what `before` holds when it starts."""

    def __init__(self, nmt, name, words, before, work, undisturbed):
        self.nmt, self.name, self.words = nmt, name, words
        self.before, self.work, self.undisturbed = before, work, undisturbed
        copy(before, work)
        small_run.succeed(nmt, *words)
        copy(work, undisturbed)

    def run(self, library, number, stays):
        """The command with its `number`-th call failing. Returns None when it makes fewer of them."""
        copy(self.before, self.work)
        disk = {"LD_PRELOAD": str(library), "FULL_DISK_FOLDER": str(self.work), "FULL_DISK_AT": str(number)}
        if stays:
            disk["FULL_DISK_STAYS"] = "1"
        done = small_run.run(self.nmt, *self.words, env=small_run.ENVIRONMENT | disk)
        failed = re.search(r"^full disk: (.*)$", done.stderr, re.M)
        if not failed:
            return None
        self.what = f"{self.name}, call {number} ({failed[1]}){', and all after it' if stays else ''}"
        self.check_failure(done)
        self.check_files()
        again = small_run.run(self.nmt, *self.words)
        require(again.returncode == 0, f"{self.what}: run again, it ended with {again.returncode}:\n{again.stderr}")
        self.check_end()
        return failed[1]

    def check_failure(self, done):
        messages = re.findall(r"^nmt: .*$", done.stderr, re.M)
        good = len(messages) == 1 and str(self.work) in messages[0] and "No space left on device" in messages[0]
        if done.returncode == 0 and HARMLESS.search(done.stderr):
            return
        require(done.returncode == 1 and good, f"{self.what}: ended with {done.returncode}, saying:\n{done.stderr}")

    def check_files(self):
        before, now, after = files(self.before), files(self.work), files(self.undisturbed)
        for name, content in before.items():
            if LOGS.search(name):
                continue
            require(name in now or name not in after, f"{self.what}: {name} is gone")
            require(now.get(name) in (content, after.get(name)), f"{self.what}: {name} is neither old nor new")
        litter = [name for name in now if ".tmp." in name or ".saving" in name]
        require(not litter, f"{self.what}: left behind:", *litter)

    def check_end(self):
        now, expected = files(self.work), files(self.undisturbed)
        names = {name for name in set(now) | set(expected) if not LOGS.search(name)}
        wrong = [name for name in names if now.get(name) != expected.get(name)]
        require(not wrong, f"{self.what}: not as undisturbed:", *wrong)
        if (self.work / "run/checkpoints/last").exists():
            small_run.require_same_run(self.work / "run", self.undisturbed / "run")


def scenarios(nmt, folder):
    """Names and makers; a maker runs the command undisturbed first."""
    recipe = small_run.make_recipe(nmt, folder)
    options = ["--save.every", "1", "--save.keep_last", "1", "--save.keep_best", "1", "--valid.every", "2"]
    options += ["--valid.max_lines", "2", "--train.log_every", "1"]
    work, undisturbed = folder / "work", folder / "undisturbed"
    run = work / "run"
    (folder / "empty").mkdir()
    (folder / "text.en").write_text("Yesterday Lukas and Julia were by the sea.\n")

    def train(updates):
        return small_run.train_command(recipe, run, *options, "--train.max_updates", updates)

    def trained(updates):
        place = folder / f"trained-{updates}"
        if not place.exists():
            copy(folder / "empty", work)
            small_run.succeed(nmt, *train(updates))
            (work / "out.de").write_text("older\n")
            (work / "page.html").write_text("older\n")
            copy(work, place)
        return place

    translate = ["--device", "cpu", "--threads", "1"]
    commands = {
        "prepare": (["prepare", recipe, "--output", work / "prepared"], lambda: folder / "empty"),
        "train": (train(UPDATES), lambda: folder / "empty"),
        "continue": (train(UPDATES), lambda: trained(2)),
        "translate": (["translate", run, "-i", folder / "text.en", "-o", work / "out.de", *translate], lambda: trained(2)),
        "evaluate": (["evaluate", run, "--decode.beam", "1", *translate], lambda: trained(2)),
        "average": (["average", run], lambda: trained(2)),
        "inspect": (["inspect", run, "--html", work / "page.html"], lambda: trained(2)),
    }
    for name, (words, before) in commands.items():
        yield name, lambda name=name, words=words, before=before: Scenario(
            nmt, name, words, before(), work, undisturbed
        )


def fail_everywhere(scenario, library, step):
    for stays in (False, True):
        failed, number = [], 1
        while call := scenario.run(library, number, stays):
            failed.append(call.split()[0])
            number += step
        require(failed, f"{scenario.name}: no call was made to fail")
        counts = ", ".join(f"{count} {call}" for call, count in sorted(collections.Counter(failed).items()))
        how = "one call and all after it" if stays else "one call"
        print(f"{scenario.name}: {len(failed)} runs in which {how} failed: {counts}", flush=True)


def fail_stdout(scenario):
    """Translation to a full disk by way of stdout ends at once, though its input stays open and silent."""
    for more in ([], ["--documents", "blank-line"]):
        words = [scenario.nmt, "translate", scenario.work / "run", "--device", "cpu", "--threads", "1", *more]
        with open("/dev/full", "w") as full, subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=full, stderr=subprocess.PIPE, text=True, env=small_run.ENVIRONMENT
        ) as process:
            process.stdin.write("Yesterday Lukas and Julia were by the sea.\n")
            process.stdin.flush()
            limit = threading.Timer(120, process.kill)
            limit.start()
            message = process.stderr.read()
            code = process.wait()
            limit.cancel()
        said = "nmt: stdout: cannot write: No space left on device" in message
        require(code == 1 and said, f"translate {more} to a full stdout: ended with {code}, saying:\n{message}")
    print("stdout: translation by lines and by documents failed at once")


@contextlib.contextmanager
def mounted(place, size):
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


def fill_tmpfs(scenario):
    """Trains on file systems that hold more and more of a run; when the disk is full it is made larger, and training goes on."""
    place = scenario.work
    shutil.rmtree(place)
    for kilobytes in range(64, 1 << 20, 64):
        with mounted(place, f"{kilobytes}k"):
            done = small_run.run(scenario.nmt, *scenario.words)
            if done.returncode == 0:
                print(f"tmpfs: {scenario.name} failed on {kilobytes // 64 - 1} file systems, up to {kilobytes - 64} KiB", flush=True)
                return
            scenario.what = f"{scenario.name} on {kilobytes} KiB"
            scenario.check_failure(done)
            subprocess.run(["mount", "-o", "remount,size=64m", place], check=True)
            small_run.succeed(scenario.nmt, *scenario.words)
            scenario.check_end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nmt", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--library", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--commands", nargs="+")
    parser.add_argument("--tmpfs", action="store_true")
    arguments = parser.parse_args()
    library = arguments.library or arguments.nmt.parent / "libfull_disk.so"
    with tempfile.TemporaryDirectory(prefix="nmt-disk-full-") as name:
        for command, make in scenarios(arguments.nmt, pathlib.Path(name)):
            if arguments.commands and command not in arguments.commands:
                continue
            scenario = make()
            fail_everywhere(scenario, library, arguments.step)
            if command == "translate":
                fail_stdout(scenario)
            if arguments.tmpfs and command == "train":
                fill_tmpfs(scenario)


if __name__ == "__main__":
    try:
        main()
    except small_run.Failed as failure:
        sys.exit(f"disk_full: {failure}")

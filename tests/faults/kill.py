#!/usr/bin/env python3
"""Kills training (SIGKILL) at random moments, starts it again, and compares the end with a run that nobody disturbed.

usage: kill.py NMT [--kills N] [--seed S] [--updates U]

NMT is build/nmt. A small model is trained with a save after every update. Half of the kills come at any moment of twice the
time that starting takes, the others as soon as a save has begun, plus a few milliseconds. A run that reaches its end is
compared and the next one begins, until N kills are done. What must hold:

  after every kill   `last` and `best` lead to checkpoints; the checkpoints are those of the newest save, or of the one before
                     where it was not finished yet, and the checksums of all of them hold; no save is lost, and the next start
                     continues from the newest one
  at the end         weights, moving average, moments and state are those of the undisturbed run, bit for bit; train.jsonl has
                     the same events with the same numbers, times aside; nothing unfinished lies about
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import small_run
from small_run import require

KEEP_LAST, KEEP_BEST, VALIDATE_EVERY = 2, 2, 3
OPTIONS = {
    "--save.every": 1,
    "--save.keep_last": KEEP_LAST,
    "--save.keep_best": KEEP_BEST,
    "--valid.every": VALIDATE_EVERY,
    "--valid.max_lines": 5,
    "--train.log_every": 1,
}
LONGEST_SAVE = 0.02  # seconds, about


def save_goes_on(run):
    """Whether a save has begun that is not finished."""
    folder = run / "checkpoints"
    try:
        names = os.listdir(folder)
        return any(name.startswith(".") for name in names) or int(os.readlink(folder / "last")) != max(
            int(name) for name in names if name.isdigit()
        )
    except (OSError, ValueError):
        return False


def starts(run):
    lines = (run / "train.jsonl").read_text().splitlines() if (run / "train.jsonl").exists() else []
    found = [json.loads(line) for line in lines if '"start"' in line]
    return [event["update"] for event in found if event["event"] == "start"]


def kept(losses, update):
    """The checkpoints that the policy keeps after a save: the newest, and the best of those that were validated."""
    validated = sorted((u for u in losses if u <= update), key=lambda u: (losses[u], u))
    return set(range(max(1, update - KEEP_LAST + 1), update + 1)) | set(validated[:KEEP_BEST])


def check_after_kill(nmt, run, losses, before):
    """`before`: the newest save that was there before. Returns the newest one now."""
    present = small_run.checkpoints(run)
    if not present:
        require(before == 0, "all checkpoints are lost; there was one of update", before)
        return 0
    newest = present[-1]
    require(newest >= before, "the newest save is of update", newest, "after one of update", before)
    require(kept(losses, newest) - set(present) == set(), "lost:", kept(losses, newest) - set(present), "of", present)
    surplus = set(present) - kept(losses, newest)
    require(surplus <= kept(losses, newest - 1), "kept against the policy:", surplus)
    for update in present:
        small_run.succeed(nmt, "inspect", run / f"checkpoints/{update:09}")
    if newest > 1:
        require((run / "checkpoints/last").exists(), "`last` leads nowhere; there are", present)
    if newest > VALIDATE_EVERY:
        require((run / "checkpoints/best").exists(), "`best` leads nowhere; there are", present)
    return newest


def train_and_kill(command, run, draw, start):
    """Starts training and kills it. Returns whether it was still running, and whether it was killed inside of a save."""
    with open(run.with_name("messages"), "w") as messages:
        process = subprocess.Popen(command, stdout=messages, stderr=messages, env=small_run.ENVIRONMENT)
    if draw.random() < 0.5:
        time.sleep(draw.uniform(0, 2 * start))
    else:
        for _ in range(draw.randint(1, 8)):  # saves
            while process.poll() is None and not save_goes_on(run):
                time.sleep(0.0002)
            time.sleep(draw.uniform(0, LONGEST_SAVE))
    process.kill()
    code = process.wait()
    require(code in (0, -9), "training failed by itself:\n" + run.with_name("messages").read_text())
    return code == -9, save_goes_on(run)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nmt", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--updates", type=int, default=120, help="of each run")
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory(prefix="nmt-kill-") as name:
        folder = pathlib.Path(name)
        recipe = small_run.make_recipe(arguments.nmt, folder)
        options = [word for pair in OPTIONS.items() for word in pair] + ["--train.max_updates", arguments.updates]
        undisturbed, run = folder / "undisturbed", folder / "killed"
        small_run.succeed(arguments.nmt, *small_run.train_command(recipe, undisturbed, *options))
        before = time.monotonic()
        small_run.succeed(arguments.nmt, *small_run.train_command(recipe, folder / "checked", "--check"))
        start = time.monotonic() - before
        losses = {event["update"]: event["loss"] for event in small_run.events(undisturbed) if event["event"] == "valid"}
        command = [arguments.nmt, *map(str, small_run.train_command(recipe, run, *options))]
        kills = inside = before_first = runs = newest = known_starts = 0  # the last two: of this run
        while kills < arguments.kills or run.exists():
            if kills < arguments.kills:
                killed, inside_save = train_and_kill(command, run, draw, start)
            else:
                small_run.succeed(*command)
                killed = False
            for update in starts(run)[known_starts:]:
                require(update >= newest, "continued from update", update, "with a save of update", newest)
            known_starts = len(starts(run))
            newest = check_after_kill(arguments.nmt, run, losses, newest)
            kills += killed
            if killed:
                inside += inside_save
                before_first += newest == 0
                continue
            small_run.require_same_run(run, undisturbed)
            shutil.rmtree(run)
            runs += 1
            newest = known_starts = 0
            print(
                f"{kills} kills in {runs} runs of {arguments.updates} updates: {inside} inside of a save, {before_first} before the"
                " first one; every run ended like the undisturbed one, bit for bit",
                flush=True,
            )


if __name__ == "__main__":
    try:
        main()
    except small_run.Failed as failure:
        sys.exit(f"kill: {failure}")

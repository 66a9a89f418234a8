#!/usr/bin/env python3
"""Streams text through `nmt translate` for a while and watches its memory.

usage: streaming.py NMT [--minutes M] [--seed S]

NMT is build/nmt. Trains a small model, then runs two translations side by side, one by lines and one with --documents, each a
process that stays and is given text in bursts of random size. Every line must be answered, in order and with the same
translation each time. Prints how the memory of each process (RssAnon: what it has allocated itself) develops. In a run of
half an hour and more, the last quarter of the time must not need more than the third by more than 1 MiB: what grows with each
line would show, while caches have filled before.
"""
import argparse
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

import small_run
from small_run import require

SAMPLES = 400  # of the memory, over the whole time
STRANGE = ["", " ", "\t", "word " * 700, "a" * 3000, "\u200b\u202e", "\U0001f600" * 40, "<d>", "</s> <unk>", "\u0000 x", "\ufeff"]


def bursts_of_lines(corpus, draw):
    """Some lines at a time, in random order; now and then a strange one."""
    lines = (corpus / "test.en").read_text().splitlines()
    while True:
        yield [draw.choice(STRANGE if draw.random() < 0.02 else lines) for _ in range(draw.randint(1, 50))]


def bursts_of_documents(corpus, draw):
    """A document at a time, with the blank line after it."""
    documents = [text.splitlines() + [""] for text in (corpus / "test.doc.en").read_text().split("\n\n")]
    while True:
        yield draw.choice(documents)


class Stream:
    """One process, fed burst by burst; the answers to a burst are awaited before the next."""

    def __init__(self, name, command, bursts, key):
        self.name, self.bursts, self.key = name, bursts, key
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=small_run.ENVIRONMENT)
        self.lines, self.memory, self.answers = 0, [], {}

    def step(self):
        burst = next(self.bursts)
        self.process.stdin.write("".join(line + "\n" for line in burst).encode())
        self.process.stdin.flush()
        answer = [self.process.stdout.readline().decode() for _ in burst]
        require(all(line.endswith("\n") for line in answer), self.name, "has ended after line", self.lines)
        for text, translation in self.key(burst, answer):
            first = self.answers.setdefault(text, translation)
            require(first == translation, f"{self.name}: {text!r} gave {first!r}, now {translation!r}")
        self.lines += len(burst)

    def sample(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        self.memory.append(int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) / 1024)

    def finish(self):
        rest, _ = self.process.communicate(timeout=60)
        require(rest == b"", self.name, "wrote more than it was asked:", rest[:200])
        require(self.process.returncode == 0, self.name, "ended with", self.process.returncode)

    def report(self, minutes):
        quarter = len(self.memory) // 4
        quarters = [statistics.median(self.memory[i * quarter : (i + 1) * quarter]) for i in range(4)]
        rest = self.memory[quarter:]
        hours = [minutes / 60 * i / len(rest) for i in range(len(rest))]
        slope = statistics.linear_regression(hours, rest).slope
        print(
            f"{self.name}: {self.lines} lines, {len(self.answers)} different; medians of the quarters "
            + ", ".join(f"{median:.1f}" for median in quarters)
            + f" MiB, at most {max(self.memory):.1f}; slope after the first quarter {slope:+.2f} MiB an hour"
        )
        return minutes < 30 or quarters[3] <= quarters[2] + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nmt", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory(prefix="nmt-streaming-") as name:
        folder = pathlib.Path(name)
        recipe = small_run.make_recipe(arguments.nmt, folder)
        small_run.succeed(arguments.nmt, *small_run.train_command(recipe, folder / "run", "--train.max_updates", 600))
        command = [arguments.nmt, "translate", folder / "run", "--device", "cpu", "--threads", "1", "--log_level", "warning"]
        streams = [
            Stream("lines", command, bursts_of_lines(folder / "corpus", draw), zip),
            # A sentence's translation depends on the document so far: what must be the same is the whole.
            Stream(
                "documents",
                [*command, "--documents", "blank-line"],
                bursts_of_documents(folder / "corpus", draw),
                lambda burst, answer: [("\n".join(burst), "".join(answer))],
            ),
        ]
        start = time.monotonic()
        due = 0
        while (elapsed := time.monotonic() - start) < arguments.minutes * 60:
            for stream in streams:
                stream.step()
            if elapsed >= due:
                due += arguments.minutes * 60 / SAMPLES
                for stream in streams:
                    stream.sample()
        for stream in streams:
            stream.finish()
        steady = [stream.report(arguments.minutes) for stream in streams]
        require(all(steady), "memory grows")


if __name__ == "__main__":
    try:
        main()
    except small_run.Failed as failure:
        sys.exit(f"streaming: {failure}")

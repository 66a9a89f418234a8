#!/usr/bin/env python3
"""Times `nmt score` against sacreBLEU on the same files, taking turns so that both meet the same machine.

usage: scoring.py PROGRAM [REFERENCE HYPOTHESIS]

PROGRAM is build/nmt. Without files, 3,000 segments are generated. Prints the best of several runs of whole commands,
start included, and of the computation alone where that can be told.
"""

import os
import random
import subprocess
import sys
import tempfile
import time

RUNS = 7
CASES = {"BLEU": [], "BLEU intl": ["-tok", "intl"], "BLEU lower-case": ["-lc"], "chrF": ["-m", "chrf"],
         "chrF++": ["-m", "chrf", "-cw", "2"]}


def write_corpus(folder):
    random_ = random.Random(1)
    vocabulary = ["".join(random_.choices("etaoinsrhldcumfpgwybvkéüß", k=random_.randrange(1, 11))) for _ in range(8000)]
    weights = [1 / (rank + 10) for rank in range(len(vocabulary))]
    names = [os.path.join(folder, name) for name in ("reference", "hypothesis")]
    with open(names[0], "w", encoding="utf-8") as reference, open(names[1], "w", encoding="utf-8") as hypothesis:
        for _ in range(3000):
            words = random_.choices(vocabulary, weights, k=random_.randrange(5, 45))
            print(" ".join(words).capitalize() + random_.choice(".?!") + " (1,5)", file=reference)
            print(" ".join(word if random_.random() < 0.8 else random_.choice(vocabulary) for word in words) + ".",
                  file=hypothesis)
    return names


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def best_times(commands):
    times = [[] for _ in commands]
    for _ in range(RUNS):
        for command, measured in zip(commands, times):
            measured.append(seconds(command))
    return [min(measured) for measured in times]


def main():
    program = sys.argv[1].split()
    with tempfile.TemporaryDirectory() as folder:
        reference, hypothesis = sys.argv[2:4] if len(sys.argv) > 3 else write_corpus(folder)
        theirs, ours = ["python3", "-m", "sacrebleu"], [*program, "score"] if program[-1].endswith("nmt") else program
        their_start, our_start = best_times([[*theirs, "--version"], [*ours, "--version"]])
        print(f"start: sacreBLEU {their_start * 1000:.0f} ms, nmt score {our_start * 1000:.1f} ms")
        for name, options in CASES.items():
            files = [reference, "-i", hypothesis, *options]
            their_time, our_time = best_times([[*theirs, *files], [*ours, *files]])
            alone = (their_time - their_start) / (our_time - our_start)
            print(f"{name:16} sacreBLEU {their_time * 1000:6.0f} ms, nmt score {our_time * 1000:6.1f} ms: "
                  f"{their_time / our_time:.0f} times, without start {alone:.0f} times")


if __name__ == "__main__":
    main()

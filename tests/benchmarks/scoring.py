#!/usr/bin/env python3
"""Times `nmt score` against sacreBLEU on the same files, taking turns so that both meet the same machine.

usage: scoring.py PROGRAM [--segments N] [--runs N] [--numbers FILE]

PROGRAM is build/nmt. A reference and three systems of 3,000 segments are generated. Prints a table of medians of whole
commands, start included, with one thread first and then with all processors. sacreBLEU's own -j has workers only for paired
tests, and is given as many as there are systems to test. Fails when something is slower than it has to be.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import tempfile
import time

# Name, options, how many systems, how many times as fast as sacreBLEU it has to be with one thread.
CASES = [
    ("BLEU", [], 1, 20),
    ("BLEU intl", ["-tok", "intl"], 1, 20),
    ("BLEU zh", ["-tok", "zh"], 1, 20),
    ("chrF", ["-m", "chrf"], 1, 20),
    ("chrF++", ["-m", "chrf", "-cw", "2"], 1, 20),
    ("TER", ["-m", "ter"], 1, 50),
    ("TER normalized", ["-m", "ter", "--ter-normalized"], 1, 50),
    ("BLEU with interval", ["-ci"], 1, 20),
    ("BLEU, three systems", [], 3, 20),
    ("BLEU, paired bootstrap", ["-pbs"], 3, 20),
    ("BLEU, approximate randomization", ["-par"], 3, 20),
    ("BLEU and chrF, paired bootstrap", ["-m", "bleu", "chrf", "-pbs", "-f", "text"], 3, 20),
]
THEIRS = ["python3", "-m", "sacrebleu"]


def moved(words, random_):
    """Some runs of words elsewhere, which is what makes TER slow."""
    for _ in range(random_.randrange(4)):
        start = random_.randrange(len(words))
        length = random_.randrange(1, 5)
        run, words = words[start:start + length], words[:start] + words[start + length:]
        place = random_.randrange(len(words) + 1)
        words = words[:place] + run + words[place:]
    return words


def write_corpus(folder, segments):
    random_ = random.Random(1)
    vocabulary = ["".join(random_.choices("etaoinsrhldcumfpgwybvkéüß", k=random_.randrange(1, 11))) for _ in range(8000)]
    weights = [1 / (rank + 10) for rank in range(len(vocabulary))]
    names = [os.path.join(folder, name) for name in ("reference", "system1", "system2", "system3")]
    files = [open(name, "w", encoding="utf-8") for name in names]
    for _ in range(segments):
        words = random_.choices(vocabulary, weights, k=random_.randrange(5, 45))
        print(" ".join(words).capitalize() + random_.choice(".?!") + " (1,5)", file=files[0])
        for file, kept in zip(files[1:], (0.8, 0.79, 0.6)):
            hypothesis = [word if random_.random() < kept else random_.choice(vocabulary) for word in words]
            print(" ".join(moved(hypothesis, random_)).capitalize() + random_.choice(".?!") + " (1,5)", file=file)
    for file in files:
        file.close()
    return names


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def median_times(commands, runs):
    times = [[] for _ in commands]
    for _ in range(runs):
        for command, measured in zip(commands, times):
            measured.append(seconds(command))
    return [statistics.median(measured) for measured in times]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--segments", type=int, default=3000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--numbers")
    arguments = parser.parse_args()
    ours = [arguments.program, "score"]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        reference, *systems = write_corpus(folder, arguments.segments)
        print(f"{'':33}{'sacreBLEU':>11}{'nmt score':>12}{'faster':>9}")
        for processors in (1, os.cpu_count()):
            print(f"{processors} thread{'s' if processors > 1 else ''}, {arguments.segments} segments, "
                  f"medians of {arguments.runs} runs")
            for name, options, count, wanted in CASES:
                files = [reference, "-i", *systems[:count], *options]
                their_jobs = ["-j", str(min(processors, count - 1))] if processors > 1 and count > 1 else []
                theirs, mine = median_times([[*THEIRS, *files, *their_jobs], [*ours, *files, "-j", str(processors)]],
                                            arguments.runs)
                rows.append({"case": name, "threads": processors, "sacrebleu_s": theirs, "nmt_s": mine, "wanted": wanted})
                verdict = "" if processors > 1 or theirs / mine >= wanted else f"  below {wanted} x"
                print(f"  {name:31}{theirs * 1000:8.0f} ms{mine * 1000:9.1f} ms{theirs / mine:7.0f} x{verdict}", flush=True)
    if arguments.numbers:
        with open(arguments.numbers, "w", encoding="ascii") as file:
            json.dump(rows, file, indent=1)
    slow = [row["case"] for row in rows if row["threads"] == 1 and row["sacrebleu_s"] < row["wanted"] * row["nmt_s"]]
    raise SystemExit(f"too slow: {', '.join(slow)}" if slow else 0)


if __name__ == "__main__":
    main()

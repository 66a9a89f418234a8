#!/usr/bin/env python3
"""Shows what training costs as the work grows: tokens in a batch, length of sentences, vocabulary; and lines of the corpus.

usage: growth.py NMT BENCH_TRAINING [--preset tiny] [--threads 1] [--rounds 3] [--lines 100000 1000000]

NMT is build/nmt, BENCH_TRAINING build/bench_training (ninja -C build bench_training). The first three tables are steps of the
trainer's parts on made-up batches: target tokens/s and microseconds a token, medians over rounds in which all sizes take turns. The
last one trains on the testbed's sentences, repeated: seconds to prepare the corpus, seconds until the first update when it is there
already, and peak memory (resident, the corpus's mapped pages included). With --rounds 0 it is the only one.
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import tempfile
import time

TABLES = {  # what grows: (tokens a batch, length, vocabulary)
    "tokens a batch": [(512, 25, 8000), (1024, 25, 8000), (2048, 25, 8000), (4096, 25, 8000), (8192, 25, 8000)],
    "tokens a sentence": [(4096, 10, 8000), (4096, 25, 8000), (4096, 50, 8000), (4096, 100, 8000), (4096, 200, 8000), (4096, 400, 8000)],
    "vocabulary": [(2048, 25, 2000), (2048, 25, 8000), (2048, 25, 16000), (2048, 25, 32000)],
}


def step_speed(program, folder, setting, preset, threads):
    tokens, length, vocabulary = setting
    draw = random.Random(1)
    rows = lambda: [[draw.randrange(3, vocabulary) for _ in range(length - 1)] for _ in range(2)]  # EOS makes it `length`
    batches = [[rows() for _ in range(max(1, tokens // length))] for _ in range(3)]
    file = folder / "batches.json"
    file.write_text(json.dumps({"vocabulary": vocabulary, "batches": batches}))
    updates = max(5, 40_000 // tokens)
    words = [program, str(file), str(folder / "weights"), preset, "fp32", str(updates), str(threads), "0.1", "1e-4"]
    seconds = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout)["seconds"][2:]
    return len(batches[0]) * length * len(seconds) / sum(seconds)


def corpus_row(nmt, folder, lines, threads):
    for language in ("en", "de"):
        text = (folder / f"corpus/train.{language}").read_text().splitlines(keepends=True)
        with open(folder / f"large.{language}", "w") as file:
            for first in range(0, lines, len(text)):
                file.writelines(text[:lines - first])
    recipe = folder / "recipe.yaml"
    store = folder / f"store-{lines}"
    recipe.write_text(f"""
data: {{train: ["{folder}/large.{{}}:en-de"], max_tokens: 2048, store: {store}}}
vocabulary: {{size: 1000}}
model: {{preset: tiny}}
train: {{max_updates: 20, log_every: 1}}
valid: {{every: 0, samples: 0}}
""")

    def train(name):
        run = folder / name
        start = time.time()
        words = [nmt, "train", str(recipe), "--run", str(run), "--threads", str(threads), "--log_level", "error"]
        process = subprocess.Popen(words)
        log, first = run / "train.jsonl", None
        while process.poll() is None:
            if first is None and log.exists() and '"event":"train"' in log.read_text():
                first = time.time() - start
            time.sleep(0.02)
        if process.returncode != 0:
            raise SystemExit(f"failed: {' '.join(words)}")
        return first, max(json.loads(line).get("memory_mib", 0) for line in log.read_text().splitlines())

    cold, _ = train(f"cold-{lines}")
    warm, memory = train(f"warm-{lines}")
    return f"| {lines:,} | {cold - warm:.1f} s | {warm:.1f} s | {memory:,.0f} MiB |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nmt", type=pathlib.Path)
    parser.add_argument("bench_training", type=pathlib.Path)
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", nargs="*", type=int, default=[100_000, 1_000_000])
    args = parser.parse_args()
    nmt, bench = str(args.nmt.resolve()), str(args.bench_training.resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for title, settings in (TABLES if args.rounds else {}).items():
            speeds = {setting: [] for setting in settings}
            for _ in range(args.rounds):
                for setting in settings:
                    speeds[setting].append(step_speed(bench, folder, setting, args.preset, args.threads))
            column = {"tokens a batch": 0, "tokens a sentence": 1, "vocabulary": 2}[title]
            fixed = [f"{value:,} {what}" for i, (what, value) in enumerate(zip(TABLES, settings[0])) if i != column]
            print(f"\n{args.preset}, {'; '.join(fixed)}:\n\n| {title} | target tokens/s | µs a token |\n| --- | --- | --- |")
            for setting in settings:
                middle, low, high = statistics.median(speeds[setting]), min(speeds[setting]), max(speeds[setting])
                print(f"| {setting[column]:,} | {middle:,.0f} ({low:,.0f}–{high:,.0f}) | {1e6 / middle:.0f} |", flush=True)
        if args.lines:
            subprocess.run([nmt, "testbed", str(folder / "corpus"), "--languages", "en", "de"], check=True, capture_output=True)
            print("\n| lines | preparing | start, prepared | memory |\n| --- | --- | --- | --- |")
            for lines in args.lines:
                print(corpus_row(nmt, folder, lines, args.threads), flush=True)


if __name__ == "__main__":
    main()

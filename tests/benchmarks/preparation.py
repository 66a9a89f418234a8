#!/usr/bin/env python3
"""Times the preparation of a corpus against SentencePiece's own programs, on the same text and vocabulary.

usage: preparation.py NMT [--lines 400000] [--rounds 3] [--threads 1 2]

NMT is build/nmt; needs spm_train and spm_encode (Debian: sentencepiece). The text is the testbed's, repeated with a number of its
own in each line, so that no line is like another. SentencePiece writes ids as text, the sides one after the other with one
thread and both at a time with two; `nmt prepare` reads both sides, checks and counts them, and writes its store with the raw
text and checksums. Besides its workers nmt has a main thread and one for checksums: both programs get as many processor cores as
the row has threads, and no more. Whole commands, start included; medians (lowest–highest) over rounds in which the programs
take turns. The vocabulary is trained by spm_train before, and is the same in both.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time


def timed(*commands, cores=None):
    """Seconds for all of them, run at a time on these cores."""
    pin = (lambda: os.sched_setaffinity(0, cores)) if cores else None
    start = time.perf_counter()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=pin) for command in commands]
    if any(process.wait() != 0 for process in running):
        raise SystemExit(f"failed: one of {commands}")
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nmt", type=pathlib.Path)
    parser.add_argument("--lines", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", nargs="+", type=int, choices=[1, 2], default=[1, 2])
    args = parser.parse_args()
    nmt = str(args.nmt.resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([nmt, "testbed", str(folder / "corpus"), "--languages", "en", "de"], check=True, capture_output=True)
        for language in ("en", "de"):
            text = (folder / f"corpus/train.{language}").read_text().splitlines()
            with open(folder / f"text.{language}", "w") as file:
                file.writelines(f"{text[i % len(text)]} {i}\n" for i in range(args.lines))
        recipe = folder / "recipe.yaml"

        def prepare(threads, cores):
            recipe.write_text(f'data: {{train: ["{folder}/text.{{}}:en-de"], threads: {threads}}}\n'
                              f'vocabulary: {{file: {folder}/spm.model}}\n')
            return timed([nmt, "prepare", str(recipe), "-o", str(folder / f"store-{time.time_ns()}")], cores=cores)

        seconds = timed(["spm_train", f"--input={folder}/text.en,{folder}/text.de", f"--model_prefix={folder}/spm", "--vocab_size=8000",
                         "--input_sentence_size=200000", "--num_threads=2", "--pad_id=3"])
        print(f"spm_train on at most 200,000 of {2 * args.lines:,} lines: {seconds:.1f} s\n")
        print("| threads and cores | spm_encode, lines/s | nmt prepare, lines/s | faster |\n| --- | --- | --- | --- |")
        for threads in args.threads:
            peer, own = [], []
            cores = sorted(os.sched_getaffinity(0))[:threads]
            for _ in range(args.rounds):
                sides = [["spm_encode", f"--model={folder}/spm.model", "--output_format=id", f"--input={folder}/text.{language}",
                          f"--output={folder}/ids.{language}"] for language in ("en", "de")]
                peer.append(timed(*sides, cores=cores) if threads == 2 else sum(timed(side, cores=cores) for side in sides))
                own.append(prepare(threads, cores))
            show = lambda values: (f"{2 * args.lines / statistics.median(values):,.0f} "
                                   f"({2 * args.lines / max(values):,.0f}–{2 * args.lines / min(values):,.0f})")
            print(f"| {threads} | {show(peer)} | {show(own)} | {statistics.median(p / o for p, o in zip(peer, own)):.2f} × |", flush=True)


if __name__ == "__main__":
    main()

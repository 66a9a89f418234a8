#!/usr/bin/env python3
"""Times the preparation of a corpus against SentencePiece's own programs, on the same text and vocabulary.

usage: preparation.py NMT [--lines 400000] [--rounds 3] [--threads 1 2]

NMT is build/nmt; needs spm_train and spm_encode (Debian: sentencepiece). The text is the testbed's, repeated with a number of its
own in each line, so that no line is like another. SentencePiece writes ids as text, the sides one after the other with one
thread and both at a time with two; `nmt prepare` reads both sides, checks and counts them, and writes its store with the raw text and checksums. Whole commands, start included;
medians (lowest–highest) over rounds in which the programs take turns. Training a vocabulary is timed once on each side: it
is SentencePiece's in both.
"""

import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time


def timed(*commands):
    """Seconds for all of them, run at a time."""
    start = time.time()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for command in commands]
    if any(process.wait() != 0 for process in running):
        raise SystemExit(f"failed: one of {commands}")
    return time.time() - start


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

        def prepare(threads, vocabulary):
            recipe.write_text(f'data: {{train: ["{folder}/text.{{}}:en-de"], threads: {threads}}}\nvocabulary: {vocabulary}\n')
            return timed([nmt, "prepare", str(recipe), "-o", str(folder / f"store-{time.time_ns()}")])

        seconds = timed(["spm_train", f"--input={folder}/text.en,{folder}/text.de", f"--model_prefix={folder}/spm", "--vocab_size=8000",
                         "--input_sentence_size=200000", "--num_threads=2", "--pad_id=3"])
        print(f"spm_train on at most 200,000 of {2 * args.lines:,} lines: {seconds:.1f} s\n")
        print("| threads | spm_encode, lines/s | nmt prepare, lines/s | faster |\n| --- | --- | --- | --- |")
        for threads in args.threads:
            peer, own = [], []
            for _ in range(args.rounds):
                sides = [["spm_encode", f"--model={folder}/spm.model", "--output_format=id", f"--input={folder}/text.{language}",
                          f"--output={folder}/ids.{language}"] for language in ("en", "de")]
                peer.append(timed(*sides) if threads == 2 else sum(timed(side) for side in sides))
                own.append(prepare(threads, f"{{file: {folder}/spm.model}}"))
            show = lambda values: (f"{2 * args.lines / statistics.median(values):,.0f} "
                                   f"({2 * args.lines / max(values):,.0f}–{2 * args.lines / min(values):,.0f})")
            print(f"| {threads} | {show(peer)} | {show(own)} | {statistics.median(p / o for p, o in zip(peer, own)):.2f} × |", flush=True)


if __name__ == "__main__":
    main()

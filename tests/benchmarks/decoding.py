#!/usr/bin/env python3
"""Times translation against CTranslate2, on the same weights, sentences, search and number of threads.

usage: decoding.py NMT [--run RUN --input FILE [--ref FILE]] [--beams 1 4] [--precisions fp32 int8]
                   [--batches 64 1] [--threads N | --workers N] [--lines N] [--single-lines N] [--rounds N]
                   [--processor-time | --start]

NMT is build/nmt. Without --run: base size with random weights and V 8,000, made-up sentences, and translations of exactly
25 tokens, so that both programs do the same work whatever they write. With --run, a trained run's own stopping, and with
--ref the BLEU of both. The programs take turns: a round is one run of each. Loading does not count; segmenting and
joining pieces does, on both sides, and so does what is made ready when the first batch comes: neither is warmed up.

A token is a step of the decoder for the translation that is written. nmt takes one more than max_len for the end of
sentence that it forces, and 24 and the end are 25 steps; CTranslate2 takes max_decoding_length, the last without an end
of sentence, and is asked for 25.

Prints a table of target tokens/s, medians (lowest–highest) over rounds; in batches of 1 also the median round's milliseconds a
sentence. The text has --lines sentences, of which batches of 1 get the first --single-lines.
--workers decodes so many batches at a time, each by one thread, in both programs (CTranslate2's inter_threads); --threads
gives them to every batch. --processor-time counts the processor's seconds, for a machine that is busy with other work; the
first line is then left out, and with it what either makes ready for it, since nmt's loading cannot be told from it.
--start times whole commands instead, from their start to the end of one translated line, at the last of the beams.
Needs `scripts/setup.sh --formats`, as do the converters (cpython-311: the Python that runs):

  PYTHONPATH=~/.cache/nmt/formats-2-cpython-311 python3 tests/benchmarks/decoding.py build/nmt
"""

import argparse
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

LENGTH = 25  # steps of a translation of the random model
SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"


def invented_text(path, lines):
    """Words of random syllables with Zipf's frequencies, 18 a line on average: about 25 pieces of 8,000."""
    draw = random.Random(1)
    syllables = [c + v for c in "bcdfghjklmnprstvwz" for v in ("a", "e", "i", "o", "u", "an", "er", "is")]
    words = ["".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(20000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    with open(path, "w") as file:
        for _ in range(lines):
            file.write(" ".join(draw.choices(words, weights, k=min(60, max(3, round(draw.lognormvariate(2.8, 0.4)))))) + "\n")


def nmt(arguments, *words):
    done = subprocess.run([arguments.nmt, *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"nmt {words[0]}: {done.stderr}")
    return done.stderr


def random_run(arguments, work):
    """A run whose weights are as initialised, but for one tiny step."""
    for language in ("en", "de"):
        invented_text(work / f"train.{language}", 20000)
    (work / "recipe.yaml").write_text(
        f'data: {{train: ["{work}/train.{{}}:en-de"], max_tokens: 512}}\nvocabulary: {{size: 8000}}\nmodel: {{preset: base}}\n'
        "train: {max_updates: 1, lr: 1.0e-9, ema: 0}\n"
    )
    nmt(arguments, "train", work / "recipe.yaml", "--run", work / "run")
    return work / "run", work / "train.en"


class Nmt:
    def __init__(self, arguments, run):
        self.arguments, self.run = arguments, run
        self.first_lines = {}  # what translate() gives for the first line, by precision

    def translate(self, words):
        """Tokens, seconds without loading, processor seconds with it."""
        before = os.times()
        log = nmt(self.arguments, *words)
        after = os.times()
        found = re.search(r"([\d.]+)(k?) tokens in .*?([\d.]+)(k?) target tokens/s", log)
        tokens, speed = (float(found[i]) * (1000 if found[i + 1] else 1) for i in (1, 3))
        processor = after.children_user + after.children_system - before.children_user - before.children_system
        return tokens, tokens / speed, processor

    def time(self, input_, beam, precision, batch, output):
        """Tokens, seconds."""
        words = ["translate", self.run, "--checkpoint", "last", "--input", input_, "--output", output]
        threads = max(self.arguments.threads, self.arguments.workers)
        words += ["--threads", threads, "--decode.beam", beam, "--decode.batch_sentences", batch]
        words += ["--decode.precision", precision]
        if not self.arguments.run:
            words += ["--decode.max_len_a", 0, "--decode.max_len_b", LENGTH - 1, "--decode.min_len", LENGTH - 1]
        tokens, seconds, processor = self.translate(words)
        if not self.arguments.processor_time:
            return tokens, seconds
        if precision not in self.first_lines:
            first = input_.with_name("first")
            first.write_text(input_.read_text().splitlines()[0] + "\n")
            self.first_lines[precision] = self.translate([first if word == input_ else word for word in words])
        first_tokens, _, loading = self.first_lines[precision]
        return tokens - first_tokens, processor - loading


def peer(folder, input_, output, threads, workers, beam, precision, batch, exact, clock):
    """The same by CTranslate2, in a process of its own."""
    import ctranslate2
    import sentencepiece

    compute_type = {"fp32": "float32"}.get(precision, precision)
    translator = ctranslate2.Translator(str(folder), compute_type=compute_type, intra_threads=threads, inter_threads=workers)
    search = json.loads((folder / "translate_batch.json").read_text()) | {"beam_size": beam}
    if exact:
        search |= {"min_decoding_length": LENGTH, "max_decoding_length": LENGTH}
    source, target = (sentencepiece.SentencePieceProcessor(str(folder / f"{side}.spm")) for side in ("source", "target"))
    lines = input_.read_text().splitlines()
    if clock is time.process_time:
        translator.translate_batch(source.encode(lines[:1], out_type=str), **search)
        lines = lines[1:]
    start = clock()
    pieces = source.encode(lines, out_type=str)
    if batch == 1:
        results = [translator.translate_batch([line], **search)[0] for line in pieces]
    else:
        results = translator.translate_batch(pieces, max_batch_size=batch, **search)
    best = [result.hypotheses[0] for result in results]
    text = target.decode(best)
    seconds = clock() - start
    output.write_text("".join(line + "\n" for line in text))
    return sum(min(len(hypothesis) + 1, search["max_decoding_length"]) for hypothesis in best), seconds


class CTranslate2:
    def __init__(self, arguments, run, work):
        self.arguments, self.folder = arguments, work / "exported"
        subprocess.run([sys.executable, SCRIPTS / "export_ctranslate2.py", run, self.folder, "--checkpoint", "last"], check=True)

    def time(self, input_, beam, precision, batch, output):
        words = [self.folder, input_, output, self.arguments.threads, self.arguments.workers, beam, precision, batch]
        words += [int(not self.arguments.run), "process_time" if self.arguments.processor_time else "perf_counter"]
        environment = dict(os.environ, OMP_NUM_THREADS=str(self.arguments.threads))
        done = subprocess.run([sys.executable, __file__, "--peer", *map(str, words)], env=environment, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        return json.loads(done.stdout)


def time_starts(arguments, programs, work):
    print("| precision | CTranslate2 from Python, s | nmt, s |\n| --- | --- | --- |")
    for precision in arguments.precisions:
        cells = {program: [] for program in programs}
        for _ in range(arguments.rounds):
            for program, seconds in cells.items():
                start = time.perf_counter()
                program.time(work / "in", arguments.beams[-1], precision, 1, work / "out")
                seconds.append(time.perf_counter() - start)
        show = [f"{statistics.median(seconds):.2f} ({min(seconds):.2f}–{max(seconds):.2f})" for seconds in cells.values()]
        print(f"| {precision} | {' | '.join(show)} |", flush=True)


def bleu(arguments, output):
    if not arguments.ref:
        return ""
    done = subprocess.run([arguments.nmt, "score", arguments.ref, "-i", output, "-b"], capture_output=True, text=True, check=True)
    return f" BLEU {done.stdout.strip()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nmt")
    parser.add_argument("--run", type=pathlib.Path)
    parser.add_argument("--input", type=pathlib.Path)
    parser.add_argument("--ref", type=pathlib.Path)
    parser.add_argument("--beams", nargs="+", type=int, default=[1, 4])
    parser.add_argument("--precisions", nargs="+", default=["fp32", "int8"])
    parser.add_argument("--batches", nargs="+", type=int, default=[64, 1], help="sentences of a batch")
    parser.add_argument("--threads", type=int, default=1, help="of each batch")
    parser.add_argument("--workers", type=int, default=1, help="batches at a time, each by one thread")
    parser.add_argument("--lines", type=int, default=256)
    parser.add_argument("--single-lines", type=int, default=40, help="of them, in batches of 1")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processor-time", action="store_true")
    parser.add_argument("--start", action="store_true")
    arguments = parser.parse_args()
    if arguments.processor_time and arguments.threads * arguments.workers > 1:
        parser.error("--processor-time is for one thread: threads that wait for others use the processor too")
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        run, text = (arguments.run, arguments.input) if arguments.run else random_run(arguments, work)
        lines = text.read_text().splitlines()[: arguments.lines]
        theirs, ours = CTranslate2(arguments, run, work), Nmt(arguments, run)
        if arguments.start:
            (work / "in").write_text(lines[0] + "\n")
            return time_starts(arguments, (theirs, ours), work)
        print("| lines | sentences in a batch | beam | precision | CTranslate2 | nmt | faster |\n" + "| --- " * 7 + "|")
        for batch in arguments.batches:
            chosen = lines[: arguments.single_lines] if batch == 1 else lines
            (work / "in").write_text("".join(line + "\n" for line in chosen))
            for beam in arguments.beams:
                for precision in arguments.precisions:
                    runs, bleus, cells = {theirs: [], ours: []}, {}, []
                    for _ in range(arguments.rounds):
                        for program, found in runs.items():
                            found.append(program.time(work / "in", beam, precision, batch, work / "out"))
                            bleus[program] = bleu(arguments, work / "out")
                    speeds = {program: [tokens / seconds for tokens, seconds in found] for program, found in runs.items()}
                    for program, found in speeds.items():
                        seconds = statistics.median(seconds for _, seconds in runs[program])
                        latency = f", {1000 * seconds / (len(chosen) - arguments.processor_time):.0f} ms" if batch == 1 else ""
                        cells.append(f"{statistics.median(found):,.0f} ({min(found):,.0f}–{max(found):,.0f}){latency}{bleus[program]}")
                    factor = statistics.median(b / a for a, b in zip(speeds[theirs], speeds[ours]))
                    print(f"| {len(chosen)} | {batch} | {beam} | {precision} | {' | '.join(cells)} | {factor:.2f} × |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        exported, lines_, written = map(pathlib.Path, sys.argv[2:5])
        threads_, workers_, beam_, precision_, batch_, exact_, clock_ = sys.argv[5:]
        numbers = (int(threads_), int(workers_), int(beam_))
        print(json.dumps(peer(exported, lines_, written, *numbers, precision_, int(batch_), exact_ == "1", getattr(time, clock_))))
    else:
        main()

#!/usr/bin/env python3
"""Times `nmt score` against sacreBLEU on the same files, taking turns so that both meet the same machine.

usage: scoring.py PROGRAM [--segments N] [--cases NAME ...] [--threads 1 2] [--runs N] [--numbers FILE]

PROGRAM is build/nmt; sacreBLEU is that of the Python that runs. References and three systems of 3,000 segments are made up, in an
alphabet and in Chinese characters. Prints a table for each number of threads: medians of whole commands, start included, and the
medians of the runs' own quotients. With 100,000 segments the start does not count.
sacreBLEU's -j has workers for paired tests only, and starting them can cost more than they save: with more threads than one
these tests run with -j and without, and what is faster counts and is named. --numbers writes each run's seconds.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

CASES = {  # name: options, how many systems, which text
    "BLEU (13a)": ([], 1, "words"),
    "BLEU (intl)": (["-tok", "intl"], 1, "words"),
    "BLEU (zh)": (["-tok", "zh"], 1, "chinese"),
    "BLEU (char)": (["-tok", "char"], 1, "chinese"),
    "chrF": (["-m", "chrf"], 1, "words"),
    "chrF++": (["-m", "chrf", "-cw", "2"], 1, "words"),
    "TER": (["-m", "ter"], 1, "words"),
    "TER, normalized": (["-m", "ter", "--ter-normalized"], 1, "words"),
    "BLEU with interval": (["-ci"], 1, "words"),
    "BLEU, three systems": ([], 3, "words"),
    "BLEU, paired bootstrap, three systems": (["-pbs"], 3, "words"),
    "BLEU, approximate randomisation, three systems": (["-par"], 3, "words"),
    "BLEU and chrF, paired bootstrap, three systems": (["-m", "bleu", "chrf", "-pbs", "-f", "text"], 3, "words"),
}


def moved(words, random_):
    """Some runs of words elsewhere, which is what makes TER slow."""
    for _ in range(random_.randrange(4)):
        start = random_.randrange(len(words))
        length = random_.randrange(1, 5)
        run, words = words[start:start + length], words[:start] + words[start + length:]
        place = random_.randrange(len(words) + 1)
        words = words[:place] + run + words[place:]
    return words


def sentence(words, random_):
    return " ".join(words).capitalize() + random_.choice(".?!") + " (1,5)"


def chinese_sentence(words, random_):
    """Nothing between words; clauses of ten, and a number and a name in Latin letters, as news have them."""
    clauses = ["".join(words[i:i + 10]) for i in range(0, len(words), 10)]
    return "，".join(clauses) + f"（{random_.randrange(1, 13)}月，BBC）" + random_.choice("。？！")


def write_corpus(folder, segments, characters, longest, join):
    """A reference and three systems; words have up to `longest` characters."""
    random_ = random.Random(1)
    os.mkdir(folder)
    vocabulary = ["".join(random_.choices(characters, k=random_.randrange(1, longest + 1))) for _ in range(8000)]
    weights = [1 / (rank + 10) for rank in range(len(vocabulary))]
    names = [os.path.join(folder, name) for name in ("reference", "system1", "system2", "system3")]
    files = [open(name, "w", encoding="utf-8") for name in names]
    for _ in range(segments):
        words = random_.choices(vocabulary, weights, k=random_.randrange(5, 45))
        print(join(words, random_), file=files[0])
        for file, kept in zip(files[1:], (0.8, 0.79, 0.6)):
            hypothesis = [word if random_.random() < kept else random_.choice(vocabulary) for word in words]
            print(join(moved(hypothesis, random_), random_), file=file)
    for file in files:
        file.close()
    return names


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def take_turns(commands, runs):
    """The seconds of each command's runs."""
    return list(zip(*([seconds(command) for command in commands] for _ in range(runs))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--segments", type=int, default=3000)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), metavar="NAME", help=", ".join(CASES))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, os.cpu_count()])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--numbers")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        texts = {
            "words": write_corpus(f"{folder}/words", arguments.segments, "etaoinsrhldcumfpgwybvkéüß", 10, sentence),
            "chinese": write_corpus(f"{folder}/chinese", arguments.segments, [chr(0x4E00 + i) for i in range(3000)], 2, chinese_sentence),
        }
        for threads in arguments.threads:
            print(f"\n{threads} thread(s), {arguments.segments:,} segments, medians of {arguments.runs} runs\n\n"
                  "| | sacreBLEU | nmt score | faster |\n| --- | --- | --- | --- |")
            for name in arguments.cases:
                options, count, text = CASES[name]
                reference, *systems = texts[text]
                files = [reference, "-i", *systems[:count], *options]
                jobs = ["1"]
                if threads > 1 and {"-pbs", "-par"} & set(options):
                    jobs.append(str(min(threads, count - 1)))  # a worker tests one system against the first
                peers = [[sys.executable, "-m", "sacrebleu", *files, "-j", number] for number in jobs]
                *theirs, ours = take_turns([*peers, [arguments.program, "score", *files, "-j", str(threads)]], arguments.runs)
                best = min(range(len(jobs)), key=lambda i: statistics.median(theirs[i]))
                faster = statistics.median(their / our for their, our in zip(theirs[best], ours))
                note = f" (-j {jobs[best]})" if len(jobs) > 1 else ""
                print(f"| {name} | {1000 * statistics.median(theirs[best]):,.0f} ms{note} | {1000 * statistics.median(ours):,.1f} ms "
                      f"| {faster:.0f} × |", flush=True)
                rows.append({"case": name, "threads": threads, "sacrebleu_s": dict(zip(jobs, theirs)), "nmt_s": ours})
    if arguments.numbers:
        with open(arguments.numbers, "w", encoding="ascii") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()

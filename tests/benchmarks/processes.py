#!/usr/bin/env python3
"""Times training with several processes over MPI: weak scaling, the same batch on each process.

usage: processes.py NMT [--sizes tiny base] [--processes 2] [--updates N] [--rounds N] [--tokens N]

NMT is build/nmt. Each process has one thread. Three ways take turns: one process; as many processes, each a training of its own
that knows nothing of the others, which is what the machine's memory and caches allow; and as many that work together. The text is
the testbed's. Prints target tokens/s of all processes, medians (lowest–highest) over rounds, and what they are of N times one
process; and the megabytes that each process hands over in an update (its gradients, fp32).
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile


def recipe(folder, size, tokens, updates):
    path = folder / f"{size}.yaml"
    path.write_text(f"""
data:
  train: ["{folder}/corpus/train.{{}}:en-de"]
  max_tokens: {tokens}
  store: {folder}/store
vocabulary: {{size: 2000}}
model: {{preset: {size}, dropout: 0.1}}
train: {{lr: 5e-4, warmup: 100, max_updates: {updates}, log_every: {updates // 3}}}
valid: {{every: 0, samples: 0}}
save: {{every: 1000000}}
""")
    return path


def speed(run):
    """Of the middle third: the first one warms up, and the last one's line comes when others may have ended."""
    events = [json.loads(line) for line in (run / "train.jsonl").read_text().splitlines()]
    return [e["target_tokens_per_second"] for e in events if e["event"] == "train"][1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nmt", type=pathlib.Path)
    parser.add_argument("--sizes", nargs="+", default=["tiny", "base"])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--updates", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=2048)
    args = parser.parse_args()
    nmt, count = str(args.nmt.resolve()), args.processes
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    launch = ["mpirun", "-n", str(count), "--bind-to", "none", "--oversubscribe"]

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([nmt, "testbed", str(folder / "corpus"), "--languages", "en", "de"], check=True, capture_output=True)
        print(f"| size | MB an update | one process | {count} alone | {count} together | of {count} × one | of {count} alone |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for size in args.sizes:
            file = recipe(folder, size, args.tokens, args.updates)
            runs = []

            def train(prefix=()):
                runs.append(folder / f"run-{size}-{len(runs)}")
                command = [*prefix, nmt, "train", str(file), "--run", str(runs[-1]), "--threads", "1"]
                return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE), runs[-1]

            def measure(ways):
                for process, _ in ways:
                    error = process.communicate()[1].decode()
                    if process.returncode != 0:
                        raise SystemExit(error)
                return sum(speed(run) for _, run in ways)

            measure([train()])  # prepares the corpus
            one, alone, together = [], [], []
            for _ in range(args.rounds):
                one.append(measure([train()]))
                alone.append(measure([train() for _ in range(count)]))
                together.append(measure([train(launch)]))
            weights = os.path.getsize(runs[0] / "checkpoints/last/model.safetensors") / 1e6
            show = lambda values: f"{statistics.median(values):,.0f} ({min(values):,.0f}–{max(values):,.0f})"
            share = lambda other: statistics.median(t / o for t, o in zip(together, other))
            print(f"| {size} | {weights:.1f} | {show(one)} | {show(alone)} | {show(together)} | "
                  f"{100 * share(one) / count:.0f} % | {100 * share(alone):.0f} % |", flush=True)


if __name__ == "__main__":
    main()

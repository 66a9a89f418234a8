"""A corpus and a recipe that train in seconds, for the tests of this folder, and the program on them."""
import json
import os
import subprocess

LANGUAGES = ("en", "de")
# What differs from process to process; all else in train.jsonl must not.
TIMES = ("seconds", "target_tokens_per_second", "data_wait_percent", "memory_mib", "mfu_percent")
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS="1")

RECIPE = """
data:
  train: ["{corpus}/train.{{}}:en-de"]
  valid: ["{corpus}/short.{{}}:en-de"]
  test: ["{corpus}/short.{{}}:en-de"]
  max_tokens: 600
vocabulary: {{size: 400}}
model: {{dim: 32, heads: 2, feed_forward_dim: 64, encoder_layers: 1, decoder_layers: 1}}
train: {{lr: 0.005, warmup: 10, ema: 0.9}}
decode: {{max_len_a: 1, max_len_b: 5}}
"""


class Failed(Exception):
    """What the program promises does not hold."""


def require(holds, *message):
    if not holds:
        raise Failed(" ".join(map(str, message)))


def run(nmt, *words, env=ENVIRONMENT, **options):
    """The finished process; stderr as text."""
    command = [str(nmt), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", env=env, **options)


def succeed(nmt, *words, **options):
    done = run(nmt, *words, **options)
    require(done.returncode == 0, "nmt", *words, "ended with", done.returncode, "\n" + done.stderr)
    return done


def make_recipe(nmt, folder, documents=40):
    """Writes a testbed corpus and its recipe into `folder`; returns the recipe's path."""
    corpus = folder / "corpus"
    succeed(nmt, "testbed", corpus, "--documents", documents, "--languages", *LANGUAGES)
    for language in LANGUAGES:
        lines = (corpus / f"valid.{language}").read_text().splitlines(keepends=True)
        (corpus / f"short.{language}").write_text("".join(lines[:50]))
    recipe = folder / "recipe.yaml"
    recipe.write_text(RECIPE.format(corpus=corpus))
    return recipe


def train_command(recipe, run_folder, *options):
    return ["train", recipe, "--run", run_folder, "--device", "cpu", "--threads", "1", *options]


def checkpoints(run):
    """The updates that have a checkpoint."""
    folder = run / "checkpoints"
    return sorted(int(entry.name) for entry in folder.iterdir() if entry.name.isdigit()) if folder.exists() else []


def events(run):
    """train.jsonl but for the starts, of which every process has one, and for the times."""
    found = [json.loads(line) for line in (run / "train.jsonl").read_text().splitlines()]
    return [{key: event[key] for key in event if key not in TIMES} for event in found if event["event"] != "start"]


def state(run):
    content = json.loads((run / "checkpoints/last/state.json").read_text())["training"]
    del content["seconds"]
    return content


def require_same_run(run, undisturbed):
    """That a run which was disturbed has ended like one that was not, bit for bit, and nothing unfinished lies about."""
    for name in ("model.safetensors", "ema.safetensors", "training.safetensors"):
        both = [(folder / "checkpoints/last" / name).read_bytes() for folder in (run, undisturbed)]
        require(both[0] == both[1], name, "is not that of the undisturbed run")
    require(state(run) == state(undisturbed), "state.json is not that of the undisturbed run")
    require(os.readlink(run / "checkpoints/best") == os.readlink(undisturbed / "checkpoints/best"), "`best` is another one")
    require(checkpoints(run) == checkpoints(undisturbed), "other checkpoints are kept:", checkpoints(run))
    for mine, theirs in zip(events(run), events(undisturbed)):
        require(mine == theirs, "train.jsonl has", mine, "instead of", theirs)
    require(len(events(run)) == len(events(undisturbed)), "train.jsonl has", len(events(run)), "events")
    require_no_litter(run)


def require_no_litter(folder):
    """That nothing unfinished lies about."""
    litter = [path for path in folder.rglob("*") if ".tmp" in path.name or path.name.startswith((".saving", ".removing"))]
    require(not litter, "left behind:", *litter)

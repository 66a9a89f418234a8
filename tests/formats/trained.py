"""Small runs trained on the testbed, and what nmt says of them. Trained once for all tests of a process; with
NMT_FORMATS_WORK=FOLDER once for all processes, for whoever works on the converters."""
import atexit
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
KEPT = os.environ.get("NMT_FORMATS_WORK")
WORK = pathlib.Path(KEPT or tempfile.mkdtemp(prefix="nmt-formats-"))
WORK.mkdir(exist_ok=True)
if not KEPT:
    atexit.register(shutil.rmtree, WORK)
LINES = 100  # sentences that are scored and translated

LIMIT = 100  # tokens of a translation: what reaches it is cut by each program's own rule, and not compared

RECIPE = """
data:
  train: ["corpus/train.{}:en-de"]
  max_tokens: 1024
  threads: 0
vocabulary: {size: 500}
model:
  {dim: 64, heads: 4, feed_forward_dim: 96, encoder_layers: 2, decoder_layers: 1, max_positions: 256, dropout: 0}
train: {lr: 5.0e-3, warmup: 100, max_updates: 400, ema: 0.95}
"""
KINDS = {
    "default": "--model.dropout 0.1",
    "post": "--model.norm post",
    "learned": "--model.norm post --model.positions learned --model.activation gelu --model.tied_embeddings target"
    " --vocabulary.joint false --vocabulary.size 420 --train.ema 0",
    "untied": "--model.norm post --model.tied_embeddings none",
    "rotary": "--model.positions rotary --model.activation swiglu --model.tied_embeddings none --model.embedding_norm true",
}


def nmt(*arguments, text=None):
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    done = subprocess.run(
        [os.environ["NMT_PROGRAM"], *map(str, arguments)], input=text, cwd=WORK, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise AssertionError(f"nmt {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


@functools.cache
def corpus():
    nmt("testbed", WORK / "corpus", "--languages", "en", "de", "--documents", 500)
    (WORK / "recipe.yaml").write_text(RECIPE)
    return WORK / "corpus"


@functools.cache
def run(kind):
    corpus()
    nmt("train", "recipe.yaml", "--run", kind, "--device", "cpu", "--threads", 1, *KINDS[kind].split())
    return WORK / kind


def weights(folder):
    """The tensors that translation uses: the averages where the run keeps any."""
    from safetensors.torch import load_file

    checkpoint = folder / "checkpoints" / "last"
    averages = checkpoint / "ema.safetensors"
    return load_file(averages if averages.exists() else checkpoint / "model.safetensors")


@functools.cache
def lines(language):
    return (corpus() / f"test.{language}").read_text().splitlines()[:LINES]


@functools.cache
def log_probs(folder):
    """Log-probability of each reference."""
    for language in ("en", "de"):
        (WORK / f"scored.{language}").write_text("".join(f"{line}\n" for line in lines(language)))
    output = nmt("score-pairs", folder, "--src", "scored.en", "--hyp", "scored.de", "--device", "cpu", "--threads", 1)
    return [float(line) for line in output.split()]


@functools.cache
def translations(folder, beam):
    text = "".join(f"{line}\n" for line in lines("en"))
    options = ["--decode.beam", beam, "--decode.max_len_a", 0, "--decode.max_len_b", LIMIT]
    return nmt("translate", folder, "--device", "cpu", "--threads", 1, *options, text=text).splitlines()


def script(name, *arguments, **options):
    """Runs a converter, with options of subprocess.run; returns its exit code and what it printed."""
    command = [sys.executable, SCRIPTS / name, *map(str, arguments)]
    done = subprocess.run(command, cwd=WORK, capture_output=True, text=True, **options)
    return done.returncode, done.stderr.strip()


def convert(name, source, result, *options):
    shutil.rmtree(WORK / result, ignore_errors=True)
    code, text = script(name, source, WORK / result, *options)
    if code:
        raise AssertionError(f"{name}: {text}")
    return WORK / result


def edited(kind, result, **changes):
    """A copy of a run whose config.yaml says something else: for what must be refused."""
    import yaml

    folder = WORK / result
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(run(kind), folder, symlinks=True)
    config = yaml.safe_load((folder / "config.yaml").read_text())
    for key, value in changes.items():
        group, _, name = key.partition("__")
        if name:
            config.setdefault(group, {})[name] = value
        else:
            config[group] = value
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder


def differences(run, beam, theirs):
    """Pairs of translations that differ. `theirs` is None for a sentence whose translation reached LIMIT."""
    ours = translations(run, beam)
    compared = [pair for pair in zip(ours, theirs, strict=True) if pair[1] is not None]
    assert len(compared) >= 70 and len({pair[0] for pair in compared}) > 50, (run, len(compared), len(set(ours)))
    return [pair for pair in compared if pair[0] != pair[1]]

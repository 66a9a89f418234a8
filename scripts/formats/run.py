"""A run folder of nmt, read and written. nmt/training/run_folder.h lists its files."""
import argparse
import contextlib
import hashlib
import importlib.util
import json
import pathlib
import shutil
import sys

from formats.pieces import Pieces


class Unsupported(ValueError):
    """What cannot be converted: one line that names the key and its value. A ValueError, which argparse tells of."""


def main(convert, parser):
    """Runs convert(arguments); what is not supported, missing or damaged ends the script with one line."""
    arguments = parser.parse_args()
    absent = missing_packages(parser.needs.split())
    try:
        if absent:  # asked first: transformers may say it in many lines, or name another one
            raise ImportError(f"not installed: {', '.join(absent)}")
        convert(arguments)
    except ImportError as error:
        sys.exit(f"{parser.prog}: {_line(error)}. Install what is missing: scripts/setup.sh --formats, or pip install {parser.needs}")
    except (Unsupported, OSError) as error:
        sys.exit(f"{parser.prog}: {error}")


def command_line(description, needs):
    """A parser whose help is `description` as it is written; `needs` names the packages that the script imports."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.needs = needs
    return parser


def missing_packages(packages):
    """Those of the packages, by pip's names, that this Python does not find."""
    modules = {"protobuf": "google.protobuf", "pyyaml": "yaml"}

    def found(module):
        try:
            return importlib.util.find_spec(module) is not None
        except ModuleNotFoundError:  # what should hold it
            return False

    return [package for package in packages if not found(modules.get(package, package))]


def _line(error):
    return " ".join(str(error).split())


def reading(file):
    """Turns what a library says of damaged content into one line that names `file`."""
    return _naming(file, "read")


@contextlib.contextmanager
def _naming(file, done):
    try:
        yield
    except (Unsupported, ImportError):
        raise
    except Exception as error:  # each library has errors of its own
        if isinstance(error, OSError) and error.filename:
            raise
        raise Unsupported(f"{file}: cannot be {done}: {type(error).__name__}: {_line(error)}") from error


def read_json(file):
    """The object that a JSON file holds."""
    with reading(file):
        content = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise Unsupported(f"{file}: holds no JSON object")
        return content


def direction(text):
    """The languages of a direction, as data/languages.cpp reads it. The type of --direction."""
    languages = text.split("-")
    if len(languages) != 2 or not all(languages):
        raise Unsupported(f"'{text}' is not a direction; give --direction, as en-de")
    return languages


def checkpoint_languages(given, source, target):
    """The languages that a checkpoint translates: those of --direction, else those it names itself."""
    if not given and not (source and target):
        raise Unsupported("the checkpoint does not say which languages it translates; give --direction, as en-de")
    return given or direction(f"{source}-{target}")


@contextlib.contextmanager
def new_folder(path):
    """A folder to write into that becomes `path` when all is written: `path` is complete or not there. A `path` that holds
    something is refused, so that nothing is overwritten."""
    final = pathlib.Path(path).resolve()
    if final.exists() and (not final.is_dir() or any(final.iterdir())):
        raise Unsupported(f"{path}: is there already")
    part = final.with_name(final.name + ".part")
    shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
    try:
        with _naming(path, "written"):
            part.mkdir(parents=True)
            yield part
            part.rename(final)
    finally:
        shutil.rmtree(part, ignore_errors=True)


class Run:
    """A trained run: its recipe, the weights that decoding uses (the moving average where there is one), its pieces."""

    def __init__(self, folder, checkpoint="best"):
        import yaml
        from safetensors.numpy import load_file

        self.folder = pathlib.Path(folder)
        if not (self.folder / "config.yaml").exists():
            raise Unsupported(f"{folder}: not a run folder: it holds no config.yaml")
        with reading(self.file("config.yaml")):
            self.config = yaml.safe_load(self.file("config.yaml").read_text(encoding="utf-8"))
            self.model = self.config["model"]
        self.directions = read_json(self.file("languages.json"))["directions"]
        joint = self.file("vocab.model")
        self.joint = joint.exists()
        for other in ("source.vocab.model", "target.vocab.model"):
            if self.joint and self.file(other).exists():
                raise Unsupported(f"{joint}: which vocabulary is meant, this or {other}? One is from an older recipe: remove it")
        self.source = self._pieces("vocab.model" if self.joint else "source.vocab.model")
        self.target = self.source if self.joint else self._pieces("target.vocab.model")

        place = self._checkpoint(checkpoint)
        checksums = read_json(place / "state.json")["checksums"]
        weights = place / ("ema.safetensors" if "ema.safetensors" in checksums else "model.safetensors")
        if hashlib.sha256(weights.read_bytes()).hexdigest() != checksums[weights.name]:
            raise Unsupported(f"{weights}: damaged: its checksum is not the one in state.json")
        with reading(weights):
            self.weights = load_file(weights)

    def file(self, name):
        return self.folder / name

    def _pieces(self, name):
        with reading(self.file(name)):
            return Pieces(self.file(name).read_bytes())

    def _checkpoint(self, which):
        """As RunFolder::find_checkpoint: best, else last, else the newest; a number; or a folder."""
        places = [self.file("checkpoints") / which, pathlib.Path(which)]
        if which.isdigit():
            places = [self.file("checkpoints") / f"{int(which):09}"]
        if which in ("best", "last"):
            places += [self.file("checkpoints") / "last"]
            places += sorted(path for path in self.file("checkpoints").glob("[0-9]*") if path.is_dir())[-1:]
        for place in places:
            if (place / "model.safetensors").exists():
                return place
        raise Unsupported(f"{self.folder}: there is no checkpoint '{which}'")

    def value(self, key):
        group, name = key.split(".")
        return self.config.get(group, {}).get(name)

    def require(self, target, **allowed):
        """Refuses, for the format `target`, a value of an option that is not among `allowed[key with __ for .]`."""
        for key, values in allowed.items():
            key = key.replace("__", ".")
            if self.value(key) not in values:
                known = " or ".join(str(_shown(value)) for value in values if value is not None)
                raise Unsupported(f"{key} = {_shown(self.value(key))} cannot be exported to {target}, only {known}")

    def refuse_methods(self, target):
        """Of methods only length_bias leaves the model a plain Transformer, and it only without attention scale."""
        for method in self.config.get("methods") or []:
            if method != "length_bias":
                raise Unsupported(f"methods = {method} cannot be exported to {target}: it may change the model")
            if self.value("lna.sites") not in (None, [], "none", ["none"]):
                sites = _shown(self.value("lna.sites"))
                raise Unsupported(f"lna.sites = {sites} cannot be exported to {target}: it has no attention scale")

    def refuse_search(self, target):
        """What neither CTranslate2 nor transformers ranks by; and draws, which are not a search."""
        self.require(target, decode__lenpen_kind=["power", "none", None], decode__sampling=[False, None])

    def longest_translation(self):
        """Most tokens of a translation, EOS left out, as far as that is a number: decode.max_len_a depends on the source."""
        limits = [self.model["max_positions"] - 1]
        if self.value("decode.max_len"):
            limits.append(self.value("decode.max_len"))
        if self.value("decode.max_len_a") == 0:
            limits.append(self.config["decode"].get("max_len_b", 50))
        return min(limits)

    def position_tables(self):
        """The tables that are added to embedded sequences, source and target: [max_positions, dim] each."""
        if self.model["positions"] == "learned":
            return self.weights["source_embedding.positions"], self.weights["target_embedding.positions"]
        table = sinusoids(self.model["max_positions"], self.model["dim"])
        return table, table

    def tables(self):
        """Embedding of the source, embedding of the target, output projection: [pieces, dim] each, one where tied."""
        target = self.weights["target_tokens.weight"]
        return self.weights.get("source_tokens.weight", target), target, self.weights.get("output", target)


def _shown(value):
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def sinusoids(count, dim):
    """As models/positions.cpp: sines in the first half, cosines in the second, the first position is 0."""
    import numpy

    half = dim // 2
    frequency = numpy.exp(numpy.arange(half) * (-numpy.log(10000.0) / max(1, half - 1)))
    phase = numpy.arange(count)[:, None] * frequency[None, :]
    return numpy.concatenate([numpy.sin(phase), numpy.cos(phase)], axis=1).astype(numpy.float32)


def write_run(path, origin, languages, model, weights, source, target):
    """Writes a run that nmt translates with and train.initial starts from.

    `origin` says in config.yaml what it was made of, `model` are the options model.*, `source` and `target` SentencePiece
    models (bytes).
    """
    import yaml
    from safetensors.numpy import save_file

    with new_folder(path) as folder:
        checkpoint = folder / "checkpoints" / "000000000"
        checkpoint.mkdir(parents=True)
        config = yaml.safe_dump({"model": model}, sort_keys=False)
        # The path may be none in UTF-8, or not known as such in another locale.
        (folder / "config.yaml").write_text(f"# Made from {origin}\n{config}", encoding="utf-8", errors="backslashreplace")
        directions = json.dumps({"directions": ["-".join(languages)]}, indent=1) + "\n"
        (folder / "languages.json").write_text(directions, encoding="utf-8")
        if source == target:
            (folder / "vocab.model").write_bytes(source)
        else:
            (folder / "source.vocab.model").write_bytes(source)
            (folder / "target.vocab.model").write_bytes(target)

        save_file(weights, checkpoint / "model.safetensors")
        training = {
            "update": 0, "epoch": 0, "batch": 0, "skipped": 0, "source_tokens": 0, "target_tokens": 0, "seconds": 0.0,
            "validations": [], "world_size": 1, "threads": 0, "libtorch": "", "machine": "",
        }  # fmt: skip
        # The text whose checksum nmt compares: keys in order, no spaces (nlohmann::json::dump).
        text = json.dumps(training, sort_keys=True, separators=(",", ":"))
        checksums = {
            "model.safetensors": hashlib.sha256((checkpoint / "model.safetensors").read_bytes()).hexdigest(),
            "training": hashlib.sha256(text.encode()).hexdigest(),
        }
        state = {"format_version": 1, "checksums": checksums, "training": training}
        (checkpoint / "state.json").write_text(json.dumps(state, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        for link in ("best", "last"):
            (folder / "checkpoints" / link).symlink_to("000000000")

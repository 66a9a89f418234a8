#!/usr/bin/env python3
"""Imports a Transformer that fairseq trained for translation as a run. fairseq itself is not needed.

usage: import_fairseq.py CHECKPOINT RUN --data DATA --sentencepiece MODEL [--target-sentencepiece MODEL] [--direction en-de]
                         [--arch transformer]

  scripts/import_fairseq.py checkpoints/checkpoint_best.pt runs/old --data data-bin --sentencepiece spm.model
  nmt translate runs/old < input > output          # raw text; fairseq's --bpe sentencepiece --lenpen 1 --beam 5

A checkpoint is a pickle that torch.load reads: its weights under `model`, the options of training under `args` (a Namespace,
up to fairseq 0.9) or `cfg` (a dict, with the groups `model` and `task`). Objects of any other library in it are passed over, and nothing
in it is run. DATA is what fairseq-preprocess wrote: dict.SRC.txt and dict.TGT.txt list the pieces after <s>, <pad>, </s> and <unk>.
MODEL is the SentencePiece model that cut the text. Ids and weights stay as they are. Characters that it does not know are in DATA
as themselves, where fairseq has a row for the frequent ones; nmt reads <unk> there, and never writes them.

Supported: --task translation; pre- and post-norm; sinusoidal positions (as a learned table: fairseq counts from padding_idx + 1) and learned
ones; relu, gelu, swish; --share-all-embeddings, --share-decoder-input-output-embed or neither; --layernorm-embedding;
--no-scale-embedding. Refused by name: other segmentations (subword-nmt's @@), other tasks and architectures, adaptive softmax
and input, --no-decoder-final-norm, cross-self-attention, unequal widths or heads of encoder and decoder, LayerDrop'ed depths.
"""
import argparse
import collections
import pathlib
import pickle
import sys
import types

from formats import pieces
from formats import run as runs

# The presets of fairseq's model transformer (fairseq/models/transformer/transformer_legacy.py). The names of other models begin
# with transformer, too, and some have the same tensors: transformer_unidirectional's encoder is causal.
ARCHITECTURES = [
    "transformer",
    "transformer_tiny",
    "transformer_iwslt_de_en",
    "transformer_wmt_en_de",
    "transformer_wmt_en_de_big",
    "transformer_wmt_en_de_big_t2t",
    "transformer_vaswani_wmt_en_de_big",
    "transformer_vaswani_wmt_en_fr_big",
]
SYMBOLS = ["<s>", "<pad>", "</s>", "<unk>"]
PAD, EOS, UNK = 1, 2, 3
ACTIVATIONS = {"relu": "relu", "gelu": "gelu", "swish": "swiglu"}
# What an option must be. Those that are not here change nothing in the trained model.
REQUIRED = {
    "no_token_positional_embeddings": False,
    "adaptive_softmax_cutoff": None,
    "adaptive_input": False,
    "no_cross_attention": False,
    "cross_self_attention": False,
    "no_decoder_final_norm": False,
    "encoder_layers_to_keep": None,
    "decoder_layers_to_keep": None,
    "encoder_recurrent_stacking": None,
    "decoder_recurrent_stacking": None,
    "merge_src_tgt_embed": False,
    "base_layers": 0,
}


class _Stranger:
    """Stands for an object of a library that is not there: fairseq, omegaconf, numpy."""

    def __init__(self, *_, **__):
        pass

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass

    def append(self, value):
        pass

    def __call__(self, *_, **__):
        return self


class _Unpickler(pickle.Unpickler):
    """Makes tensors and plain values only, so that a checkpoint cannot run code."""

    def find_class(self, module, name):
        tensors = module == "torch" and name.endswith("Storage") or module == "torch._utils" and name.startswith("_rebuild_")
        values = module == "builtins" and name in ("set", "frozenset", "list", "dict", "tuple", "int", "float", "bool", "str")
        if tensors or values or (module, name) in (("collections", "OrderedDict"), ("torch", "Size"), ("_codecs", "encode")):
            return super().find_class(module, name)
        return argparse.Namespace if (module, name) == ("argparse", "Namespace") else _Stranger


# What torch.load asks of its pickle_module.
_pickle = types.SimpleNamespace(
    __name__="pickle", Unpickler=_Unpickler, load=lambda file, **options: _Unpickler(file, **options).load()
)


class Options:
    """The options a checkpoint was trained with, whatever fairseq wrote it: `encoder_layers` and the like."""

    def __init__(self, checkpoint):
        self.values = {}
        cfg = checkpoint.get("cfg")
        if not isinstance(cfg, dict):
            self._add("", checkpoint.get("args"))
        else:
            self._add("", cfg.get("task"))
            self.values["task"] = self.values.pop("_name", self.values.get("task"))
            self._add("", cfg.get("model"))
            self.values["arch"] = self.values.get("arch") or self.values.get("_name")
        if not self.values:
            raise runs.Unsupported("the checkpoint has neither args nor cfg: not a checkpoint of fairseq's trainer")

    def _add(self, prefix, group):
        for key, value in (group if isinstance(group, dict) else vars(group or argparse.Namespace())).items():
            if isinstance(value, dict):
                self._add(f"{prefix}{key}_", value)
            else:
                self.values[prefix + key] = value

    def get(self, key, default=None):
        value = self.values.get(key)
        return default if value is None else value

    def require(self, key, *known):
        if self.get(key, known[0]) not in known:
            names = " or ".join(str(value) for value in known)
            raise runs.Unsupported(f"{key} = {self.get(key)} cannot be imported, only {names}")


def refuse_unsupported(options, arch):
    options.require("task", "translation")
    if arch not in ARCHITECTURES:
        known = " or ".join(ARCHITECTURES)
        raise runs.Unsupported(f"arch = {arch} cannot be imported, only {known}; a preset of your own for one of them: --arch transformer")
    for key, value in REQUIRED.items():
        options.require(key, value)
    options.require("activation_fn", *ACTIVATIONS)
    for key in ("attention_heads", "normalize_before", "learned_pos", "embed_dim", "ffn_embed_dim"):
        options.require(f"decoder_{key}", options.get(f"encoder_{key}", False))
    for key in ("decoder_input_dim", "decoder_output_dim"):
        options.require(key, options.get("decoder_embed_dim"))


def sinusoids(count, dim):
    """fairseq's table from its first position, padding_idx + 1, on; computed in fp32 as there."""
    import numpy
    import torch

    half = dim // 2
    frequency = torch.exp(torch.arange(half, dtype=torch.float) * -(numpy.log(10000) / (half - 1)))
    phase = torch.arange(PAD + 1 + count, dtype=torch.float)[PAD + 1 :, None] * frequency
    return torch.cat([phase.sin(), phase.cos()], 1).numpy()


def output_projection(tensors, target, options):
    """Old versions called it decoder.embed_out, and stored none that is tied to the `target` embeddings."""
    from formats import layers

    tied = options.get("share_all_embeddings", False) or options.get("share_decoder_input_output_embed", False)
    old = tensors.pop("decoder.embed_out", target if tied else None)
    if old is not None:
        tensors.setdefault("decoder.output_projection.weight", old)
    return layers.take(tensors, "decoder.output_projection.weight")


def convert_model(checkpoint, options):
    """(model.* options, weights) of a checkpoint."""
    import numpy

    from formats import layers

    tensors = {name: tensor.float().numpy() for name, tensor in checkpoint["model"].items()}
    for stack in ("encoder", "decoder"):
        version = tensors.pop(f"{stack}.version", numpy.array([1]))
        if version.flat[0] < 2:
            raise runs.Unsupported(f"{stack}.version = {version.flat[0]:g} cannot be imported, only 2 or newer")
        for name in ("embed_positions._float_tensor", "embed_positions.weights"):
            tensors.pop(f"{stack}.{name}", None)

    pre_norm = options.get("encoder_normalize_before", False)
    depths = [options.get(f"{stack}_layers", 6) for stack in ("encoder", "decoder")]
    source, target = (layers.take(tensors, f"{stack}.embed_tokens.weight") for stack in ("encoder", "decoder"))
    output = output_projection(tensors, target, options)
    weights = layers.from_fairseq(tensors, *depths, pre_norm)
    dim = source.shape[1]
    count = min(options.get(f"max_{side}_positions", 1024) for side in ("source", "target"))
    model = {
        "dim": dim,
        "heads": options.get("encoder_attention_heads", 8),
        "feed_forward_dim": len(weights["encoder.layers.0.feed_forward.in.bias"]),
        "encoder_layers": depths[0],
        "decoder_layers": depths[1],
        "norm": "pre" if pre_norm else "post",
        "positions": "learned",
        "activation": ACTIVATIONS[options.get("activation_fn", "relu")],
        "embedding_norm": options.get("layernorm_embedding", False),
        "max_positions": count,
        "dropout": options.get("dropout", 0.1),
        "attention_dropout": options.get("attention_dropout", 0.0),
        "activation_dropout": options.get("activation_dropout", 0.0),
        "layer_dropout": options.get("encoder_layerdrop", 0.0),
    }
    if model["activation"] == "swiglu":
        layers.swish_as_swiglu(weights)
    for stack, side in (("encoder", "source"), ("decoder", "target")):
        if options.get("encoder_learned_pos", False):
            table = layers.take(tensors, f"{stack}.embed_positions.weight")[PAD + 1 :][:count]
        else:
            table = sinusoids(count, dim)
        weights[f"{side}_embedding.positions"] = numpy.ascontiguousarray(table)
        for part in ("weight", "bias") if model["embedding_norm"] else ():
            weights[f"{side}_embedding.norm.{part}"] = layers.take(tensors, f"{stack}.layernorm_embedding.{part}")
    if tensors:
        raise runs.Unsupported(f"tensor '{sorted(tensors)[0]}' cannot be imported: nmt has no place for it")
    scaled = not options.get("no_scale_embedding", False)
    model["tied_embeddings"], tables = layers.embeddings(source, target, output, scaled)
    return model, weights | tables


def vocabulary(sentencepiece, dictionary, rows):
    """The SentencePiece model with the ids of a dict.txt. fairseq's decoder starts from </s>, which is thus BOS, too."""
    texts = list(SYMBOLS)
    with runs.reading(dictionary):
        lines = dictionary.read_text(encoding="utf-8").split("\n")
    texts += [line.removesuffix(" #fairseq:overwrite").rsplit(" ", 1)[0] for line in lines if line]
    twice = [text for text, count in collections.Counter(texts).items() if count > 1]
    cut = [text for text in texts if text.endswith("@@")]
    if cut:
        raise runs.Unsupported(f"{dictionary}: the piece '{cut[0]}' is subword-nmt's, only SentencePiece can be imported")
    if twice:
        raise runs.Unsupported(f"{dictionary}: the piece '{twice[0]}' is there twice")
    if len(texts) != rows:
        raise runs.Unsupported(f"{dictionary}: {len(texts)} pieces, <s>, <pad>, </s> and <unk> included, but {rows} in the model")
    with runs.reading(sentencepiece):
        known = pieces.Pieces(sentencepiece.read_bytes())
    model, unused, dropped = pieces.with_ids(known.content, texts, pad=PAD, unk=UNK, bos=EOS, eos=EOS)
    expected = known.of_text().union(SYMBOLS)  # bytes are pieces, but unused where the dictionary has not all of them
    strange = [text for text in unused if not text.startswith("madeupword") and text not in expected]
    unknown = known.unknown(strange)
    if unknown != strange:
        foreign = next(text for text in strange if text not in unknown)
        raise runs.Unsupported(f"{dictionary}: the piece '{foreign}' is not in {sentencepiece}: not the model that cut the text")
    if unknown:
        print(f"{len(unknown)} entries of {dictionary} are characters that {sentencepiece} does not know: nmt reads <unk> there, as for "
              f"{unknown[0]!r}", file=sys.stderr)  # fmt: skip
    if dropped:
        print(f"{len(dropped)} pieces are not in {dictionary}: fairseq reads <unk> there, nmt cuts such text differently, as "
              f"{dropped[0]!r}", file=sys.stderr)  # fmt: skip
    return model


def convert(arguments):
    import torch

    with open(arguments.checkpoint, "rb") as file:
        try:
            checkpoint = torch.load(file, map_location="cpu", weights_only=False, pickle_module=_pickle)
        except Exception as error:  # a damaged pickle or archive may fail in any way
            raise runs.Unsupported(f"{arguments.checkpoint}: torch.load cannot read it: damaged, or no checkpoint") from error
    if not isinstance(checkpoint, dict) or not isinstance(checkpoint.get("model"), dict):
        raise runs.Unsupported(f"{arguments.checkpoint}: not a checkpoint of fairseq's trainer: it has no 'model'")
    options = Options(checkpoint)
    refuse_unsupported(options, arguments.arch or options.get("arch", "transformer"))
    languages = runs.checkpoint_languages(arguments.direction, options.get("source_lang"), options.get("target_lang"))
    with runs.reading(arguments.checkpoint):
        model, weights = convert_model(checkpoint, options)
    models = [arguments.sentencepiece, arguments.target_sentencepiece or arguments.sentencepiece]
    rows = [len(weights.get("source_tokens.weight", weights["target_tokens.weight"])), len(weights["target_tokens.weight"])]
    files = [pathlib.Path(arguments.data) / f"dict.{language}.txt" for language in languages]
    source, target = (vocabulary(pathlib.Path(spm), file, count) for spm, file, count in zip(models, files, rows))
    runs.write_run(arguments.run, arguments.checkpoint, languages, model, weights, source, target)


if __name__ == "__main__":
    parser = runs.command_line(__doc__, "torch numpy safetensors sentencepiece protobuf pyyaml")
    parser.add_argument("checkpoint", metavar="CHECKPOINT", help="fairseq's checkpoint, a .pt file")
    parser.add_argument("run", metavar="RUN", help="run folder to write")
    parser.add_argument("--data", required=True, help="folder with dict.SRC.txt and dict.TGT.txt")
    parser.add_argument("--sentencepiece", required=True, metavar="MODEL", help="SentencePiece model, of the source side or both")
    parser.add_argument("--target-sentencepiece", metavar="MODEL", help="of the target side, where it has its own")
    parser.add_argument("--direction", metavar="SRC-TGT", type=runs.direction, help="languages, as en-de [what the checkpoint says]")
    parser.add_argument("--arch", help="architecture, where the checkpoint has a preset of your own [what the checkpoint says]")
    runs.main(convert, parser)

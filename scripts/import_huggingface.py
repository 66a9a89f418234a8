#!/usr/bin/env python3
"""Imports a Hugging Face checkpoint of the Marian architecture (OPUS-MT, or what export_huggingface.py wrote) as a run.

usage: import_huggingface.py MODEL RUN [--direction en-de]

  hf download Helsinki-NLP/opus-mt-en-de --local-dir opus-mt-en-de            # huggingface_hub's; MODEL is a folder
  scripts/import_huggingface.py opus-mt-en-de runs/opus
  nmt translate runs/opus < input > output
  nmt train recipe.yaml --run runs/tuned --train.initial runs/opus            # with vocabulary.file and the model.* of runs/opus

The ids stay as they are, and so do the weights, but for what Marian has and nmt has not; there the same function is written in
nmt's terms, and embeddings are stored untied where they must differ:
- final_logits_bias: moved into the last layer norm and the output projection, exactly, see fold_bias();
- swish: SwiGLU whose gate is constantly one;
- scale_embedding = false: embeddings divided by sqrt(d_model);
- Marian's sinusoids: a learned table (nmt's have fairseq's frequencies). A table equal to nmt's own becomes sinusoidal again.
Not supported, and refused by name: other architectures, normalize_before, other activations, language codes (>>de<<), unequal
heads or widths of encoder and decoder, a decoder start, <pad> or </s> that text may be cut into, and tensors that are missing, too
much or of another shape.
"""
import json
import pathlib
import sys

from formats import pieces
from formats import run as runs

ACTIVATIONS = {"relu": "relu", "gelu": "gelu", "swish": "swiglu", "silu": "swiglu"}


def refuse(key, value, known):
    raise runs.Unsupported(f"{key} = {json.dumps(value)} cannot be imported, only {known}")


def model_options(config):
    """The options model.* of a Marian configuration."""
    for key in ("normalize_before", "normalize_embedding", "add_final_layer_norm", "extra_pos_embeddings", "add_bias_logits"):
        if getattr(config, key, False):
            refuse(key, getattr(config, key), "false")
    if config.activation_function not in ACTIVATIONS:
        refuse("activation_function", config.activation_function, " or ".join(ACTIVATIONS))
    for key in ("attention_heads", "ffn_dim"):
        if getattr(config, f"encoder_{key}") != getattr(config, f"decoder_{key}"):
            refuse(f"decoder_{key}", getattr(config, f"decoder_{key}"), f"the encoder's {getattr(config, f'encoder_{key}')}")
    return {
        "dim": config.d_model,
        "heads": config.encoder_attention_heads,
        "feed_forward_dim": config.encoder_ffn_dim,
        "encoder_layers": config.encoder_layers,
        "decoder_layers": config.decoder_layers,
        "norm": "post",
        "positions": "sinusoidal",
        "activation": ACTIVATIONS[config.activation_function],
        "tied_embeddings": "all",
        "embedding_norm": False,
        "max_positions": config.max_position_embeddings,
        "dropout": config.dropout,
        "attention_dropout": config.attention_dropout,
        "activation_dropout": config.activation_dropout,
        "layer_dropout": config.encoder_layerdrop,
    }


def fold_bias(weights, last_norm, output, bias):
    """The output projection that, with a changed bias of the last layer norm, gives the logits W h + bias of W = `output`.

    h = g·n + b, where n is normalised, so that its components sum to 0. Hence W + u (1/g)ᵀ gives the same products with g·n for
    any u, and with b the product grows by u·sum(b/g). With b' = b + c·g that sum is s = sum(b/g) + c·dim; c is chosen
    so that |s| = dim, which keeps u small, and u = (bias − c·W g) / s.
    """
    import numpy

    gain, shift = (weights[f"{last_norm}.{part}"].astype(numpy.float64) for part in ("weight", "bias"))
    if numpy.abs(gain).min() < 1e-3 * numpy.abs(gain).max():
        raise runs.Unsupported(f"final_logits_bias cannot be imported: '{last_norm}.weight' has components near 0")
    wide = output.astype(numpy.float64)
    s = (shift / gain).sum()
    c = ((len(gain) if s >= 0 else -len(gain)) - s) / len(gain)
    u = (bias - c * (wide @ gain)) / (s + c * len(gain))
    weights[f"{last_norm}.bias"] = (shift + c * gain).astype(numpy.float32)
    return (wide + u[:, None] / gain[None, :]).astype(numpy.float32)


def read_weights(model, options):
    """The model's tensors as nmt's; sets the options that depend on them."""
    import numpy

    from formats import layers

    tensors = {name: tensor.detach().float().numpy() for name, tensor in model.state_dict().items()}
    tensors = {name.removeprefix("model."): tensor for name, tensor in tensors.items()}
    shared = tensors.pop("shared.weight", None)
    source = tensors.pop("encoder.embed_tokens.weight", shared)
    target = tensors.pop("decoder.embed_tokens.weight", shared)
    output = tensors.pop("lm_head.weight", target)
    bias = tensors.pop("final_logits_bias")[0]
    positions = [tensors.pop(f"{side}.embed_positions.weight") for side in ("encoder", "decoder")]
    depths = options["encoder_layers"], options["decoder_layers"]
    weights = layers.from_fairseq(tensors, *depths, pre_norm=False)
    if tensors:
        raise runs.Unsupported(f"tensor '{sorted(tensors)[0]}' cannot be imported: nmt has no place for it")

    if options["activation"] == "swiglu":
        layers.swish_as_swiglu(weights)
    if bias.any():
        output = fold_bias(weights, f"decoder.layers.{depths[1] - 1}.feed_forward_norm", output, bias)
    ours = runs.sinusoids(*positions[0].shape)
    if any(numpy.abs(table - ours).max() > 1e-6 for table in positions):
        options["positions"] = "learned"
        weights |= {"source_embedding.positions": positions[0], "target_embedding.positions": positions[1]}
    options["tied_embeddings"], tables = layers.embeddings(source, target, output, scaled=model.config.scale_embedding)
    return weights | tables


def symbols(config, file, texts, content):
    """The ids of pad, eos and bos, which is what decoding starts from. They must not be pieces of text: as symbols those would be lost."""
    ids = {"pad": "pad_token_id", "eos": "eos_token_id", "bos": "decoder_start_token_id"}
    of_text = pieces.Pieces(content).of_text()
    for symbol, key in ids.items():
        i = ids[symbol] = getattr(config, key)
        if not isinstance(i, int) or not 0 <= i < len(texts):
            refuse(key, i, f"the id of one of {len(texts)} pieces")
        if texts[i] in of_text:
            refuse(key, i, f"a symbol, not the piece '{texts[i]}' of {file.name}")
    return ids


def vocabularies(folder, config, settings):
    """SentencePiece models whose ids are the checkpoint's, source and target."""
    def texts(name, rows):
        ids = runs.read_json(folder / name)
        by_id = {i: text for text, i in ids.items()}
        codes = [text for text in ids if text.startswith(">>") and text.endswith("<<")]
        if codes:
            refuse(f"{name}: language code", codes[0], "models of one direction")
        if sorted(by_id) != list(range(rows)):
            raise runs.Unsupported(f"{name}: {len(ids)} pieces cannot be imported: the model has {rows} rows")
        return [by_id[i] for i in range(rows)]

    separate = settings.get("separate_vocabs", False)
    source = texts("vocab.json", config.vocab_size)
    target = texts("target_vocab.json", config.decoder_vocab_size) if separate else source
    if len(target) != config.decoder_vocab_size:
        refuse("decoder_vocab_size", config.decoder_vocab_size, f"the {len(target)} pieces of the vocabulary")
    unk = _text(settings.get("unk_token", "<unk>"))
    models = []
    for name, side in (("source.spm", source), ("target.spm", target)):
        if unk not in side:
            refuse("unk_token", unk, "a piece of the vocabulary")
        with runs.reading(folder / name):
            old = (folder / name).read_bytes()
            content, unused, dropped = pieces.with_ids(old, side, unk=side.index(unk), **symbols(config, folder / name, side, old))
        if unused and name == "target.spm":
            print(f"{name}: {len(unused)} pieces of the vocabulary are not in it and are never generated, as {unused[0]!r}",
                  file=sys.stderr)  # fmt: skip
        if dropped:
            print(f"{name}: {len(dropped)} pieces are not in the vocabulary; such text is cut differently, as {dropped[0]!r}",
                  file=sys.stderr)  # fmt: skip
        models.append(content)
    return models


def _text(token):
    return token["content"] if isinstance(token, dict) else token


def load(folder):
    """The model of a checkpoint that holds exactly its tensors: transformers draws by chance what is missing, and drops what is too much."""
    from transformers import MarianMTModel

    model, found = MarianMTModel.from_pretrained(
        folder, dtype="float32", output_loading_info=True, ignore_mismatched_sizes=True
    )
    # Not missing: what is tied, the sinusoids and final_logits_bias, which are then what Marian makes them.
    for name in sorted(found["missing_keys"]):
        raise runs.Unsupported(f"the checkpoint holds no tensor '{name}'")
    for name in sorted(found["unexpected_keys"]):
        raise runs.Unsupported(f"tensor '{name}' cannot be imported: a MarianMTModel of its config.json has none")
    for name, ours, wanted in sorted(found["mismatched_keys"]):
        raise runs.Unsupported(f"tensor '{name}' cannot be imported: its shape is {[*ours]}, by config.json it is {[*wanted]}")
    return model.eval()


def convert(arguments):
    import transformers

    transformers.logging.set_verbosity_error()  # what it would warn of is refused here
    transformers.logging.disable_progress_bar()
    folder = pathlib.Path(arguments.model)
    if not folder.is_dir():
        raise runs.Unsupported(f"{folder}: no folder; a model of the hub is first to be downloaded: hf download NAME --local-dir FOLDER")
    architecture = runs.read_json(folder / "config.json").get("model_type")
    if architecture != "marian":
        refuse("model_type", architecture, "marian")
    with runs.reading(folder / "config.json"):
        config = transformers.MarianConfig.from_pretrained(folder)
    options = model_options(config)
    settings = runs.read_json(folder / "tokenizer_config.json")
    languages = runs.checkpoint_languages(arguments.direction, settings.get("source_lang"), settings.get("target_lang"))
    source, target = vocabularies(folder, config, settings)
    with runs.reading(folder):
        model = load(folder)
    weights = read_weights(model, options)
    runs.write_run(arguments.run, arguments.model, languages, options, weights, source, target)


if __name__ == "__main__":
    parser = runs.command_line(__doc__, "transformers torch numpy safetensors sentencepiece protobuf pyyaml")
    parser.add_argument("model", metavar="MODEL", help="folder of a checkpoint")
    parser.add_argument("run", metavar="RUN", help="run folder to write")
    parser.add_argument("--direction", metavar="SRC-TGT", type=runs.direction, help="languages, as en-de [what the tokenizer says]")
    runs.main(convert, parser)

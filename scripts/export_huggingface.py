#!/usr/bin/env python3
"""Exports a run to Hugging Face transformers, as a model of the Marian architecture.

usage: export_huggingface.py RUN OUT [--checkpoint best]

  scripts/export_huggingface.py runs/first first.hf

and then in Python:

  from transformers import MarianMTModel, MarianTokenizer
  tokenizer, model = MarianTokenizer.from_pretrained("first.hf"), MarianMTModel.from_pretrained("first.hf")
  batch = tokenizer(lines, return_tensors="pt", padding=True)
  print(tokenizer.batch_decode(model.generate(**batch), skip_special_tokens=True, use_source_tokenizer=False))

Marian is a post-norm Transformer, so model.norm must be post. Positions may be sinusoidal or learned, the activation relu or
gelu (swiglu only as the importer makes it of swish), embeddings tied or not, the vocabulary one or two. Not supported: model.norm = pre,
model.positions = rotary, model.embedding_norm, methods that change the model (length_bias only without lna.sites), tags,
decode.lenpen_kind = gnmt, decode.sampling. generation_config.json has the search of the run's decode.*; but transformers knows the
longest translation as a number of tokens only, so where decode.max_len_a is not 0 it is decode.max_len, or what the model can write.

Marian's own sinusoids have other frequencies than ours, which are fairseq's. So the tables of positions are stored with the
weights, and from_pretrained reads them; but save_pretrained leaves them out. Who saves such a model again must add the two
embed_positions.weight to its model.safetensors, or the model is another one.
"""
import json
import pathlib
import tempfile

from formats import run as runs

TARGET = "Hugging Face's Marian"


def refuse_unsupported(run):
    from formats import layers

    run.refuse_methods(TARGET)
    run.refuse_search(TARGET)
    run.require(
        TARGET,
        model__norm=["post"],
        model__positions=["sinusoidal", "learned"],
        model__embedding_norm=[False, None],
        data__source_tag=["none", None],
        data__target_tag=[False, None],
    )
    if run.model["activation"] == "swiglu" and layers.swiglu_as_swish(run.weights) is None:
        raise runs.Unsupported(f"model.activation = swiglu cannot be exported to {TARGET}, only relu or gelu")
    if len(run.source.texts) != len(run.target.texts) and run.model["tied_embeddings"] == "all":
        raise runs.Unsupported(f"model.tied_embeddings = all with two vocabularies cannot be exported to {TARGET}")
    if run.value("decode.no_repeat_ngram") == 1 and run.target.bos == run.target.eos:
        raise runs.Unsupported(f"decode.no_repeat_ngram = 1 cannot be exported to {TARGET}: decoding starts from EOS, which would count")


def config(run):
    from transformers import MarianConfig

    model, pieces = run.model, run.target
    sides = {}
    for side in ("encoder", "decoder"):
        sides |= {
            f"{side}_layers": model[f"{side}_layers"],
            f"{side}_attention_heads": model["heads"],
            f"{side}_ffn_dim": model["feed_forward_dim"],
            f"{side}_layerdrop": model["layer_dropout"],
        }
    return MarianConfig(
        **sides,
        vocab_size=len(run.source.texts),
        decoder_vocab_size=len(pieces.texts),
        d_model=model["dim"],
        max_position_embeddings=model["max_positions"],
        activation_function="swish" if model["activation"] == "swiglu" else model["activation"],
        scale_embedding=True,
        share_encoder_decoder_embeddings=model["tied_embeddings"] == "all",
        tie_word_embeddings=model["tied_embeddings"] != "none",
        dropout=model["dropout"],
        attention_dropout=model["attention_dropout"],
        activation_dropout=model["activation_dropout"],
        pad_token_id=pieces.pad,
        bos_token_id=pieces.bos,
        eos_token_id=pieces.eos,
        decoder_start_token_id=pieces.bos,
        forced_eos_token_id=None,
        architectures=["MarianMTModel"],
        dtype="float32",
    )


def generation(run):
    """The search of the run's decode.*. Its early stopping is nmt's rule: a sentence ends with as many finals as beams. Lengths
    count the start, too."""
    from transformers import GenerationConfig

    decode, pieces = run.config.get("decode", {}), run.target
    power = decode.get("lenpen_kind", "power") == "power"
    beam = decode.get("beam", 5)
    return GenerationConfig(
        num_beams=beam,
        early_stopping=beam > 1,
        num_return_sequences=decode.get("n_best", 1),
        length_penalty=(decode.get("lenpen", 1) if power else 0.0) if beam > 1 else 1.0,
        min_length=1 + decode.get("min_len", 0),
        max_length=1 + run.longest_translation(),
        no_repeat_ngram_size=decode.get("no_repeat_ngram", 0),
        bad_words_ids=[[i] for i in pieces.never_generated()],
        pad_token_id=pieces.pad,
        bos_token_id=pieces.bos,
        eos_token_id=pieces.eos,
        decoder_start_token_id=pieces.bos,
        forced_eos_token_id=None,
    )


def tensors(run):
    import numpy

    from formats import layers

    weights = run.weights
    if run.model["activation"] == "swiglu":
        weights = layers.swiglu_as_swish(weights)
    named = layers.to_fairseq(weights, run.model["encoder_layers"], run.model["decoder_layers"], pre_norm=False)
    source, target, output = run.tables()
    positions = run.position_tables()
    for side, table in zip(("encoder", "decoder"), positions):
        named[f"{side}.embed_positions.weight"] = table.copy()
    if run.model["tied_embeddings"] == "all":
        named["shared.weight"] = target
    else:
        named |= {"encoder.embed_tokens.weight": source, "decoder.embed_tokens.weight": target}
    named = {f"model.{name}": tensor for name, tensor in named.items()}
    if run.model["tied_embeddings"] == "none":
        named["lm_head.weight"] = output
    named["final_logits_bias"] = numpy.zeros((1, len(output)), numpy.float32)
    return named


def tokenizer(run, folder):
    """MarianTokenizer over the run's SentencePiece models; its vocabularies have their ids."""
    from transformers import MarianTokenizer

    files = {}
    for name, content in (("source.spm", run.source.content), ("target.spm", run.target.content)):
        files[name] = folder / name
        files[name].write_bytes(content)
    for name, pieces in (("vocab.json", run.source), ("target_vocab.json", run.target)):
        files[name] = folder / name
        ids = json.dumps({text: i for i, text in enumerate(pieces.texts)}, ensure_ascii=False)
        files[name].write_text(ids, encoding="utf-8")
    symbols = {f"{name}_token": run.target.texts[getattr(run.target, name)] for name in ("unk", "eos", "pad")}
    languages = run.directions[0].split("-") if len(run.directions) == 1 else (None, None)
    return MarianTokenizer(
        *(str(files[name]) for name in ("source.spm", "target.spm", "vocab.json")),
        target_vocab_file=None if run.joint else str(files["target_vocab.json"]),
        separate_vocabs=not run.joint,
        source_lang=languages[0],
        target_lang=languages[1],
        model_max_length=run.model["max_positions"],
        **symbols,
    )


def convert(arguments):
    from safetensors.numpy import save_file

    run = runs.Run(arguments.run, arguments.checkpoint)
    refuse_unsupported(run)
    with runs.new_folder(arguments.out) as out:
        config(run).save_pretrained(out)
        generation(run).save_pretrained(out)
        with tempfile.TemporaryDirectory() as folder:
            tokenizer(run, pathlib.Path(folder)).save_pretrained(out)
        save_file(tensors(run), out / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    parser = runs.command_line(__doc__, "transformers torch numpy safetensors sentencepiece protobuf pyyaml")
    parser.add_argument("run", metavar="RUN", help="run folder")
    parser.add_argument("out", metavar="OUT", help="folder to write")
    parser.add_argument("--checkpoint", default="best", help="best, last, an update's number or a checkpoint folder [best]")
    runs.main(convert, parser)

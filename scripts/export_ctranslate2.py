#!/usr/bin/env python3
"""Exports a run to CTranslate2, for fast translation: https://opennmt.net/CTranslate2

usage: export_ctranslate2.py RUN OUT [--checkpoint best] [--quantization int8]

  scripts/export_ctranslate2.py runs/first first.ct2

and then in Python, with the same translations as `nmt translate runs/first`:

  import ctranslate2, json, sentencepiece
  translator = ctranslate2.Translator("first.ct2")
  search = json.load(open("first.ct2/translate_batch.json", encoding="utf-8"))
  source = sentencepiece.SentencePieceProcessor("first.ct2/source.spm")
  target = sentencepiece.SentencePieceProcessor("first.ct2/target.spm")
  results = translator.translate_batch([source.encode(line, out_type=str) for line in lines], **search)
  print([target.decode(result.hypotheses[0]) for result in results])

Every model option is supported: pre- and post-norm, sinusoidal, learned and rotary positions, relu, gelu and swiglu, tied
and untied embeddings, model.embedding_norm, one vocabulary or two. Not: methods that change the model (length_bias only
without lna.sites), language tags, decode.lenpen_kind = gnmt, decode.sampling. OUT/translate_batch.json has the search of the run's
decode.*; but CTranslate2 knows the longest translation as a number of tokens only, so where decode.max_len_a is not 0 it
is decode.max_len, or what the model can write; and it shares out the probability of what decode.min_len and
decode.no_repeat_ngram forbid among the other pieces, which changes scores.
"""
import json

from formats import run as runs


def specification(run):
    """The weights as ctranslate2's TransformerSpec."""
    from ctranslate2.specs import common_spec, transformer_spec

    model = run.model
    swiglu, rotary = model["activation"] == "swiglu", model["positions"] == "rotary"
    options = {
        "num_heads": model["heads"],
        "pre_norm": model["norm"] == "pre",
        "activation": {
            "relu": common_spec.Activation.RELU,
            "gelu": common_spec.Activation.GELU,  # the exact one, not tanh's approximation
            "swiglu": common_spec.Activation.SWISH,
        }[model["activation"]],
        "ffn_glu": swiglu,
        "layernorm_embedding": model["embedding_norm"],
    }
    if rotary:
        options |= {"rotary_dim": 0, "rotary_interleave": False}  # all dimensions of a head, in halves
    encoder = transformer_spec.TransformerEncoderSpec(model["encoder_layers"], **options)
    decoder = transformer_spec.TransformerDecoderSpec(model["decoder_layers"], **options)

    def linear(spec, name, rows=slice(None)):
        spec.weight = run.weights[f"{name}.weight"][rows]
        spec.bias = run.weights[f"{name}.bias"][rows]

    def norm(spec, name):
        spec.gamma, spec.beta = run.weights[f"{name}.weight"], run.weights[f"{name}.bias"]

    def stack(spec, side, name, table, positions):
        embedding = spec.embeddings[0] if isinstance(spec.embeddings, list) else spec.embeddings
        embedding.weight = table
        if not rotary:
            spec.position_encodings.encodings = positions
        elif hasattr(spec, "position_encodings"):
            del spec.position_encodings
        if model["embedding_norm"]:
            norm(spec.layernorm_embedding, f"{side}_embedding.norm")
        if model["norm"] == "pre":
            norm(spec.layer_norm, f"{name}.norm")
        for i, layer in enumerate(spec.layer):
            place = f"{name}.layers.{i}"
            # The fused projections have the same order of rows in both: q, k, v.
            linear(layer.self_attention.linear[0], f"{place}.self_attention.qkv")
            linear(layer.self_attention.linear[1], f"{place}.self_attention.out")
            norm(layer.self_attention.layer_norm, f"{place}.self_attention_norm")
            if name == "decoder":
                for part, linear_spec in zip(("q", "kv", "out"), layer.attention.linear):
                    linear(linear_spec, f"{place}.cross_attention.{part}")
                norm(layer.attention.layer_norm, f"{place}.cross_attention_norm")
            hidden = model["feed_forward_dim"]
            linear(layer.ffn.linear_0, f"{place}.feed_forward.in", slice(hidden))
            if swiglu:
                linear(layer.ffn.linear_0_noact, f"{place}.feed_forward.in", slice(hidden, None))
            linear(layer.ffn.linear_1, f"{place}.feed_forward.out")
            norm(layer.ffn.layer_norm, f"{place}.feed_forward_norm")

    source, target, output = run.tables()
    source_positions, target_positions = (None, None) if rotary else run.position_tables()
    stack(encoder, "source", "encoder", source, source_positions)
    stack(decoder, "target", "decoder", target, target_positions)
    decoder.projection.weight = output

    spec = transformer_spec.TransformerSpec(encoder, decoder)
    spec.register_source_vocabulary(run.source.texts)
    spec.register_target_vocabulary(run.target.texts)
    spec.config.unk_token = run.target.texts[run.target.unk]
    spec.config.bos_token = spec.config.decoder_start_token = run.target.texts[run.target.bos]
    spec.config.eos_token = run.target.texts[run.target.eos]
    spec.config.add_source_eos = True
    spec.config.layer_norm_epsilon = 1e-5
    return spec


def search(run):
    """Arguments of ctranslate2.Translator.translate_batch that search as nmt does.

    Symbols are not suppressed: CTranslate2 would share out their probability among the other pieces, which changes the scores
    and so, now and then, a translation. They never win: no target has them. But <unk> may stand in targets, where the
    vocabulary does not spell unknown characters as bytes; and a symbol whose row is zero, as that of OPUS-MT's <pad>, has learnt
    nothing: its logit is 0 at every step. These are suppressed, as nmt never writes them.
    """
    decode = run.config.get("decode", {})
    output = run.tables()[2]
    unlearnt = [run.target.texts[i] for i in run.target.never_generated() if not output[i].any()]
    power = decode.get("lenpen_kind", "power") == "power"
    return {
        "beam_size": decode.get("beam", 5),
        "patience": 1,
        "num_hypotheses": decode.get("n_best", 1),
        "length_penalty": decode.get("lenpen", 1) if power else 0,
        "min_decoding_length": decode.get("min_len", 0),
        "max_decoding_length": run.longest_translation(),
        "no_repeat_ngram_size": decode.get("no_repeat_ngram", 0),
        "max_input_length": 0,
        "disable_unk": not run.target.proto.trainer_spec.byte_fallback,
        "suppress_sequences": [[text] for text in unlearnt],
    }


def convert(arguments):
    run = runs.Run(arguments.run, arguments.checkpoint)
    run.refuse_methods("CTranslate2")
    run.require("CTranslate2", data__source_tag=["none", None], data__target_tag=[False, None])
    run.refuse_search("CTranslate2")
    spec = specification(run)
    spec.validate()
    spec.optimize(quantization=arguments.quantization)
    with runs.new_folder(arguments.out) as out:
        spec.save(str(out))
        (out / "source.spm").write_bytes(run.source.content)
        (out / "target.spm").write_bytes(run.target.content)
        text = json.dumps(search(run), indent=1, ensure_ascii=False) + "\n"
        (out / "translate_batch.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = runs.command_line(__doc__, "ctranslate2 numpy safetensors sentencepiece protobuf pyyaml")
    parser.add_argument("run", metavar="RUN", help="run folder")
    parser.add_argument("out", metavar="OUT", help="folder to write")
    parser.add_argument("--checkpoint", default="best", help="best, last, an update's number or a checkpoint folder [best]")
    kinds = ["int8", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16"]
    parser.add_argument("--quantization", choices=kinds, help="type of the stored weights [fp32]")
    runs.main(convert, parser)

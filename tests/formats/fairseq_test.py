"""scripts/import_fairseq.py, against a second writing of fairseq's Transformer: its names, its equations, its numbering.

fairseq is unmaintained and does not install, so its forward pass stands here once more, unfused and in the order of its source:
prev_output_tokens start with </s>; positions count from padding_idx + 1; q is scaled before the product with k. The weights
are those of trained runs, so that there is something to translate.
"""
import argparse
import ctypes
import math
import pathlib
import random
import shutil
import unittest

import sentencepiece
import torch
import torch.nn.functional as F
from sentencepiece import sentencepiece_model_pb2

import trained

torch.set_num_threads(1)
PAD, EOS = 1, 2


def give_up_reading_all():
    """Takes from root, as which tests may run, what lets it read any file. Whoever is not root has nothing to give up."""
    drop_from_bounding_set, dac_override, dac_read_search = 24, 1, 2  # linux/prctl.h, linux/capability.h
    for capability in (dac_override, dac_read_search):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


class FairseqTransformer:
    def __init__(self, state, args):
        self.state, self.args = state, args

    def linear(self, name, x):
        return F.linear(x, self.state[f"{name}.weight"], self.state.get(f"{name}.bias"))

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self.state[f"{name}.weight"], self.state[f"{name}.bias"])

    def attention(self, name, query, key, causal):
        heads = self.args.encoder_attention_heads
        split = lambda x: x.view(len(x), heads, -1).transpose(0, 1)  # noqa: E731
        q, k, v = (split(self.linear(f"{name}.{p}_proj", x)) for p, x in (("q", query), ("k", key), ("v", key)))
        products = (q * q.shape[-1] ** -0.5) @ k.transpose(1, 2)
        if causal:
            products = products + torch.full(products.shape[1:], -math.inf).triu(1)
        return self.linear(f"{name}.out_proj", (products.softmax(-1) @ v).transpose(0, 1).reshape(query.shape))

    def sublayer(self, norm, x, f):
        if self.args.encoder_normalize_before:
            return x + f(self.norm(norm, x))
        return self.norm(norm, x + f(x))

    def embed(self, stack, ids):
        table = self.state[f"{stack}.embed_tokens.weight"]
        x = table[ids] * (1 if self.args.no_scale_embedding else math.sqrt(table.shape[1]))
        positions = torch.arange(len(ids)) + PAD + 1
        if self.args.encoder_learned_pos:
            x = x + self.state[f"{stack}.embed_positions.weight"][positions]
        else:
            half = table.shape[1] // 2
            angles = positions[:, None] * torch.exp(torch.arange(half) * -(math.log(10000) / (half - 1)))
            x = x + torch.cat([angles.sin(), angles.cos()], 1)
        return self.norm(f"{stack}.layernorm_embedding", x) if self.args.layernorm_embedding else x

    def stack(self, stack, x, memory=None):
        for i in range(getattr(self.args, f"{stack}_layers")):
            name = f"{stack}.layers.{i}"
            x = self.sublayer(f"{name}.self_attn_layer_norm", x,
                              lambda h: self.attention(f"{name}.self_attn", h, h, stack == "decoder"))  # fmt: skip
            if stack == "decoder":
                x = self.sublayer(f"{name}.encoder_attn_layer_norm", x,
                                  lambda h: self.attention(f"{name}.encoder_attn", h, memory, False))  # fmt: skip
            activation = {"relu": F.relu, "gelu": F.gelu, "swish": F.silu}[self.args.activation_fn]
            x = self.sublayer(f"{name}.final_layer_norm", x,
                              lambda h: self.linear(f"{name}.fc2", activation(self.linear(f"{name}.fc1", h))))  # fmt: skip
        return self.norm(f"{stack}.layer_norm", x) if self.args.encoder_normalize_before else x

    def encode(self, source):
        return self.stack("encoder", self.embed("encoder", torch.tensor(source)))

    def logits(self, memory, prev_output_tokens):
        x = self.stack("decoder", self.embed("decoder", torch.tensor(prev_output_tokens)), memory)
        return F.linear(x, self.state["decoder.output_projection.weight"])


def fairseq_state(run, dictionaries, args):
    """The weights of a run under fairseq's names, their rows in the order of the dictionaries."""
    ours = trained.weights(run)
    target = ours["target_tokens.weight"]
    tables = {"encoder.embed_tokens": ours.get("source_tokens.weight", target), "decoder.embed_tokens": target,
              "decoder.output_projection": ours.get("output", target)}  # fmt: skip
    state = {"encoder.version": torch.Tensor([3]), "decoder.version": torch.Tensor([3])}
    for name, table in tables.items():
        rows = dictionaries["source" if name.startswith("encoder") else "target"]
        state[f"{name}.weight"] = table[torch.tensor(rows)].clone()
        if args.no_scale_embedding and name.endswith("embed_tokens"):
            state[f"{name}.weight"] *= math.sqrt(table.shape[1])  # as large as training without the factor makes them
    parts = {"self_attention.qkv": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], "self_attention.out": ["self_attn.out_proj"],
             "self_attention_norm": ["self_attn_layer_norm"], "cross_attention.q": ["encoder_attn.q_proj"],
             "cross_attention.kv": ["encoder_attn.k_proj", "encoder_attn.v_proj"], "cross_attention.out": ["encoder_attn.out_proj"],
             "cross_attention_norm": ["encoder_attn_layer_norm"], "feed_forward.in": ["fc1"], "feed_forward.out": ["fc2"],
             "feed_forward_norm": ["final_layer_norm"]}  # fmt: skip
    for name, tensor in ours.items():
        words = name.split(".")
        if name == "output":
            continue  # among the tables
        if words[1] == "layers":
            theirs = parts[".".join(words[3:-1])]
            for part, chunk in zip(theirs, tensor.chunk(len(theirs))):
                state[".".join([*words[:3], part, words[-1]])] = chunk.clone()
        elif words[1] == "norm":
            state[f"{words[0]}.layer_norm.{words[-1]}"] = tensor.clone()
        elif words[-1] == "positions":
            # fairseq's learned tables have unused rows for padding_idx and what is before it.
            stack = "encoder" if words[0].startswith("source") else "decoder"
            state[f"{stack}.embed_positions.weight"] = torch.cat([torch.zeros(PAD + 1, tensor.shape[1]), tensor])
    if not args.encoder_learned_pos:
        state |= {f"{stack}.embed_positions._float_tensor": torch.zeros(1) for stack in ("encoder", "decoder")}
    for stack in ("encoder", "decoder") if args.layernorm_embedding else ():
        generator = torch.Generator().manual_seed(1)
        dim = target.shape[1]
        state[f"{stack}.layernorm_embedding.weight"] = 1 + 0.1 * torch.randn(dim, generator=generator)
        state[f"{stack}.layernorm_embedding.bias"] = 0.1 * torch.randn(dim, generator=generator)
    return state


class ImportFairseq(unittest.TestCase):
    def make(self, kind, name, **changes):
        """Writes a checkpoint, dictionaries and SentencePiece models; returns the folder and the model."""
        run = trained.run(kind)
        folder = trained.WORK / name
        folder.mkdir(exist_ok=True)
        args = argparse.Namespace(
            arch="transformer", task="translation", source_lang="en", target_lang="de", activation_fn="relu",
            encoder_layers=2, decoder_layers=1, encoder_attention_heads=4, decoder_attention_heads=4, encoder_embed_dim=64,
            decoder_embed_dim=64, encoder_normalize_before=False, decoder_normalize_before=False, encoder_learned_pos=False,
            decoder_learned_pos=False, layernorm_embedding=False, no_scale_embedding=False, max_source_positions=256,
            max_target_positions=256, dropout=0.1, adaptive_softmax_cutoff=None,
        )  # fmt: skip
        for key, value in changes.items():
            setattr(args, key, value)
        processors, self.ids = [], {}  # by side: our id of each of fairseq's
        for language, side in (("en", "source"), ("de", "target")):
            content = (run / ("vocab.model" if (run / "vocab.model").exists() else f"{side}.vocab.model")).read_bytes()
            (folder / f"{side}.spm").write_bytes(content)
            processors.append(sentencepiece.SentencePieceProcessor(model_proto=content))
            size = len(processors[-1])
            symbols = [2, 0, 3, 1]  # <s>, <pad>, </s>, <unk>
            self.ids[side] = symbols + random.Random(1).sample(range(4, size), size - 4)
            lines = [f"{processors[-1].id_to_piece(i)} {9999 - place}\n" for place, i in enumerate(self.ids[side][4:])]
            (folder / f"dict.{language}.txt").write_text("".join(lines))
        self.theirs = {side: {old: new for new, old in enumerate(ids)} for side, ids in self.ids.items()}
        state = fairseq_state(run, self.ids, args)
        torch.save({"args": args, "model": state, "extra_state": {"epoch": 3}}, folder / "model.pt")
        return folder, FairseqTransformer(state, args), processors

    def convert(self, folder, name, *options):
        return trained.convert("import_fairseq.py", folder / "model.pt", name, "--data", folder, "--sentencepiece", folder / "source.spm",
                               "--target-sentencepiece", folder / "target.spm", *options)  # fmt: skip

    @torch.no_grad()
    def check(self, kind, name, **changes):
        folder, model, (source, target) = self.make(kind, name, **changes)
        run = self.convert(folder, f"{name}.run")
        wanted, translations = [], []
        for line, reference in zip(trained.lines("en"), trained.lines("de"), strict=True):
            memory = model.encode([self.theirs["source"][i] for i in source.encode(line)] + [EOS])
            gold = [self.theirs["target"][i] for i in target.encode(reference)] + [EOS]
            log_probs = model.logits(memory, [EOS] + gold[:-1]).log_softmax(-1)
            wanted.append(log_probs.gather(1, torch.tensor(gold)[:, None]).sum().item())
            tokens = [EOS]
            while len(tokens) <= 50 and (len(tokens) == 1 or tokens[-1] != EOS):
                scores = model.logits(memory, tokens)[-1]
                scores[[0, PAD, 3]] = -math.inf  # never generated
                tokens.append(scores.argmax().item())
            ended = tokens[-1] == EOS
            translations.append(target.decode([self.ids["target"][i] for i in tokens[1:-1]]) if ended else None)
        for ours, theirs in zip(trained.log_probs(run), wanted, strict=True):
            self.assertAlmostEqual(ours, theirs, delta=1e-4)
        compared = [pair for pair in zip(trained.translations(run, 1), translations, strict=True) if pair[1] is not None]
        self.assertGreaterEqual(len(compared), 50)
        self.assertEqual([], [pair for pair in compared if pair[0] != pair[1]])
        return run

    def test_pre_norm_sinusoidal(self):
        run = self.check("default", "fairseq-pre", encoder_normalize_before=True, decoder_normalize_before=True)
        self.assertTrue((run / "vocab.model").exists())
        self.assertIn("tied_embeddings: all", (run / "config.yaml").read_text())

    def test_post_norm_learned_gelu_two_dictionaries(self):
        run = self.check("learned", "fairseq-learned", encoder_learned_pos=True, decoder_learned_pos=True, activation_fn="gelu")
        self.assertTrue((run / "source.vocab.model").exists() and (run / "target.vocab.model").exists())

    def test_embedding_norm(self):
        self.check("post", "fairseq-norm", layernorm_embedding=True)

    def test_untied_swish_unscaled(self):
        self.check("untied", "fairseq-swish", activation_fn="swish", no_scale_embedding=True)

    def refuses(self, message, edit=lambda folder: None, options={}, **changes):
        shutil.rmtree(trained.WORK / "fairseq-refused", ignore_errors=True)
        folder, _, _ = self.make("post", "fairseq-refused", **changes)
        edit(folder)
        result = trained.script("import_fairseq.py", folder / "model.pt", "refused", "--data", folder,
                                "--sentencepiece", folder / "source.spm", **options)  # fmt: skip
        self.assertEqual((1, f"import_fairseq.py: {message.format(folder=folder)}"), result)

    def test_refuses_by_name(self):
        self.refuses("task = multilingual_translation cannot be imported, only translation", task="multilingual_translation")
        self.refuses("adaptive_softmax_cutoff = 100,200 cannot be imported, only None", adaptive_softmax_cutoff="100,200")
        self.refuses("activation_fn = gelu_accurate cannot be imported, only relu or gelu or swish", activation_fn="gelu_accurate")
        self.refuses("decoder_attention_heads = 8 cannot be imported, only 4", decoder_attention_heads=8)

        def piece(text):
            def edit(folder):
                file = folder / "dict.en.txt"
                file.write_text(text + " 1\n" + file.read_text().split("\n", 1)[1])

            return edit

        self.refuses("{folder}/dict.en.txt: the piece 'hou@@' is subword-nmt's, only SentencePiece can be imported", piece("hou@@"))
        self.refuses("{folder}/dict.en.txt: the piece 'zzzz' is not in {folder}/source.spm: not the model that cut the text", piece("zzzz"))

    def test_takes_presets_of_the_transformer_only(self):
        known = ("transformer or transformer_tiny or transformer_iwslt_de_en or transformer_wmt_en_de or transformer_wmt_en_de_big or "
                 "transformer_wmt_en_de_big_t2t or transformer_vaswani_wmt_en_de_big or transformer_vaswani_wmt_en_fr_big")  # fmt: skip
        for arch in ("transformer_lm", "transformer_unidirectional"):
            self.refuses(f"arch = {arch} cannot be imported, only {known}; a preset of your own for one of them: --arch transformer",
                         arch=arch)  # fmt: skip
        for name, arch, options in (("preset", "transformer_iwslt_de_en", []), ("own", "my_transformer", ["--arch", "transformer"])):
            folder, _, _ = self.make("post", f"fairseq-{name}", arch=arch)
            self.assertTrue((self.convert(folder, f"fairseq-{name}.run", *options) / "config.yaml").exists())

    def test_characters_that_the_model_does_not_know(self):
        """spm_encode prints them as they are, so that fairseq-preprocess counts them as pieces."""
        folder, _, _ = self.make("post", "fairseq-unknown")
        model = sentencepiece_model_pb2.ModelProto.FromString((folder / "source.spm").read_bytes())
        model.trainer_spec.byte_fallback = False
        for piece in model.pieces:
            if piece.type == piece.BYTE:
                piece.type, piece.piece = piece.NORMAL, f"▁{piece.piece}"
        (folder / "source.spm").write_bytes(model.SerializeToString())
        for file in (folder / "dict.en.txt", folder / "dict.de.txt"):
            lines = file.read_text().replace("<0x", "▁<0x").splitlines(keepends=True)
            lines[-2:] = ["世 2\n", "\u2028世界 1\n"]  # a line separator is a character like others
            file.write_text("".join(lines))
        arguments = [folder / "model.pt", trained.WORK / "fairseq-unknown.run", "--data", folder, "--sentencepiece", folder / "source.spm"]
        shutil.rmtree(trained.WORK / "fairseq-unknown.run", ignore_errors=True)
        code, text = trained.script("import_fairseq.py", *arguments)
        self.assertEqual(0, code, text)
        self.assertIn(f"2 entries of {folder}/dict.de.txt are characters that {folder}/source.spm does not know: nmt reads <unk> there, "
                      "as for '世'", text)  # fmt: skip
        self.assertGreater(len(set(trained.translations(trained.WORK / "fairseq-unknown.run", 1))), 50)

    def test_bytes_that_the_dictionary_lacks(self):
        folder, _, _ = self.make("post", "fairseq-bytes")
        for file in (folder / "dict.en.txt", folder / "dict.de.txt"):
            file.write_text(file.read_text().replace("<0x7F>", "madeupword0000"))
        content = (self.convert(folder, "fairseq-bytes.run") / "vocab.model").read_bytes()
        self.assertFalse(sentencepiece_model_pb2.ModelProto.FromString(content).trainer_spec.byte_fallback)

    def test_names_what_is_no_checkpoint(self):
        unreadable = "{folder}/model.pt: torch.load cannot read it: damaged, or no checkpoint"
        self.refuses(unreadable, lambda folder: (folder / "model.pt").write_text("The old woman saw a horse.\n"))
        self.refuses(unreadable, lambda folder: (folder / "model.pt").write_bytes((folder / "model.pt").read_bytes()[:5000]))
        self.refuses(unreadable, lambda folder: (folder / "model.pt").write_bytes(b""))
        self.refuses("{folder}/model.pt: not a checkpoint of fairseq's trainer: it has no 'model'",
                     lambda folder: torch.save({"model": 3}, folder / "model.pt"))  # fmt: skip

    def test_names_what_cannot_be_opened(self):
        def folder_instead(folder):
            (folder / "model.pt").unlink()
            (folder / "model.pt").mkdir()

        self.refuses("[Errno 2] No such file or directory: '{folder}/model.pt'", lambda folder: (folder / "model.pt").unlink())
        self.refuses("[Errno 21] Is a directory: '{folder}/model.pt'", folder_instead)
        self.refuses("[Errno 13] Permission denied: '{folder}/model.pt'", lambda folder: (folder / "model.pt").chmod(0),
                     options={"preexec_fn": give_up_reading_all})  # fmt: skip

    def test_old_checkpoints_store_no_tied_output(self):
        folder, _, _ = self.make("post", "fairseq-tied", share_all_embeddings=True)
        checkpoint = torch.load(folder / "model.pt", weights_only=False)
        del checkpoint["model"]["decoder.output_projection.weight"]
        torch.save(checkpoint, folder / "model.pt")
        self.assertIn("tied_embeddings: all", (self.convert(folder, "fairseq-tied.run") / "config.yaml").read_text())

    def test_names_a_tensor_that_is_missing_or_of_another_shape(self):
        def tensors(change):
            def edit(folder):
                checkpoint = torch.load(folder / "model.pt", weights_only=False)
                change(checkpoint["model"])
                torch.save(checkpoint, folder / "model.pt")

            return edit

        def missing(name, **changes):
            self.refuses(f"the checkpoint holds no tensor '{name}'", tensors(lambda held: held.pop(name, None)), **changes)

        missing("encoder.embed_tokens.weight")
        missing("decoder.output_projection.weight")
        missing("encoder.layers.0.fc1.bias")
        missing("encoder.embed_positions.weight", encoder_learned_pos=True, decoder_learned_pos=True)
        missing("decoder.layernorm_embedding.bias", layernorm_embedding=True)

        def drop_layers(held):
            for name in [name for name in held if name.startswith("decoder.layers.")]:
                del held[name]

        self.refuses("the checkpoint holds no tensor 'decoder.layers.0.self_attn.q_proj.weight'", tensors(drop_layers))
        name = "encoder.layers.0.self_attn.q_proj.weight"
        self.refuses("{folder}/model.pt: cannot be read: ValueError: all the input array dimensions except for the concatenation axis must "
                     "match exactly, but along dimension 1, the array at index 0 has size 63 and the array at index 1 has size 64",
                     tensors(lambda held: held.update({name: held[name][:, 1:]})))  # fmt: skip

    def test_languages_of_the_checkpoint(self):
        self.refuses("'en-zh-CN' is not a direction; give --direction, as en-de", target_lang="zh-CN")
        self.refuses("the checkpoint does not say which languages it translates; give --direction, as en-de", target_lang=None)

    def test_runs_no_code(self):
        """A checkpoint is a pickle; one that would call a function gets nothing called."""
        folder, _, _ = self.make("post", "fairseq-evil")
        touched = trained.WORK / "touched"

        class Evil:
            def __reduce__(self):
                return pathlib.Path.touch, (touched,)

        checkpoint = torch.load(folder / "model.pt", weights_only=False)
        torch.save(checkpoint | {"extra_state": Evil()}, folder / "model.pt")
        self.convert(folder, "fairseq-evil.run")
        self.assertFalse(touched.exists())

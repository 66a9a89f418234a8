"""scripts/export_huggingface.py and import_huggingface.py: transformers and nmt score and translate alike, both ways."""
import json
import shutil
import unittest
import warnings

import sentencepiece
import torch
import transformers
from safetensors.numpy import load_file, save_file

import trained
from ctranslate2_test import Exported

warnings.filterwarnings("ignore", message=".*sacremoses.*")
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
torch.set_num_threads(1)


class Marian:
    """A checkpoint of transformers, used as its documentation says."""

    def __init__(self, folder):
        self.tokenizer = transformers.MarianTokenizer.from_pretrained(folder)
        self.model = transformers.MarianMTModel.from_pretrained(folder).eval()

    @torch.no_grad()
    def log_probs(self):
        batch = self.tokenizer(trained.lines("en"), text_target=trained.lines("de"), return_tensors="pt", padding=True)
        labels = batch["labels"]
        start = torch.full((len(labels), 1), self.model.config.decoder_start_token_id)
        logits = self.model(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            decoder_input_ids=torch.cat([start, labels[:, :-1]], 1),
        ).logits
        chosen = logits.log_softmax(-1).gather(2, labels.unsqueeze(2)).squeeze(2)
        return (chosen * (labels != self.tokenizer.pad_token_id)).sum(1).tolist()

    def translations(self, beam):
        found = []
        lines = trained.lines("en")
        search = {"num_beams": beam, "early_stopping": beam > 1, "max_length": trained.LIMIT}
        for i in range(0, len(lines), 20):
            batch = self.tokenizer(lines[i : i + 20], return_tensors="pt", padding=True)
            for row in self.model.generate(**batch, **search).tolist():
                ended = self.model.config.eos_token_id in row[1:] and row.index(self.model.config.eos_token_id, 1) < trained.LIMIT - 1
                text = self.tokenizer.decode(row, skip_special_tokens=True, use_source_tokenizer=False)
                found.append(text if ended else None)
        return found


class HuggingFace(unittest.TestCase):
    def same(self, run, marian):
        for ours, theirs in zip(trained.log_probs(run), marian.log_probs(), strict=True):
            self.assertAlmostEqual(ours, theirs, delta=1e-4)
        for beam in (1, 5):
            self.assertEqual([], trained.differences(run, beam, marian.translations(beam)), f"beam {beam}")

    def check(self, kind):
        run = trained.run(kind)
        exported = trained.convert("export_huggingface.py", run, f"{kind}.hf")
        self.same(run, Marian(exported))

        back = trained.convert("import_huggingface.py", exported, f"{kind}.back")
        before, after = trained.weights(run), trained.weights(back)
        self.assertEqual(before.keys(), after.keys())
        for name, tensor in before.items():
            self.assertEqual(tensor.numpy().tobytes(), after[name].numpy().tobytes(), name)
        for file in run.glob("*vocab.model"):
            self.assertEqual(file.read_bytes(), (back / file.name).read_bytes())
        for beam in (1, 5):
            self.assertEqual(trained.translations(run, beam), trained.translations(back, beam))

    def test_post_norm(self):
        self.check("post")

    def test_learned_positions_two_vocabularies(self):
        self.check("learned")

    def test_untied(self):
        self.check("untied")

    def test_search_options(self):
        run = trained.edited("post", "searched-post", decode__no_repeat_ngram=1, decode__min_len=12)
        self.same(run, Marian(trained.convert("export_huggingface.py", run, "searched.hf")))

        run = trained.edited("post", "ranked-post", decode__beam=4, decode__n_best=2, decode__lenpen=0.6, decode__max_len_a=0,
                             decode__max_len_b=40)  # fmt: skip
        folder = trained.convert("export_huggingface.py", run, "ranked.hf")
        wanted = {"num_beams": 4, "num_return_sequences": 2, "length_penalty": 0.6, "max_length": 41}  # the start counts, too
        self.assertLessEqual(wanted.items(), json.loads((folder / "generation_config.json").read_text()).items())

        run = trained.edited("post", "greedy-post", decode__beam=1, decode__lenpen=0.6)  # transformers wants no penalty there
        trained.convert("export_huggingface.py", run, "greedy.hf")

    def test_refuses_by_name(self):
        marian = "cannot be exported to Hugging Face's Marian"
        cases = [
            (f"model.norm = pre {marian}, only post", {"model__norm": "pre"}),
            (f"model.positions = rotary {marian}, only sinusoidal or learned", {"model__positions": "rotary"}),
            (f"model.embedding_norm = true {marian}, only false", {"model__embedding_norm": True}),
            (f"data.source_tag = target {marian}, only none", {"data__source_tag": "target"}),
            (f"decode.lenpen_kind = gnmt {marian}, only power or none", {"decode__lenpen_kind": "gnmt"}),
            (f"decode.sampling = true {marian}, only false", {"decode__sampling": True}),
            (f"lna.sites = dec {marian}: it has no attention scale", {"methods": ["length_bias"], "lna__sites": ["dec"]}),
        ]
        for message, changes in cases:
            folder = trained.edited("post", "refused-" + "-".join(changes), **changes)
            self.assertEqual((1, f"export_huggingface.py: {message}"), trained.script("export_huggingface.py", folder, "refused.hf"))
        folder = trained.edited("rotary", "gated", model__norm="post", model__positions="sinusoidal", model__embedding_norm=False)
        self.assertEqual((1, f"export_huggingface.py: model.activation = swiglu {marian}, only relu or gelu"),
                         trained.script("export_huggingface.py", folder, "refused.hf"))  # fmt: skip


class OpusLike(HuggingFace):
    """A checkpoint as OPUS-MT's are: </s> is 0, decoding starts from <pad>, the last id, whose embedding is zero; swish, a bias
    on the logits, Marian's own sinusoids; two SentencePiece models with one list of ids. Made of a trained run."""

    check = test_post_norm = test_learned_positions_two_vocabularies = test_untied = None
    test_search_options = test_refuses_by_name = None

    @classmethod
    def setUpClass(cls):
        exported = trained.convert("export_huggingface.py", trained.run("post"), "opus-base.hf")
        old = transformers.MarianMTModel.from_pretrained(exported)
        processor = sentencepiece.SentencePieceProcessor(str(exported / "source.spm"))
        texts = [processor.id_to_piece(i) for i in range(len(processor))]
        ids = [3, 1, *range(4, len(texts)), 2]  # old ids in the new order; <pad> is in the place of the old start
        rows = torch.tensor(ids)
        config = old.config
        config.update({"vocab_size": len(ids), "decoder_vocab_size": len(ids), "activation_function": "swish", "eos_token_id": 0,
                       "pad_token_id": len(ids) - 1, "decoder_start_token_id": len(ids) - 1, "bos_token_id": None})  # fmt: skip
        model = transformers.MarianMTModel(config)  # with its own sinusoids
        state = old.state_dict()
        for name in ("model.shared", "model.encoder.embed_tokens", "model.decoder.embed_tokens", "lm_head"):
            state[f"{name}.weight"] = state[f"{name}.weight"][rows]
            state[f"{name}.weight"][-1] = 0
        generator = torch.Generator().manual_seed(1)
        state["final_logits_bias"] = torch.randn(1, len(ids), generator=generator) * 0.5
        state["final_logits_bias"][0, -1] = 0
        own = {name: tensor for name, tensor in model.state_dict().items() if "embed_positions" in name}
        model.load_state_dict(state | own)
        cls.folder = trained.WORK / "opus.hf"
        model.generation_config = transformers.GenerationConfig(
            bad_words_ids=[[len(ids) - 1], [1]], pad_token_id=len(ids) - 1, eos_token_id=0, decoder_start_token_id=len(ids) - 1
        )
        model.save_pretrained(cls.folder)
        names = [texts[i] for i in ids[:-1]] + ["<pad>"]
        (cls.folder / "vocab.json").write_text(json.dumps({text: i for i, text in enumerate(names)}))
        for name in ("source.spm", "target.spm"):
            (cls.folder / name).write_bytes((exported / name).read_bytes())
        settings = {"source_lang": "en", "target_lang": "de", "unk_token": "<unk>", "eos_token": "</s>", "pad_token": "<pad>",
                    "separate_vocabs": False, "tokenizer_class": "MarianTokenizer"}  # fmt: skip
        (cls.folder / "tokenizer_config.json").write_text(json.dumps(settings))

    def test_import(self):
        self.assertGreater(load_file(self.folder / "model.safetensors")["final_logits_bias"].std(), 0.3)
        self.same(trained.convert("import_huggingface.py", self.folder, "opus"), Marian(self.folder))

    def test_ctranslate2_leaves_out_the_start(self):
        """Its logit is 0 at every step: where those of all pieces are below, as Marian's softmax allows, it wins unless it is left out."""
        folder = trained.WORK / "opus-below.hf"
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        tensors = load_file(folder / "model.safetensors")
        tensors["final_logits_bias"][:, :-1] -= 30
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        run = trained.convert("import_huggingface.py", folder, "opus-below")
        exported = Exported(trained.convert("export_ctranslate2.py", run, "opus-below.ct2"))
        self.assertEqual([["<pad>"]], exported.search["suppress_sequences"])
        self.assertEqual([], trained.differences(run, 1, exported.translations(1)))

    def test_refuses_to_count_a_start_that_is_the_end(self):
        folder = trained.WORK / "opus-starts-with-eos.hf"
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"decoder_start_token_id": 0}))
        run = trained.convert("import_huggingface.py", folder, "opus-starts-with-eos")
        with (run / "config.yaml").open("a") as file:
            file.write("decode: {no_repeat_ngram: 1}\n")
        message = "decode.no_repeat_ngram = 1 cannot be exported to Hugging Face's Marian: decoding starts from EOS, which would count"
        self.assertEqual((1, f"export_huggingface.py: {message}"), trained.script("export_huggingface.py", run, "refused.hf"))

    def refuses(self, message, edit=lambda folder: None, **changes):
        folder = trained.WORK / "opus-refused.hf"
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | changes))
        edit(folder)
        code, text = trained.script("import_huggingface.py", folder, "refused")
        self.assertEqual((1, f"import_huggingface.py: {message.format(folder=folder)}"), (code, text))
        self.assertFalse((trained.WORK / "refused").exists())

    def test_refuses_imports_by_name(self):
        self.refuses("normalize_before = true cannot be imported, only false", normalize_before=True)
        self.refuses('activation_function = "tanh" cannot be imported, only relu or gelu or swish or silu', activation_function="tanh")
        self.refuses("decoder_attention_heads = 2 cannot be imported, only the encoder's 4", decoder_attention_heads=2)
        self.refuses('model_type = "bart" cannot be imported, only marian', model_type="bart")

    def test_refuses_what_transformers_would_make_up_or_drop(self):
        def tensors(change):
            def edit(folder):
                held = load_file(folder / "model.safetensors")
                change(held)
                save_file(held, folder / "model.safetensors", metadata={"format": "pt"})

            return edit

        name = "model.decoder.layers.0.fc1.bias"
        self.refuses(f"the checkpoint holds no tensor '{name}'", tensors(lambda held: held.pop(name)))
        self.refuses("tensor 'model.scale' cannot be imported: a MarianMTModel of its config.json has none",
                     tensors(lambda held: held.update({"model.scale": held[name]})))  # fmt: skip
        self.refuses(f"tensor '{name}' cannot be imported: its shape is [95], by config.json it is [96]",
                     tensors(lambda held: held.update({name: held[name][1:].copy()})))  # fmt: skip

    def test_refuses_symbols_that_are_none(self):
        count = json.loads((self.folder / "config.json").read_text())["vocab_size"]
        self.refuses(f"decoder_start_token_id = {count} cannot be imported, only the id of one of {count} pieces",
                     decoder_start_token_id=count)  # fmt: skip
        piece = next(text for text, i in json.loads((self.folder / "vocab.json").read_text()).items() if i == 9)
        self.refuses(f"decoder_start_token_id = 9 cannot be imported, only a symbol, not the piece '{piece}' of source.spm",
                     decoder_start_token_id=9)  # fmt: skip
        self.refuses("{folder}/config.json: cannot be read: StrictDataclassFieldValidationError: Validation error for field "
                     "'decoder_start_token_id': TypeError: Field 'decoder_start_token_id' expected int, got NoneType (value: None)",
                     decoder_start_token_id=None)  # fmt: skip

    def test_names_what_is_damaged(self):
        weights = "{folder}: cannot be read: SafetensorError: Error while deserializing header: header too small"
        self.refuses(weights, lambda folder: (folder / "model.safetensors").write_bytes(b""))
        self.refuses("{folder}/vocab.json: cannot be read: JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
                     lambda folder: (folder / "vocab.json").write_text(""))  # fmt: skip
        self.refuses("{folder}/target.spm: cannot be read: DecodeError: Error parsing message with type 'sentencepiece.ModelProto': "
                     "Wire format was corrupt", lambda folder: (folder / "target.spm").write_text("horse"))  # fmt: skip

    def test_languages_of_the_checkpoint(self):
        def language(name):
            def edit(folder):
                settings = json.loads((folder / "tokenizer_config.json").read_text())
                (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"target_lang": name}))

            return edit

        self.refuses("'en-zh-CN' is not a direction; give --direction, as en-de", language("zh-CN"))
        self.refuses("the checkpoint does not say which languages it translates; give --direction, as en-de", language(None))

    def test_downloads_nothing(self):
        message = "opus-mt-en-ed: no folder; a model of the hub is first to be downloaded: hf download NAME --local-dir FOLDER"
        self.assertEqual((1, f"import_huggingface.py: {message}"), trained.script("import_huggingface.py", "opus-mt-en-ed", "refused"))

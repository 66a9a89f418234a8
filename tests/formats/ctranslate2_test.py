"""scripts/export_ctranslate2.py: CTranslate2 scores and translates as nmt does."""
import json
import unittest

import ctranslate2
import sentencepiece

import trained


class Exported:
    def __init__(self, folder):
        self.folder = folder
        self.translator = ctranslate2.Translator(str(folder), intra_threads=1)
        self.search = json.loads((folder / "translate_batch.json").read_text()) | {"max_decoding_length": trained.LIMIT}
        self.source, self.target = (sentencepiece.SentencePieceProcessor(str(folder / f"{side}.spm")) for side in ("source", "target"))

    def log_probs(self):
        source, target = ([side.encode(line, out_type=str) for line in trained.lines(language)]
                          for side, language in ((self.source, "en"), (self.target, "de")))  # fmt: skip
        return [sum(result.log_probs) for result in self.translator.score_batch(source, target)]

    def translations(self, beam):
        source = [self.source.encode(line, out_type=str) for line in trained.lines("en")]
        results = self.translator.translate_batch(source, **self.search | {"beam_size": beam})
        best = [result.hypotheses[0] for result in results]
        return [self.target.decode(pieces) if len(pieces) < trained.LIMIT else None for pieces in best]


class ExportCTranslate2(unittest.TestCase):
    def check(self, kind):
        run = trained.run(kind)
        exported = Exported(trained.convert("export_ctranslate2.py", run, f"{kind}.ct2"))
        for ours, theirs in zip(trained.log_probs(run), exported.log_probs(), strict=True):
            self.assertAlmostEqual(ours, theirs, delta=1e-4)
        for beam in (1, 5):
            self.assertEqual([], trained.differences(run, beam, exported.translations(beam)), f"beam {beam}")

    def test_default(self):
        self.check("default")

    def test_post_norm(self):
        self.check("post")

    def test_learned_positions_two_vocabularies(self):
        self.check("learned")

    def test_rotary_swiglu_untied_embedding_norm(self):
        self.check("rotary")

    def test_quantized(self):
        """Nats a sentence; without VNNI CTranslate2 rounds more coarsely (1.02 there). A wrong scale costs tens."""
        folder = trained.convert("export_ctranslate2.py", trained.run("default"), "int8.ct2", "--quantization", "int8")
        scores = Exported(folder).log_probs()
        self.assertLess(sum(abs(a - b) for a, b in zip(trained.log_probs(trained.run("default")), scores)) / len(scores), 2)

    def refuses(self, message, **changes):
        folder = trained.edited("default", "refused-" + "-".join(changes), **changes)
        code, text = trained.script("export_ctranslate2.py", folder, trained.WORK / "refused.ct2")
        self.assertEqual((1, f"export_ctranslate2.py: {message}"), (code, text))
        self.assertFalse((trained.WORK / "refused.ct2").exists())

    def test_refuses_by_name(self):
        self.refuses("lna.sites = enc, crs cannot be exported to CTranslate2: it has no attention scale",
                     methods=["length_bias"], lna__sites=["enc", "crs"])  # fmt: skip
        self.refuses("methods = other cannot be exported to CTranslate2: it may change the model", methods=["other"])
        self.refuses("data.source_tag = target cannot be exported to CTranslate2, only none", data__source_tag="target")
        self.refuses("data.target_tag = true cannot be exported to CTranslate2, only false", data__target_tag=True)
        self.refuses("decode.lenpen_kind = gnmt cannot be exported to CTranslate2, only power or none", decode__lenpen_kind="gnmt")
        self.refuses("decode.sampling = true cannot be exported to CTranslate2, only false", decode__sampling=True)

    def test_search_options(self):
        run = trained.edited("default", "searched", decode__no_repeat_ngram=1, decode__min_len=12)
        exported = Exported(trained.convert("export_ctranslate2.py", run, "searched.ct2"))
        self.assertEqual([], trained.differences(run, 1, exported.translations(1)))

        run = trained.edited("default", "ranked", decode__beam=4, decode__n_best=2, decode__lenpen=0.6, decode__max_len=40)
        folder = trained.convert("export_ctranslate2.py", run, "ranked.ct2")
        wanted = {"beam_size": 4, "num_hypotheses": 2, "length_penalty": 0.6, "max_decoding_length": 40}
        self.assertLessEqual(wanted.items(), json.loads((folder / "translate_batch.json").read_text()).items())

    def test_two_forms_of_vocabulary_are_refused(self):
        folder = trained.edited("default", "two-forms")
        (folder / "source.vocab.model").write_bytes((folder / "vocab.model").read_bytes())
        code, text = trained.script("export_ctranslate2.py", folder, trained.WORK / "refused.ct2")
        self.assertEqual(1, code)
        self.assertIn("vocab.model: which vocabulary is meant, this or source.vocab.model?", text)

    def test_damage_is_named(self):
        folder = trained.edited("default", "damaged")
        file = folder / "checkpoints" / "last" / "ema.safetensors"
        file.write_bytes(file.read_bytes()[:-1] + b"\1")
        code, text = trained.script("export_ctranslate2.py", folder, trained.WORK / "damaged.ct2")
        self.assertEqual(1, code)
        self.assertIn("ema.safetensors: damaged: its checksum is not the one in state.json", text)

    def test_unreadable_files_are_named(self):
        for name in ("config.yaml", "languages.json", "vocab.model"):
            folder = trained.edited("default", "unreadable")
            (folder / name).write_bytes(b"{")
            code, text = trained.script("export_ctranslate2.py", folder, trained.WORK / "unreadable.ct2")
            self.assertEqual(1, code)
            self.assertRegex(text, rf"\Aexport_ctranslate2.py: {folder}/{name}: cannot be read: [^\n]+\Z")

    def test_no_run_and_existing_result(self):
        self.assertEqual((1, "export_ctranslate2.py: nowhere: not a run folder: it holds no config.yaml"),
                         trained.script("export_ctranslate2.py", "nowhere", "x.ct2"))  # fmt: skip
        code, text = trained.script("export_ctranslate2.py", trained.run("default"), trained.corpus())
        self.assertEqual((1, f"export_ctranslate2.py: {trained.corpus()}: is there already"), (code, text))

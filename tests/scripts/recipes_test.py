#!/usr/bin/env python3
"""How recipes get their data: whole and right files, or none and a line that says why."""
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

RECIPES = pathlib.Path(__file__).resolve().parent.parent.parent / "recipes"


class Recipe(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nmt-recipes-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def call(self, *command, **environment):
        done = subprocess.run(list(map(str, command)), cwd=self.folder, env=os.environ | environment, text=True, capture_output=True)
        return done.returncode, done.stderr


class Multi30k(Recipe):
    SIZES = {"train": 29000, "val": 1014, "test_2016_flickr": 1000, "test_2017_flickr": 1000}

    def setUp(self):
        super().setUp()
        self.script = self.folder / "nmt/recipes/multi30k/prepare.sh"
        self.script.parent.mkdir(parents=True)
        shutil.copy(RECIPES / "multi30k/prepare.sh", self.script)
        self.data = self.script.parent / "data"
        self.origin = self.folder / "raw"
        self.origin.mkdir()
        for name, size in self.SIZES.items():
            for language in ("en", "de"):
                self.write(f"{name}.{language}.gz", size)

    def write(self, name, lines):
        (self.origin / name).write_bytes(gzip.compress(b"A dog .\n" * lines))

    def held(self):
        return sorted(file.name for file in self.data.iterdir())

    def test_a_wrong_or_cut_file_is_not_taken(self):
        file = self.origin / "train.en.gz"
        whole = file.read_bytes()
        for content in (gzip.compress(b"A dog .\n" * 28999), whole[:-4], b"<html>not found</html>\n"):
            file.write_bytes(content)
            code, text = self.call(self.script, self.origin)
            self.assertEqual((1, []), (code, self.held()))
            self.assertIn(f"prepare: {file} is damaged, or has not the 29000 lines that it should have\n", text)
        file.write_bytes(whole)
        self.assertEqual((0, ""), self.call(self.script, self.origin))
        self.assertEqual(sorted(file.name for file in self.origin.iterdir()), self.held())

    def test_what_is_right_is_kept_and_what_is_wrong_is_taken_again(self):
        self.assertEqual((0, ""), self.call(self.script, self.origin))
        for file in self.origin.iterdir():
            file.unlink()
        self.assertEqual((0, ""), self.call(self.script, self.origin))
        self.write("val.de.gz", 1014)
        (self.data / "val.de.gz").write_bytes(gzip.compress(b"A dog .\n" * 1013))
        self.assertEqual((0, ""), self.call(self.script, self.origin))
        self.assertEqual((self.origin / "val.de.gz").read_bytes(), (self.data / "val.de.gz").read_bytes())

    def test_a_stopped_download_leaves_nothing(self):
        curl = self.folder / "bin/curl"
        curl.parent.mkdir()
        curl.write_text('#!/bin/bash\nwhile [ "$1" != -o ]; do shift; done\necho half >"$2"\nexit 18\n')
        curl.chmod(0o755)
        code, _ = self.call(self.script, PATH=f"{curl.parent}:{os.environ['PATH']}")
        self.assertEqual((18, []), (code, self.held()))


class Discourse(Recipe):
    ENGLISH, RIGHT, WRONG = ["A house.", "It is old."], ["Une maison.", "Elle est âgée."], ["Une maison.", "Il est âgé."]
    ITEM = {"src segment": "It is old.", "src context": ["A house."], "ref segment": "Elle est âgée.", "ref context": ["Une maison."],
            "errors": [{"contrastive": "Il est âgé."}]}  # fmt: skip

    def setUp(self):
        super().setUp()
        target = {"correct": self.RIGHT, "incorrect": self.WRONG}
        half = {"semi-correct": self.RIGHT, "incorrect": self.WRONG}
        self.write("anaphora", {"1": {"src": self.ENGLISH, "trg": [target, half]}})
        self.write("lexical-choice", {"1": {"examples": [{"src": self.ENGLISH, "trg": target}]}})

    def write(self, name, content):
        (self.folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    def convert(self, *arguments):
        ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
        return self.call(sys.executable, RECIPES / "laws-documents/discourse.py", *arguments, **ascii_only)

    def test_items(self):
        self.assertEqual((0, ""), self.convert(self.folder, "items"))
        for name, count in (("anaphora", 2), ("lexical-choice", 1)):
            items = json.loads((self.folder / f"items/{name}.json").read_text(encoding="utf-8"))
            self.assertEqual([self.ITEM] * count, items)

    def test_wrong_arguments_are_told_in_a_line(self):
        code, text = self.convert(self.folder)
        self.assertEqual(2, code)
        self.assertTrue(text.startswith("usage: discourse.py [-h] DIR OUTPUT\n"), text)
        self.assertEqual((1, "discourse.py: [Errno 2] No such file or directory: 'nowhere/anaphora.json'\n"),
                         self.convert("nowhere", "items"))  # fmt: skip
        message = f"discourse.py: {self.folder}/lexical-choice.json: not as DiscEvalMT has it: "
        self.write("lexical-choice", [self.ITEM])  # what it writes itself
        self.assertEqual((1, message + "KeyError: 'examples'\n"), self.convert(self.folder, "items"))
        (self.folder / "lexical-choice.json").write_text("")
        self.assertEqual((1, message + "JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n"),
                         self.convert(self.folder, "items"))  # fmt: skip
        self.assertFalse((self.folder / "items").exists())


if __name__ == "__main__":
    unittest.main()

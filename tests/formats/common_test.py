"""What all converters have in common: full disks, killed processes, missing packages, directions, locales."""
import os
import re
import resource
import shutil
import unittest

import trained


def conversions():
    """A call of each converter that needs no more than a run: its name, what it reads."""
    yield "export_ctranslate2.py", trained.run("post")
    yield "export_huggingface.py", trained.run("post")
    yield "import_huggingface.py", trained.convert("export_huggingface.py", trained.run("post"), "common.hf")


# Python imports a sitecustomize.py when it starts; this one hides a module.
HIDING = """
import importlib.machinery, os, sys
class Finder(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name == os.environ["WITHOUT"] else super().find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(importlib.machinery.PathFinder)] = Finder
"""
FAIRSEQ = ["--data", "nowhere", "--sentencepiece", "nowhere"]  # what import_fairseq.py must be given


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def contents(folder):
    """The bytes of each file by its name, without the comment that says what a run was made from."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): re.sub(rb"\A# Made from .*\n", b"", file.read_bytes()) for file in files}


class Common(unittest.TestCase):
    def test_a_stopped_one_leaves_nothing_and_is_run_again(self):
        for name, source in conversions():
            result = trained.WORK / f"stopped-{name}"
            shutil.rmtree(result, ignore_errors=True)
            code, text = trained.script(name, source, result, preexec_fn=small_files)
            self.assertEqual(1, code)
            self.assertRegex(text, rf"\A{name}: {result}: cannot be written: [^\n]*File too large[^\n]*\Z")
            self.assertEqual([], list(trained.WORK.glob("stopped-*")))

            half = trained.WORK / f"stopped-{name}.part" / "half"
            half.mkdir(parents=True)  # as a killed one leaves it
            self.assertEqual(0, trained.script(name, source, result)[0])
            self.assertFalse(half.parent.exists() or (result / "half").exists())
            shutil.rmtree(result)

    def test_files_are_the_same_in_a_locale_without_utf_8(self):
        ascii_only = dict(os.environ, LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
        for name, source in conversions():
            copy = trained.WORK / f"größer-{name}"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(source, copy, symlinks=True)
            wanted = contents(trained.convert(name, copy, f"utf-8-{name}"))
            result = trained.WORK / f"ascii-{name}"
            shutil.rmtree(result, ignore_errors=True)
            code, text = trained.script(name, copy, result, env=ascii_only)
            self.assertEqual(0, code, text)
            self.assertEqual(wanted, contents(result))

    def test_a_missing_package_is_named(self):
        (trained.WORK / "sitecustomize.py").write_text(HIDING)
        converters = {
            "export_ctranslate2.py": "ctranslate2 numpy safetensors sentencepiece protobuf pyyaml",
            "export_huggingface.py": "transformers torch numpy safetensors sentencepiece protobuf pyyaml",
            "import_huggingface.py": "transformers torch numpy safetensors sentencepiece protobuf pyyaml",
            "import_fairseq.py": "torch numpy safetensors sentencepiece protobuf pyyaml",
        }
        modules = {"protobuf": "google.protobuf", "pyyaml": "yaml"}
        for name, packages in converters.items():
            advice = f"Install what is missing: scripts/setup.sh --formats, or pip install {packages}"
            options = FAIRSEQ if name == "import_fairseq.py" else []
            for package in packages.split():
                environment = dict(os.environ, WITHOUT=modules.get(package, package), PYTHONPATH=str(trained.WORK))
                self.assertEqual((1, f"{name}: not installed: {package}. {advice}"),
                                 trained.script(name, "nowhere", "result", *options, env=environment))  # fmt: skip

    def test_a_direction_is_two_languages(self):
        for direction in ("ende", "en-", "-de", "en-de-fr", ""):
            for name, options in (("import_huggingface.py", []), ("import_fairseq.py", FAIRSEQ)):
                code, text = trained.script(name, "nowhere", "result", *options, f"--direction={direction}")
                self.assertEqual((2, f"{name}: error: argument --direction: invalid direction value: '{direction}'"),
                                 (code, text.splitlines()[-1]))  # fmt: skip

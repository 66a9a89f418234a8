"""What all converters have in common: how they end where the disk is full, and what a killed one leaves."""
import resource
import shutil
import unittest

import trained


def conversions():
    """A call of each converter that needs no more than a run: its name, what it reads."""
    yield "export_ctranslate2.py", trained.run("post")
    yield "export_huggingface.py", trained.run("post")
    yield "import_huggingface.py", trained.convert("export_huggingface.py", trained.run("post"), "common.hf")


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


class Common(unittest.TestCase):
    def test_a_stopped_one_leaves_nothing_and_is_run_again(self):
        for name, source in conversions():
            result = trained.WORK / f"stopped-{name}"
            code, text = trained.script(name, source, result, preexec_fn=small_files)
            self.assertEqual(1, code)
            self.assertRegex(text, rf"\A{name}: {result}: cannot be written: [^\n]*File too large[^\n]*\Z")
            self.assertEqual([], list(trained.WORK.glob("stopped-*")))

            half = trained.WORK / f"stopped-{name}.part" / "half"
            half.mkdir(parents=True)  # as a killed one leaves it
            self.assertEqual(0, trained.script(name, source, result)[0])
            self.assertFalse(half.parent.exists() or (result / "half").exists())
            shutil.rmtree(result)

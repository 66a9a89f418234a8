#!/usr/bin/env python3
"""The arguments of scripts/format.sh and fuzz.sh, copied beside stand-ins that write down how they were called and do nothing else."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"


class Arguments(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nmt-arguments-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for place in ("scripts", "bin", "tests/fuzz/corpus/text", "tests/fuzz/corpus/yaml"):
            (self.folder / place).mkdir(parents=True)
        for name in ("format.sh", "fuzz.sh"):
            shutil.copy(SCRIPTS / name, self.folder / "scripts")
        self.stand_in("bin/git", "printf 'one.cpp\\0'")
        self.stand_in("bin/clang-format", 'echo "clang-format $*"')
        self.stand_in("scripts/setup.sh", 'echo "setup $*"')
        self.stand_in("bin/cmake", 'echo "cmake $*"; [ "$1" != --build ]')  # fuzz.sh ends here

    def stand_in(self, name, text):
        (self.folder / name).write_text(f"#!/bin/bash\n{text}\n")
        (self.folder / name).chmod(0o755)

    def call(self, name, *arguments):
        environment = os.environ | {"PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        done = subprocess.run([self.folder / "scripts" / name, *arguments], env=environment, text=True, capture_output=True)
        return done.returncode, done.stdout + done.stderr

    def refuses(self, usage, *call):
        self.assertEqual((2, f"usage: {usage}\n"), self.call(*call))

    def test_format(self):
        self.assertEqual((0, "clang-format -i one.cpp\n"), self.call("format.sh"))
        self.assertEqual((0, "clang-format --dry-run --Werror one.cpp\n"), self.call("format.sh", "--check"))
        for arguments in (["--chekc"], ["one.cpp"], ["--check", "one.cpp"], [""]):
            self.refuses("scripts/format.sh [--check]", "format.sh", *arguments)

    def test_fuzz(self):
        for arguments, targets in (([], "fuzz_text fuzz_yaml"), (["60"], "fuzz_text fuzz_yaml"), (["60", "yaml"], "fuzz_yaml")):
            code, output = self.call("fuzz.sh", *arguments)
            self.assertEqual((1, f"setup --developer\ncmake --build build-fuzzers --target {targets}\n"), (code, output))
        for arguments in ([""], ["yaml"], ["0"], ["-1"], ["1.5"], ["--help"], ["60", "yml"], ["60", "yaml", "--text"], ["60", ""]):
            self.refuses("scripts/fuzz.sh [SECONDS [READER...]], READER: text yaml", "fuzz.sh", *arguments)


if __name__ == "__main__":
    unittest.main()

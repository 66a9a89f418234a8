#!/usr/bin/env python3
"""Runs the tests of this folder; exits with 77, which ctest calls skipped, where a library is missing.

usage: run_tests.py PROGRAM     PROGRAM is build/nmt
"""
import os
import pathlib
import sys
import unittest

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here), str(here.parent.parent / "scripts")]
from formats import run as runs  # noqa: E402 (finds the libraries in the user's cache)

if __name__ == "__main__":
    missing = runs.missing_packages(["torch", "ctranslate2", "transformers", "sentencepiece", "protobuf", "safetensors", "numpy", "pyyaml"])
    if missing:
        print(f"skipped: {', '.join(missing)} not installed; scripts/setup.sh --formats installs them")
        sys.exit(77)
    os.environ["NMT_PROGRAM"] = os.path.abspath(sys.argv[1])
    unittest.main(module=None, argv=[sys.argv[0], "discover", "-s", str(here), "-p", "*_test.py", *sys.argv[2:]])

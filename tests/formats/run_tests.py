#!/usr/bin/env python3
"""Runs the tests of this folder; exits with 77, which ctest calls skipped, where a library is missing.

usage: run_tests.py PROGRAM     PROGRAM is build/nmt
"""
import importlib.util
import os
import pathlib
import sys
import unittest

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here), str(here.parent.parent / "scripts")]
import formats  # noqa: E402,F401 (finds the libraries in the user's cache)

if __name__ == "__main__":
    needed = ["torch", "ctranslate2", "transformers", "sentencepiece", "google.protobuf", "safetensors", "yaml"]
    missing = []
    for name in needed:
        try:
            found = importlib.util.find_spec(name) is not None
        except ModuleNotFoundError:
            found = False
        missing += [] if found else [name]
    if missing:
        print(f"skipped: {', '.join(missing)} not installed; scripts/setup.sh --formats installs them")
        sys.exit(77)
    os.environ["NMT_PROGRAM"] = os.path.abspath(sys.argv[1])
    unittest.main(module=None, argv=[sys.argv[0], "discover", "-s", str(here), "-p", "*_test.py", *sys.argv[2:]])

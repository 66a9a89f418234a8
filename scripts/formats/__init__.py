"""What the converters between nmt and other toolkits have in common: run.py, pieces.py and layers.py.

The libraries are those that `scripts/setup.sh --formats` put into the user's cache for this Python, else its own.
"""
import importlib.machinery
import os
import pathlib
import re
import sys

_cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "nmt"


def _fits(folder):
    """Whether the torch in the folder was compiled for this Python, and is whole."""
    suffixes = importlib.machinery.EXTENSION_SUFFIXES
    return folder.suffix != ".part" and any((folder / "torch" / f"_C{suffix}").exists() for suffix in suffixes)


def _version(folder):
    return [int(number) for number in re.findall(r"\d+", folder.name)]


sys.path.insert(1, str(_cache / f"formats-2-{sys.implementation.cache_tag}"))
sys.path += map(str, sorted(filter(_fits, _cache.glob("torch-*")), key=_version, reverse=True))  # last: torch may be installed

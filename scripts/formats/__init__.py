"""What the converters between nmt and other toolkits have in common: run.py, pieces.py and layers.py.

The libraries are those that `scripts/setup.sh --formats` put into the user's cache, else those of the Python that runs.
"""
import os
import pathlib
import sys

_cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "nmt"
sys.path[1:1] = map(str, _cache.glob("formats-*[0-9]"))
sys.path += map(str, _cache.glob("torch-*[0-9]"))  # last: torch may be installed

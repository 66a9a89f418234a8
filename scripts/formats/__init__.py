"""What the converters between nmt and other toolkits have in common: run.py, pieces.py and layers.py.

The libraries are those that `pip install` gave, else those that `scripts/setup.sh --formats` put into the user's cache.
"""
import os
import pathlib
import sys

_cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "nmt"
sys.path += [str(path) for path in sorted(_cache.glob("formats-*")) + sorted(_cache.glob("torch-*")) if path.is_dir()]

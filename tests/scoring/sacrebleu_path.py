"""Finds the sacreBLEU that scripts/setup.sh --formats installed; import it before sacrebleu."""
import pathlib
import sys

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import formats  # noqa: E402, F401

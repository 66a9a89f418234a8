#!/usr/bin/env python3
"""Writes DiscEvalMT (Bawden et al. 2018, en-fr) in the format of `nmt contrastive`.

   ./discourse.py DIR OUTPUT    DIR has anaphora.json and lexical-choice.json; writes OUTPUT/*.json

A context that is not translated as it should be ("semi-correct") is one, too: the pronoun must agree with what is there.
"""
import json
import pathlib
import sys


def item(source, target):
    right = target.get("correct", target.get("semi-correct"))
    return {
        "src segment": source[1],
        "src context": source[:1],
        "ref segment": right[1],
        "ref context": right[:1],
        "errors": [{"contrastive": target["incorrect"][1]}],
    }


def main(folder, output):
    output.mkdir(parents=True, exist_ok=True)
    anaphora = json.loads((folder / "anaphora.json").read_text())
    lexical = json.loads((folder / "lexical-choice.json").read_text())
    lexical = lexical.values() if isinstance(lexical, dict) else lexical
    sets = {
        "anaphora": [item(block["src"], target) for block in anaphora.values() for target in block["trg"]],
        "lexical-choice": [item(one["src"], one["trg"]) for block in lexical for one in block["examples"]],
    }
    for name, items in sets.items():
        (output / f"{name}.json").write_text(json.dumps(items, ensure_ascii=False, indent=1))
        print(f"{name}: {len(items)} items")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))

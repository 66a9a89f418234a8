#!/usr/bin/env python3
"""Writes DiscEvalMT (Bawden et al. 2018, en-fr) in the format of `nmt contrastive`.

   ./discourse.py DIR OUTPUT    DIR has anaphora.json and lexical-choice.json; writes OUTPUT/*.json

A context that is not translated as it should be ("semi-correct") is one, too: the pronoun must agree with what is there.
"""
import argparse
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


# By file: the items of one of its blocks.
SETS = {
    "anaphora": lambda block: [item(block["src"], target) for target in block["trg"]],
    "lexical-choice": lambda block: [item(one["src"], one["trg"]) for one in block["examples"]],
}


def read(file, items):
    try:
        blocks = json.loads(file.read_text(encoding="utf-8"))
        blocks = blocks.values() if isinstance(blocks, dict) else blocks
        return [item for block in blocks for item in items(block)]
    except (ValueError, LookupError, TypeError) as error:
        sys.exit(f"discourse.py: {file}: not as DiscEvalMT has it: {type(error).__name__}: {error}")


def main(folder, output):
    sets = {name: read(folder / f"{name}.json", items) for name, items in SETS.items()}
    output.mkdir(parents=True, exist_ok=True)
    for name, items in sets.items():
        (output / f"{name}.json").write_text(json.dumps(items, ensure_ascii=False, indent=1), encoding="utf-8")
        print(f"{name}: {len(items)} items")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="DIR", type=pathlib.Path)
    parser.add_argument("output", metavar="OUTPUT", type=pathlib.Path)
    arguments = parser.parse_args()
    try:
        main(arguments.folder, arguments.output)
    except OSError as error:
        sys.exit(f"discourse.py: {error}")

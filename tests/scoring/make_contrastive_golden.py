#!/usr/bin/env python3
"""Writes contrastive items with scores and the accuracies that plain Python counts, for the tests of nmt/scoring.

usage: make_contrastive_golden.py FOLDER [SEED]

golden/contrastive.json is that of seed 1.
"""

import json
import os
import random
import sys


def make_item(random_):
    item = {"src pronoun": random_.choice(["it", "It"]), "ref pronoun": random_.choice(["er", "sie", "Es"]),
            "ante distance": random_.randrange(7), "intrasegmental": random_.choice([True, False, None]),
            "errors": [{"contrastive": "…"} for _ in range(random_.randint(1, 3))]}
    for key in ("src pronoun", "ante distance", "intrasegmental"):
        if random_.random() < 0.1:
            del item[key]
    return item


def groups_of(item):
    if "src pronoun" in item:
        yield f"pronouns {item['src pronoun'].lower()}:{item['ref pronoun'].lower()}"
    if "ante distance" in item:
        yield f"antecedent distance {item['ante distance'] if item['ante distance'] <= 3 else '>3'}"
    if item.get("intrasegmental") is not None:
        yield "antecedent in " + ("the same" if item["intrasegmental"] else "another") + " segment"


def main():
    random_ = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    items = [make_item(random_) for _ in range(200)]
    scores = []
    counts = {}
    for item in items:
        # Whole numbers, so that there are ties.
        reference, *errors = drawn = [float(random_.randint(-6, -1)) for _ in range(1 + len(item["errors"]))]
        scores.extend(drawn)
        for group in ["all", *groups_of(item)]:
            count = counts.setdefault(group, {"correct": 0, "ties": 0, "total": 0})
            count["correct"] += all(reference > error for error in errors)
            count["ties"] += reference == max(errors)
            count["total"] += 1
    with open(os.path.join(sys.argv[1], "contrastive.json"), "w", encoding="ascii") as file:
        json.dump({"items": items, "scores": scores, "counts": counts}, file, separators=(",", ":"), sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()

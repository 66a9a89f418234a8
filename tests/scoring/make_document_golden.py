#!/usr/bin/env python3
"""Writes scores of documents, computed with sacreBLEU 2.6.0 and plain Python, for the tests of nmt/scoring.

usage: make_document_golden.py FOLDER [SEED]

FOLDER/documents.json holds test sets whose translations have lost, gained, merged and divided sentences, and for each
alignment the scores by document, instance, sentence, length and position. golden/documents.json is that of seed 1.
"""

import json
import logging
import os
import random
import sys
import unicodedata

import sacrebleu_path  # noqa: F401
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF

import golden_text

SCRIPTS_WITHOUT_BLANKS = ("CJK UNIFIED", "HIRAGANA", "KATAKANA LETTER", "THAI CHARACTER")
SENTENCE_LENGTHS, POSITIONS, DOCUMENT_LENGTHS = [8, 12, 20], [2, 3, 4], [40, 80]


def words(text):
    """As nmt/scoring/words.h defines them."""
    found = []
    previous = "space"
    for character in text:
        category = unicodedata.category(character)
        if character.isspace():
            kind = "space"
        elif category[0] == "M" and previous != "space":
            found[-1] += character
            continue
        elif category[0] in "PS" or unicodedata.name(character, "").startswith(SCRIPTS_WITHOUT_BLANKS):
            kind = "alone"
        else:
            kind = "mark" if category[0] == "M" else "run"
        if kind == "run" and previous == "run":
            found[-1] += character
        elif kind != "space":
            found.append(character)
        previous = kind
    return found


def replace_inside(sentence, random_):
    """Replaces a word in the middle, so that the optimal cuts stay where the sentence begins and ends."""
    parts = sentence.split(" ")
    if len(parts) > 8 and random_.random() < 0.7:
        parts[random_.randrange(3, len(parts) - 3)] = "replaced"
    return " ".join(parts)


def make_document(random_):
    """A reference, and lines of a translation with the sentence that each belongs to (None: to several)."""
    reference = random_.sample(golden_text.SENTENCES, random_.randint(1, 9))
    return reference, [replace_inside(sentence, random_) for sentence in reference]


def disturb(lines, random_):
    """The same text with other line ends."""
    lines = list(lines)
    for _ in range(random_.randint(0, 2)):
        if len(lines) > 1 and random_.random() < 0.6:
            at = random_.randrange(len(lines) - 1)
            lines[at:at + 2] = [lines[at] + " " + lines[at + 1]]
        else:
            at = random_.randrange(len(lines))
            parts = lines[at].split(" ")
            if len(parts) > 1:
                cut = random_.randrange(1, len(parts))
                lines[at:at + 1] = [" ".join(parts[:cut]), " ".join(parts[cut:])]
    return lines


def pad(lines, count):
    return (lines[:count - 1] + [" ".join(lines[count - 1:])] + [""] * count)[:count]


def value(metric, hypotheses, *references):
    return metric.corpus_score(hypotheses, list(references)).score


def bucket_name(starts, lowest, number):
    edges = [lowest, *starts]
    index = max(i for i, start in enumerate(edges) if start <= number)
    if index + 1 == len(edges):
        return index, f"{edges[index]}+"
    last = edges[index + 1] - 1
    return index, str(last) if edges[index] == last else f"{edges[index]}-{last}"


def buckets(metric, hypotheses, references, keys, starts, lowest):
    groups = {}
    for hypothesis, reference, key in zip(hypotheses, references, keys):
        groups.setdefault(bucket_name(starts, lowest, key), []).append((hypothesis, reference))
    result = []
    for (_, name), pairs in sorted(groups.items()):
        side = [list(texts) for texts in zip(*pairs)]
        counts = [sum(len(words(text)) for text in texts) for texts in side]
        result.append({"name": name, "segments": len(pairs), "score": value(metric, *side),
                       "length_ratio": counts[0] / counts[1]})
    return result


def several_references(metric, case, aligned):
    sentences = [sentence for document in aligned for sentence in document]
    documents = [" ".join(document) for document in case["hypothesis"]]
    references = case["reference"], case["further_reference"]
    return {"documents": value(metric, documents, *([" ".join(document) for document in reference]
                                                    for reference in references)),
            "sentences": value(metric, sentences, *([sentence for document in reference for sentence in document]
                                                    for reference in references))}


def score(metric, case, aligned):
    references = [sentence for document in case["reference"] for sentence in document]
    sentences = [sentence for document in aligned for sentence in document]
    reference_documents = [" ".join(document) for document in case["reference"]]
    documents = [" ".join(document) for document in case["hypothesis"]]
    ranges = [(sum(case["instances"][:i]), sum(case["instances"][:i + 1])) for i in range(len(case["instances"]))]
    return {
        "documents": value(metric, documents, reference_documents),
        "each_document": [value(metric, [h], [r]) for h, r in zip(documents, reference_documents)],
        "sentences": value(metric, sentences, references),
        "instances": value(metric, *([" ".join(texts[first:last]) for first, last in ranges]
                                     for texts in (sentences, references))),
        "by_sentence_length": buckets(metric, sentences, references, [len(words(text)) for text in references],
                                      SENTENCE_LENGTHS, 0),
        "by_position": buckets(metric, sentences, references,
                               [i + 1 for document in case["reference"] for i in range(len(document))], POSITIONS, 1),
        "by_document_length": buckets(metric, documents, reference_documents,
                                      [len(words(text)) for text in reference_documents], DOCUMENT_LENGTHS, 0),
    }


def make_instances(reference, random_):
    sizes = []
    for document in reference:
        left = len(document)
        while left:
            sizes.append(random_.randint(1, min(left, 3)))
            left -= sizes[-1]
    return sizes


def make_case(random_):
    reference, translation = zip(*(make_document(random_) for _ in range(8)))
    hypothesis = [disturb(lines, random_) for lines in translation]
    case = {"reference": reference, "hypothesis": hypothesis, "instances": make_instances(reference, random_),
            "further_reference": [[replace_inside(sentence, random_) for sentence in document]
                                  for document in translation]}
    # Where the number of lines is right they are taken as they are, even if they are not the sentences.
    differ = [len(lines) != len(sentences) for lines, sentences in zip(hypothesis, reference)]
    aligned = {"pad": [pad(lines, len(sentences)) for lines, sentences in zip(hypothesis, reference)],
               "dp": [good if differs else lines for differs, good, lines in zip(differ, translation, hypothesis)]}
    case["realigned"] = [i for i, differs in enumerate(differ) if differs]
    case["expected"] = {
        name: {"aligned": [sentence for document in documents for sentence in document],
               "BLEU": score(BLEU(), case, documents), "chrF2": score(CHRF(), case, documents),
               "several references": [several_references(metric, case, documents) for metric in (BLEU(), CHRF())]}
        for name, documents in aligned.items()}
    return case


def main():
    assert sacrebleu.__version__ == "2.6.0", f"this needs sacreBLEU 2.6.0, not {sacrebleu.__version__}"
    logging.disable(logging.WARNING)
    random_ = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    fixture = {"sentence_lengths": SENTENCE_LENGTHS, "positions": POSITIONS, "document_lengths": DOCUMENT_LENGTHS,
               "words": [[line, words(line)] for line in golden_text.SENTENCES],
               "cases": [make_case(random_) for _ in range(6)]}
    with open(os.path.join(sys.argv[1], "documents.json"), "w", encoding="ascii") as file:
        json.dump(fixture, file, separators=(",", ":"), sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()

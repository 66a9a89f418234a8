#!/usr/bin/env python3
"""Writes what sacreBLEU 2.6.0 says about text written for this project, for the tests of nmt/scoring.

usage: make_golden.py FOLDER [SEED]

The fixtures in golden/ are those of seed 1. oracle_test.cpp makes others on machines that have sacreBLEU.
"""

import gzip
import json
import logging
import os
import random
import shlex
import sys
import tempfile
import traceback

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.metrics.bleu import _get_tokenizer
from sacrebleu.sacrebleu import main as run_sacrebleu

import golden_text

TOKENIZERS = ["13a", "intl", "zh", "char", "none"]


def token_fixture(lines):
    return [{"line": line, **{name: _get_tokenizer(name)()(line) for name in TOKENIZERS}, "lower": line.lower(),
             "split": line.split(), "trimmed": line.rstrip()} for line in lines]


def bleu_options():
    for tokenizer in TOKENIZERS:
        for lowercase in (False, True):
            yield {"tokenize": tokenizer, "lowercase": lowercase}
    for effective in (False, True):
        for method, value in (("exp", None), ("exp", 3.0), ("floor", None), ("floor", 0.0), ("floor", 0.37),
                              ("add-k", None), ("add-k", 0.5), ("add-k", 2.0), ("none", None)):
            yield {"smooth_method": method, "smooth_value": value, "effective_order": effective}
        for order in (1, 2, 3, 6):
            yield {"max_ngram_order": order, "effective_order": effective}


def chrf_options():
    for char_order, word_order in ((6, 0), (6, 1), (6, 2), (6, 3), (0, 1), (0, 3), (1, 0), (3, 1), (10, 2)):
        yield {"char_order": char_order, "word_order": word_order}
        yield {"char_order": char_order, "word_order": word_order, "eps_smoothing": True}
    for word_order in (0, 2):
        for lowercase in (False, True):
            for whitespace in (False, True):
                for eps_smoothing in (False, True):
                    yield {"word_order": word_order, "lowercase": lowercase, "whitespace": whitespace,
                           "eps_smoothing": eps_smoothing}
    for beta in (0, 1, 3, 50000):
        yield {"beta": beta}
        yield {"beta": beta, "eps_smoothing": True, "word_order": 2}


def score_fixture(corpora):
    results = []
    for number, corpus in enumerate(corpora):
        for metric_class, all_options in ((BLEU, bleu_options()), (CHRF, chrf_options())):
            for options in all_options:
                metric = metric_class(**options)
                score = metric.corpus_score(corpus["hypotheses"], corpus["references"])
                signature = metric.get_signature()
                result = {"corpus": number, "metric": score.name if metric_class is BLEU else "chrF", "options": options,
                          "name": score.name, "score": score.score, "line": score.format(2, False, signature.format()),
                          "short": score.format(1, False, signature.format(short=True)),
                          "json": score.format(1, False, signature.format(), True)}
                if metric_class is BLEU:
                    result.update(counts=list(score.counts), totals=list(score.totals), precisions=score.precisions,
                                  bp=score.bp, sys_len=score.sys_len, ref_len=score.ref_len)
                result["sentences"] = [
                    metric.sentence_score(hypothesis, list(references)).score
                    for hypothesis, *references in zip(corpus["hypotheses"], *corpus["references"])]
                results.append(result)
    return {"corpora": corpora, "results": results}


def make_corpora(lines, random_):
    single = {"hypotheses": [golden_text.corrupt(line, random_) for line in lines], "references": [lines]}
    several = [[golden_text.corrupt(line, random_) for line in golden_text.SENTENCES] for _ in range(3)]
    for segment in range(len(golden_text.SENTENCES)):
        for stream in random_.sample(several, random_.randrange(3)):
            stream[segment] = None
    multiple = {"hypotheses": [golden_text.corrupt(line, random_) for line in golden_text.SENTENCES],
                "references": several}
    tiny = {"hypotheses": ["a b c"], "references": [["a b d"]]}
    nothing = {"hypotheses": ["", "x"], "references": [["", "y"]]}
    perfect = {"hypotheses": golden_text.SENTENCES, "references": [golden_text.SENTENCES]}
    return [single, multiple, tiny, nothing, perfect]


def command_files(random_):
    """Name and content of the files that the command lines speak of."""
    lines = golden_text.SENTENCES
    refs = [[golden_text.corrupt(line, random_) or "-" for line in lines] for _ in range(2)]
    hyp = [golden_text.corrupt(line, random_) for line in lines]

    def joined(lines):
        return ("\n".join(lines) + "\n").encode()

    return {
        "ref": joined(lines), "ref2": joined(refs[0]), "hyp": joined(hyp), "hyp2": joined(refs[1]),
        "tabs": joined(["\t".join(row) for row in zip(lines, *refs)]),
        "short": joined(lines[:-1]), "empty": b"", "no_end": joined(lines)[:-1],
        "crlf": joined(hyp).replace(b"\n", b"\r\n"), "cr": joined(hyp).replace(b"\n", b"\r"),
        "invalid": b"fine\n\xff\xfe\n" + joined(lines[2:]), "latin": "café à la crème\n".encode("latin-1"),
        "coffee": "café à la crème\n".encode(), "one": b"coffee with cream\n",
        "ref.gz": gzip.compress(joined(lines), mtime=0), "broken.gz": gzip.compress(joined(lines), mtime=0)[:-20],
        "tokenized": joined(["so it is ."] * 100), "tokenized_ref": joined(["so it was."] * 100),
        "blank": b"\n", "spaces": joined([line + " \t\r" for line in hyp]), "wide": joined([f"{h}\t{h}" for h in hyp]),
        "uneven": joined([f"{h or '-'}\tb" if i % 2 else h for i, h in enumerate(hyp)]),
        "bom": b"\xef\xbb\xbf" + joined(hyp),
    }


def command_lines():
    """Arguments, file on the standard input (or None) and environment."""
    files = ["ref -i hyp", "ref ref2 -i hyp", "ref.gz -i hyp", "tabs -nr 3 -i hyp", "no_end -i hyp", "ref -i crlf",
             "ref -i spaces", "ref -i bom", "ref -i ref"]
    options = ["", "-f text", "-f latex", "-b", "-b -f text", "-sh", "-sh -f text", "-w 0", "-w2", "-w 4 -f text", "--width=7",
               "-m chrf", "-m chrf -f text -cw 2", "-m chrf bleu -f text", "-m chrf bleu", "-m chrf bleu -b",
               "-m chrf bleu -b -f text", "-m bleu bleu", "-m chrf bleu -sh -f text -w 3",
               "-s floor", "-s floor -sv 0.5", "-s add-k", "-s add-k -sv 2", "-s add-k -sv 1.5 -f text", "-s none -sv 3",
               "-tok intl", "-tok zh", "-tok char -lc", "-tok none", "-lc", "-l en-zh", "-l en-de", "-l en-de-zh",
               "-l en-zh -tok 13a", "-l en-ja -tok char", "-l en-ko -tok zh -q", "-m chrf -cc 3", "-m chrf -cw 1 --chrf-beta 3",
               "-m chrf --chrf-whitespace", "-m chrf --chrf-lowercase", "-m chrf --chrf-eps-smoothing -cc 0 -cw 2",
               "-sl", "-sl -b", "-sl -sh -w 3", "-sl -m chrf -cw 2", "-sl -s none", "-sl -f json", "-d", "-q -nc", "-qb"]
    for option in options:
        yield f"ref -i hyp {option}", None, {}
    for file in files:
        yield file, None, {}
        yield f"{file} -sl -m chrf -w 12", None, {}
        yield f"{file} -m bleu chrf -f text -w 15", None, {}
    for standard_input in ("hyp", "crlf", "cr", "spaces", "bom", "no_end", "short", "empty", "uneven"):
        yield "ref", standard_input, {}
        yield "-m chrf -w 9 -- ref", standard_input, {}
    yield "blank", "empty", {}
    yield "one -e latin-1 -i latin", None, {}
    yield "coffee -i latin -e latin-1 -m chrf", None, {}
    yield "one -i latin", None, {}
    yield "tokenized_ref -i tokenized", None, {}
    yield "tokenized_ref -i tokenized -q", None, {}
    yield "tokenized_ref -i tokenized --force", None, {}
    yield "tokenized_ref -i tokenized -m chrf", None, {}
    for value in ("text", "JSON", "latex", "nonsense"):
        yield "ref -i hyp", None, {"SACREBLEU_FORMAT": value}
        yield "ref -i hyp -f text", None, {"SACREBLEU_FORMAT": value}
    wrong = ["", "-i hyp", "ref -i short", "ref short -i hyp", "ref -i missing", "missing -i hyp", "empty -i empty", "ref -i invalid",
             "broken.gz -i hyp", "ref -i hyp -e nonsense", "ref -i hyp -w -1", "ref -i hyp -m bleu chrf -sl",
             "tabs ref -nr 2 -i hyp", "tabs -nr 2 -i hyp", "tabs -nr 4 -i hyp", "ref -nr 0 -i hyp", "ref -i hyp -l de", "ref -i hyp --citation",
             "ref -i hyp -t nonsense", "ref -i hyp --echo src", "ref -i hyp -ol de", "ref -i hyp --subset x", "ref -i hyp hyp2 -sl",
             "ref -i hyp -cc 0 -m chrf", "-nr 2 -t wmt14 -i hyp", "ref -i ."]
    misused = ["ref -i hyp --nonsense", "ref -i hyp -w x", "ref -i hyp -w", "ref -i hyp -m", "ref -i hyp -m bleux", "ref -i hyp -f xml",
               "ref -i hyp -s exp2", "ref -i hyp -sv x", "ref -i hyp --num 1 --s", "ref -q ref2 -i hyp", "ref -i hyp --quiet=1", "ref -i hyp -qz",
               "ref -i hyp -to", "ref -i hyp -t", "ref -i hyp --chrf-beta 1.5", "ref -i hyp -tok 14a", "ref -i hyp --l", "ref -i hyp -w 1_0_",
               "ref -i hyp --width 1 2"]
    accepted = ["-w 2 ref -i hyp", "ref --input hyp", "ref --inp=hyp", "-ihyp -- ref", "-i hyp -q ref", "ref -i hyp --sent", "ref -i hyp -sbf text",
                "ref -i hyp -w +3", "ref -i hyp -w 1_0", "ref -i hyp -s=floor -sv 1e-3", "ref -i missing -i hyp", "ref -i hyp -sv -1", "-q -i hyp -- ref -m",
                "ref -i hyp --chrf-w --metrics chrf", "ref -i hyp -cc 2 -m chrf --chrf-char-order=4", "-qi hyp -b ref", "-bqw3 ref -i hyp",
                "ref -i hyp -tokchar", "-nc ref -i hyp", "ref -i hyp -w ' 2 '"]
    for line in wrong + misused + accepted:
        yield line, None, {}


def run_command(arguments, standard_input, environment):
    """What sacrebleu prints, in a child process of this one, which has it loaded already."""
    streams = [tempfile.TemporaryFile() for _ in range(2)]
    child = os.fork()
    if child == 0:
        os.environ.update(environment)
        os.dup2(os.open(standard_input or os.devnull, os.O_RDONLY), 0)
        for target, stream in enumerate(streams, 1):
            os.dup2(stream.fileno(), target)
        sys.argv = ["sacrebleu", *arguments]
        # sacrebleu replaces these; a reference is kept, for the files must not be closed then.
        originals = sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
        code = 1
        try:
            run_sacrebleu()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        except BaseException:
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr, *originals[1:]):
                stream.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    texts = []
    for stream in streams:
        stream.seek(0)
        texts.append(stream.read().decode())
    return texts[0], texts[1], os.waitstatus_to_exitcode(status)


def comparable_messages(errors, code):
    """The messages that are sacreBLEU's own; None where it fell over and ours must be better."""
    if "Traceback" in errors:
        return None
    if code == 2:
        return errors.partition("error: ")[2].splitlines()
    return [line for line in errors.splitlines() if "--list" not in line and "'wmt" not in line]


def command_fixture(files):
    results = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, content in files.items():
            with open(name, "wb") as file:
                file.write(content)
        for line, standard_input, environment in command_lines():
            output, errors, code = run_command(shlex.split(line), standard_input, environment)
            results.append({"arguments": shlex.split(line), "stdin": standard_input, "environment": environment,
                            "stdout": output, "messages": comparable_messages(errors, code), "code": code})
        os.chdir("/")
    return {"files": {name: content.hex() for name, content in files.items()}, "commands": results}


def main():
    assert sacrebleu.__version__ == "2.6.0", f"this needs sacreBLEU 2.6.0, not {sacrebleu.__version__}"
    folder = os.path.abspath(sys.argv[1])
    random_ = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    for name in ("SACREBLEU_FORMAT", "NO_COLOR"):
        os.environ.pop(name, None)
    commands = command_fixture(command_files(random_))
    logging.disable(logging.WARNING)
    lines = golden_text.SENTENCES + golden_text.generated_lines(random_)
    fixtures = {"tokens": token_fixture(lines), "scores": score_fixture(make_corpora(random_.sample(lines, 150), random_)),
                "commands": commands}
    for name, fixture in fixtures.items():
        with open(os.path.join(folder, f"{name}.json"), "w", encoding="ascii") as file:
            json.dump(fixture, file, separators=(",", ":"), sort_keys=True)
            file.write("\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes what sacreBLEU 2.6.0 says about text written for this project, for the tests of nmt/scoring.

usage: make_golden.py FOLDER [SEED]

The fixtures in golden/ are those of seed 1. golden_test.cpp makes others on machines that have sacreBLEU.
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

import sacrebleu_path  # noqa: F401
import numpy
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.metrics.bleu import _get_tokenizer
from sacrebleu.sacrebleu import main as run_sacrebleu
from sacrebleu.significance import PairedTest
from sacrebleu.tokenizers.tokenizer_ter import TercomTokenizer

import golden_text

TOKENIZERS = ["13a", "intl", "zh", "char", "none"]
METRICS = {"BLEU": BLEU, "chrF": CHRF, "TER": TER}
TERCOM_SWITCHES = {"n": "normalized", "p": "no_punct", "a": "asian_support", "c": "case_sensitive"}


def tercom(switches):
    return {option: letter in switches for letter, option in TERCOM_SWITCHES.items()}


def token_fixture(lines):
    preparations = {switches: TercomTokenizer(**tercom(switches)) for switches in ("n", "na", "p", "pa", "np", "npa", "nc")}
    return [{"line": line, **{name: _get_tokenizer(name)()(line) for name in TOKENIZERS}, "lower": line.lower(),
             "split": line.split(), "trimmed": line.rstrip(),
             # Only where the switches change something.
             "tercom": {switches: prepared for switches, prepare in preparations.items()
                        if (prepared := prepare(line)) != " ".join(line.lower().split())}} for line in lines]


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


def ter_options():
    for switches in ("", "n", "p", "a", "c", "na", "pa", "np", "npa", "npac"):
        yield tercom(switches)


def all_options(name):
    return {"BLEU": bleu_options, "chrF": chrf_options, "TER": ter_options}[name]()


def score_fixture(corpora):
    results = []
    for number, corpus in enumerate(corpora):
        for metric_name, metric_class in METRICS.items():
            if corpus.get("only", metric_name) != metric_name:
                continue
            for options in all_options(metric_name):
                metric = metric_class(**options)
                score = metric.corpus_score(corpus["hypotheses"], corpus["references"])
                signature = metric.get_signature()
                result = {"corpus": number, "metric": metric_name, "options": options,
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
    moved = dict(zip(("hypotheses", "references"), moved_words(random_)), only="TER")
    return [single, multiple, tiny, nothing, perfect, moved]


def moved_words(random_):
    """Texts of few different words, so that there are many moves to choose from, some beyond every limit of TER."""
    hypotheses, references = [], []
    for size in [0, 1, 2, 5, 9, 12, 20, 30, 45, 60] * 4 + [120]:
        words = [str(random_.randrange(random_.choice((2, 4, 30, 300)))) for _ in range(size)]
        moved = list(words) if random_.random() < 0.8 else words[:random_.randrange(size + 1)] * random_.randrange(3)
        for _ in range(random_.randrange(5)):
            start, end = sorted(random_.randrange(len(moved) + 1) for _ in range(2))
            run, moved = moved[start:end], moved[:start] + moved[end:]
            at = random_.randrange(len(moved) + 1)
            moved = moved[:at] + run + moved[at:]
            if moved and random_.random() < 0.7:
                moved[random_.randrange(len(moved))] = "x"
        hypotheses.append(" ".join(moved))
        references.append(" ".join(words))
    return hypotheses, [references]


def seeded(seed, function, *arguments):
    os.environ["SACREBLEU_SEED"] = seed
    try:
        return function(*arguments)
    finally:
        del os.environ["SACREBLEU_SEED"]


def resampling_options():
    """Metrics whose arithmetic differs under NumPy."""
    yield from (("BLEU", {"smooth_method": method, "smooth_value": value, "effective_order": value == 0.5})
                for method, value in (("exp", None), ("floor", 0.3), ("add-k", 1), ("add-k", 0.5), ("add-k", 1.7), ("none", None)))
    yield from (("chrF", options) for options in ({}, {"word_order": 2}, {"beta": 3, "char_order": 2}, {"eps_smoothing": True},
                                                  {"eps_smoothing": True, "word_order": 6, "beta": 1}, {"beta": 0}))
    yield from (("TER", tercom(switches)) for switches in ("", "npa"))


def paired_results(metric_name, options, test, samples, systems, references):
    test = PairedTest(systems, {metric_name: METRICS[metric_name](**options, references=references)}, None, test, samples)
    signatures, scores = test()
    (name, signature), = signatures.items()
    return {"signature": signature.format(), "systems": [{key: None if value is None else float(value) for key, value in
                                                         vars(result).items()} for result in scores[name]]}


def resampling_fixture(random_):
    """Random streams, confidence intervals and paired tests."""
    streams = []
    for seed in (0, 1, 12345, 2**32, 2**64 + 1, 2**127 - 1, 2**200 + 12345, 10**60):
        for size in (1, 2, 3, 10, 1000, 3003, 2**31 + 11):
            generator = numpy.random.default_rng(seed)
            streams.append({"seed": str(seed), "size": size, "indices": generator.choice(size, 40).tolist(),
                            "bits": numpy.random.default_rng(seed).integers(2, size=(3, 77), dtype=bool).astype(int).tolist()})
    lines = golden_text.SENTENCES * 3
    references = [lines, [golden_text.corrupt(line, random_) for line in lines]]
    systems = [[golden_text.corrupt(line, random_) for line in lines] for _ in range(2)]
    systems.append([random_.choice(pair) for pair in zip(*systems)])
    systems.append(["x"] * len(lines))
    named = [(f"system {number}", system) for number, system in enumerate(systems)]
    results = []
    for metric_name, options in resampling_options():
        for count in (1, 2):
            for seed in ("12345", str(random_.randrange(1, 2**40))):
                metric = METRICS[metric_name](**options)
                try:
                    score = seeded(seed, metric.corpus_score, systems[0], references[:count], 150)
                except TypeError:  # Python's mean of different kinds of numbers
                    continue
                result = {"metric": metric_name, "options": options, "references": count, "seed": seed, "samples": 150,
                          "confidence": {"mean": float(score._mean), "ci": float(score._ci)},
                          "signature": metric.get_signature().format()}
                for test in ("bs", "ar"):
                    # Sums of fractions depend on the order in which a matrix library adds.
                    if test == "bs" or metric_name != "TER" or count == 1:
                        result[test] = seeded(seed, paired_results, metric_name, options, test, 150, named, references[:count])
                results.append(result)
    return {"numpy": int(numpy.__version__.partition(".")[0]), "streams": streams, "references": references,
            "systems": systems, "results": results}


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
        "hyp3": joined([golden_text.corrupt(line, random_) if random_.random() < 0.3 else other for line, other in zip(lines, hyp)]),
        "two": joined([f"{h or '-'}\t{r}" for h, r in zip(hyp, refs[1])]), "1": joined(hyp), "2.5": joined(refs[1]),
        "schön": joined(refs[0]), "a&b_c%": joined(refs[1]), "zero": joined(["qqq"] * len(lines)),
        "uneven": joined([f"{h or '-'}\tb" if i % 2 else h for i, h in enumerate(hyp)]),
        "bom": b"\xef\xbb\xbf" + joined(hyp),
    }


def several_systems():
    for metrics in ("bleu", "ter chrf bleu", "chrf chrf bleu"):
        for form in ("json", "text", "latex"):
            yield f"ref -i hyp hyp2 hyp3 -m {metrics} -f {form}", None, {}
            yield f"ref ref2 -i hyp hyp2 hyp3 -m {metrics} -f {form} -par -parn 50 -w 2", None, {}
            if form != "json" or metrics == "bleu":  # NumPy's numbers cannot be written as JSON
                yield f"ref ref2 -i hyp hyp2 hyp3 -m {metrics} -f {form} -pbs -pbsn 60 -sh", None, {}
    for option in ("-b", "-w 0", "-w 5 -f text", "-d", "-q", "-sh -f latex", "-nc -f text", "-lc -f text", "--force"):
        yield f"ref -i hyp hyp2 {option}", None, {}
        yield f"ref -i hyp hyp2 -pbs -pbsn 20 {option}", None, {}
    for names in ("1 2.5", "2.5 1", "1 hyp", "schön hyp", "a&b_c% hyp", "hyp schön a&b_c% 1", "tokenized tokenized", "hyp zero"):
        for form in ("json", "text", "latex", "text -par -parn 20", "latex -pbs -pbsn 40", "latex -w 0"):
            yield f"ref -i {names} -f {form}", None, {}
    yield "tokenized_ref -i tokenized blank", None, {}
    for form in ("json", "text", "text -pbs", "text -par -parn 33 -m chrf", "json -m ter bleu"):
        yield f"ref -f {form}", "two", {}
        yield f"ref -f {form} -q", "wide", {}
    yield "tokenized_ref -i tokenized tokenized_ref -f text -par -parn 9", None, {}
    yield "tokenized_ref -i tokenized tokenized_ref -m chrf bleu --force", None, {}
    for option in ("", "-f text", "-b", "-b -f text", "-cin 1", "-cin 20 -f text -w 4", "-m bleu chrf ter -w 17", "-m ter -sh -f text",
                   "-m bleu chrf ter -f text", "-m bleu chrf -b", "-m chrf bleu -b -f text", "-cin 0", "-cin -5", "-q"):
        yield f"ref ref2 -i hyp -ci {option}", None, {}
        if "chrf" not in option:  # Python's mean of different kinds of numbers
            yield f"ref -i zero -ci {option}", None, {}
    for seed in ("0", "7", "00012", "340282366920938463463374607431768211456", "-1", "x", "1.5", ""):
        yield "ref -i hyp -ci -w 9", None, {"SACREBLEU_SEED": seed}
        if seed != "0":  # in paired tests taken for none
            yield "ref -i hyp hyp2 -pbs", None, {"SACREBLEU_SEED": seed}
            yield "ref -i hyp hyp2 -par -parn 99", None, {"SACREBLEU_SEED": seed}
    for line in ("-i hyp hyp -pbs -pbsn 9", "-i hyp hyp2 hyp -par -parn 9 -q", "-i hyp hyp2 hyp2", "-i hyp hyp2 hyp2 -pbs", "-i hyp hyp",
                 "-i hyp -pbs", "-i hyp -par", "-i hyp hyp2 -ci", "-i hyp hyp2 -ci -pbs", "-i hyp hyp2 -sl", "-i hyp -sl -ci",
                 "-i hyp -sl -pbs", "-i hyp hyp2 -pbs -pbsn 0 -f text", "-i hyp hyp2 -par -parn -3 -f text", "-i hyp short",
                 "-i hyp hyp2 -pbs -pbsn 10 -j 1", "-i hyp missing", "-i hyp hyp2 -paired-b", "-i hyp hyp2 --paired-ar-n 9 --paired-ar",
                 "-i hyp hyp2 -pbs -par", "-i hyp hyp2 -par -pbs", "-i hyp hyp2 --paired", "-i hyp hyp2 -pbs -pbsn 1.5", "-i hyp empty",
                 "-i hyp hyp2 -cin", "-i hyp hyp2 -pbs -j -1", "-i hyp -m ter -sl -b -w 5", "-i hyp hyp2 -m ter ter -f text"):
        yield f"ref {line}", None, {}


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
    ter = ["", "-f text", "-w 9", "--ter-normalized", "--ter-no-punct -f text", "--ter-asian-support --ter-normalized -sh -f text",
           "--ter-case-sensitive", "-sl -b", "--ter-asian-support --ter-no-punct --ter-normalized -w 7"]
    for option in ter:
        yield f"ref -i hyp -m ter {option}", None, {}
    yield "ref ref2 -i hyp -m ter bleu chrf -w 6", None, {}
    yield from several_systems()
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
    for name in ("SACREBLEU_FORMAT", "SACREBLEU_SEED", "NO_COLOR"):
        os.environ.pop(name, None)
    commands = command_fixture(command_files(random_))
    logging.disable(logging.WARNING)
    lines = golden_text.SENTENCES + golden_text.generated_lines(random_)
    fixtures = {"tokens": token_fixture(lines), "scores": score_fixture(make_corpora(random_.sample(lines, 150), random_)),
                "commands": commands, "resampling": resampling_fixture(random_)}
    for name, fixture in fixtures.items():
        with open(os.path.join(folder, f"{name}.json"), "w", encoding="ascii") as file:
            json.dump(fixture, file, separators=(",", ":"), sort_keys=True)
            file.write("\n")


if __name__ == "__main__":
    main()

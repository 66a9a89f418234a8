"""Text for make_golden.py: sentences written for this project, and generated lines of every kind of character."""

import random
import unicodedata

SENTENCES = """\
The ship left the harbour at 6.30 in the morning, and nobody waved.
She paid 1,250.75 crowns for it; the dealer had asked for 1,400 - "a bargain", he said.
Der Zug nach Köln hält nicht in Königswinter, sondern erst in Bonn-Beuel.
«Es hat keinen Sinn», murmelte der Müller, „die Mühle steht seit 1998 still“.
L'été dernier, nous n'avons vu qu'une seule étoile filante : c'était le 12/08.
¿Quién dijo que el tren de las 7:45 no llega nunca a tiempo? ¡Nadie!
Ο οδηγός έκλεισε την πόρτα. ΟΔΟΣ ΑΘΗΝΑΣ 5, είπε.
İstanbul'da hava 21° ve güneşli; IĞDIR'da ise yağmurlu.
Поезд №45 пришёл в 10:05 — без опозданий…
Příliš žluťoučký kůň úpěl ďábelské ódy (alespoň se to tak říká).
我们在桥上等了两个小时，可是船没有来。
「明日は雨でしょう」と、彼は3回も言った。
기차는 오후 3시 20분에 떠났습니다.
وصل القطار في الساعة ٥:٣٠ مساءً، ولم ينتظره أحد.
הרכבת הגיעה בשעה 17:30, אבל הרציף היה ריק.
यह पुल १९५२ में बना था, और अब भी मज़बूत है।
รถไฟออกเวลา ๘ นาฬิกา
Ticket no. 3-4567 & receipt <b>A&amp;B</b> cost $5.00 (+19% VAT).
e-mail: info@example.org, http://example.org/a_b?c=d&e=f#g
The the the the the
rock 'n' roll isn't dead, it's sleeping.
A sentence without any punctuation whatsoever
It ends with a year, 1984.
It ends with a year, 1984 .
Wait... what?! No -- really?
50%-70% of 3,5 kg at -5°C; 7-8 eggs, 2.5-3 cups
""".splitlines()

WRITTEN_RULES = [
    "", " ", "   ", ".", ",", "-", "a", "1", "..", ".,", ",.", "1.", ".1", "1,2", "a,b", "a.1", "1.a", "1-", "1-2",
    "-1", "a-1", "1--2", "a..b", "1..2", "1.,2", "a.,b", "'s", "it's", "&quot;a&quot;", "&amp;lt;", "&apos;", "&amp;amp;",
    "&", "a & b", "<skipped>", "a <skipped>b", "<<skipped>skipped>", "a-\nb", "a\nb", "-\n", "\n", "a -\n-\n b",
    "(hi)", "((", "a)", "(a", "()", "(", "“hi”", "hi!?", "...hi", "a_b", "a|b", "[a]{b}", "~a~", "\\", "/", "a/b", "$5",
    "é.", ".é", "é,1", "1é", "漢,字", "1漢-字", "漢.1", "字。字", "，", "a b", "x　y", "a\tb", "a\rb", "end \r",
    "​a​", "﻿BOM first", "Σ", "ΑΣ", "ΑΣ.", "Σ Σ", "ΟΔΟΣ ΟΔΟΣ", "ΑΣ’Α", "İI", "ß ẞ", "ǅ ǈ ǋ",
    "𐐀𐐁", "Ⅷ Ⓐ", "½ ² ٣ Ⅳ", "a½.", "½.a", "٣.", ".٣", "٣-", "1٫5", "a·b", "a་b", "+1", "a+b", "€5", "5€", "^", "`",
    "a" * 300, "word " * 40, "x.y,z-" * 20,
]

EMOJI = ["😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪🇫🇷", "5️⃣", "☃️", "❤", "🧑🏿‍🚀", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "©️ ™", "🫠"]

# First and last code points of the blocks that tokenizers treat specially, and those beside them.
EDGES = [0x2000, 0x2001, 0x2A6D, 0x2A6E, 0x2E80, 0x2FDF, 0x2FF0, 0x303F, 0x3041, 0x30FF, 0x3105, 0x312F, 0x31A0, 0x31E3,
         0x31F0, 0x3200, 0x33FF, 0x3400, 0x4DB5, 0x4DB6, 0x4DBF, 0x4E00, 0x9FBB, 0x9FBC, 0xF900, 0xFA2D, 0xFA2E, 0xFA30,
         0xFA6A, 0xFA6B, 0xFA70, 0xFAD9, 0xFE10, 0xFE19, 0xFE20, 0xFE30, 0xFE4F, 0xFE50, 0xFF01, 0xFFEE, 0x20000, 0x2A6D6,
         0x2A700, 0x2B740, 0x2F800, 0x2FA1D, 0x1F000, 0xAC00, 0xD7A3, 0x1100, 0xA000, 0x1B000]

# Known to every Unicode library in question: what was assigned later is classed differently by different versions.
ASSIGNED = {}
for code_point in range(0x110000):
    category = unicodedata.category(chr(code_point))
    if category not in ("Cs", "Cn"):
        ASSIGNED.setdefault(category, []).append(chr(code_point))


def generated_lines(random_: random.Random):
    """Hundreds of corner-case lines, each of one line of text unless it is in WRITTEN_RULES."""
    lines = list(WRITTEN_RULES)
    common = ["a", "B", "7", "42", ".", ",", "-", " ", "(", ")", "'", "word", "Zug"]

    def mixed(pool, length):
        return "".join(random_.choice(pool) if random_.random() < 0.5 else random_.choice(common) for _ in range(length))

    for category in sorted(ASSIGNED):
        lines += [mixed(ASSIGNED[category], random_.randrange(2, 14)) for _ in range(4)]
    for edge in EDGES:
        lines.append(f"a{chr(edge)}b 1{chr(edge)}2, {chr(edge)}.")
    for low in range(0x2E00, 0x10000, 0x400):
        pool = [c for cs in ASSIGNED.values() for c in cs if low <= ord(c) < low + 0x400]
        if pool:
            lines.append(mixed(pool, 12))
    lines += [mixed(EMOJI, 6) for _ in range(12)]
    lines += [mixed(ASSIGNED["Mn"] + ASSIGNED["Mc"] + ASSIGNED["Me"], 12) for _ in range(8)]
    right_to_left = [chr(c) for c in list(range(0x5D0, 0x5EB)) + list(range(0x621, 0x64B))] + list("‏‎‫‬⁦⁩،؟")
    lines += [mixed(right_to_left, 14) for _ in range(12)]
    controls = [chr(c) for c in list(range(0, 10)) + list(range(11, 32)) + list(range(127, 160))]
    lines += [mixed(controls, 10) for _ in range(16)]
    spaces = [chr(c) for c in (9, 11, 12, 28, 29, 30, 31, 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200C), 0x2028, 0x2029,
                               0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF)]
    lines += [mixed(spaces, 8) for _ in range(16)] + spaces
    cased = [c for c in ASSIGNED["Lu"] + ASSIGNED["Lt"]] + list("ΣΣΣσςİIı’·̇̈")
    lines += [mixed(cased, 10) for _ in range(16)] + [mixed(list("ΣΑ.’·­ ́"), 8) for _ in range(12)]
    lines += ["".join(random_.choice(".,-'1a &;<>é漢 ") for _ in range(random_.randrange(1, 24))) for _ in range(60)]
    return lines


def corrupt(line: str, random_: random.Random):
    """A translation of `line` that is more or less wrong."""
    kind = random_.random()
    if kind < 0.1:
        return line
    if kind < 0.15:
        return ""
    if kind < 0.3:
        return line.swapcase()
    if kind < 0.5 and line:
        at = random_.randrange(len(line))
        return line[:at] + random_.choice("x.é漢 ") + line[at + random_.randrange(2):]
    words = line.split(" ")
    words = [word for word in words if random_.random() < 0.85]
    if words and random_.random() < 0.5:
        words.insert(random_.randrange(len(words) + 1), random_.choice(words))
    if len(words) > 2 and random_.random() < 0.5:
        words[0], words[-1] = words[-1], words[0]
    return " ".join(words)

"""Fails unless an HTML page (standard input) is well-formed and needs no network.

Every tag is closed in order, ids are unique, there is one script and one style sheet, no handler in
an attribute, and no address of another file. Prints what is wrong.
"""

import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "img", "input", "hr", "circle", "polygon", "line", "rect", "polyline"}


class Checker(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.counts, self.ids, self.faults = [], {}, set(), []

    def fault(self, words):
        self.faults.append(f"line {self.getpos()[0]}: {words}")

    def check(self, tag, attributes):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag in {"link", "img", "iframe", "object", "embed", "base"}:
            self.fault(f"<{tag}>")
        for name, value in attributes:
            if name.startswith("on") or name in {"src", "href", "srcset", "action"}:
                self.fault(f"{name}={value}")
            if name == "id":
                if value in self.ids:
                    self.fault(f"id {value} twice")
                self.ids.add(value)

    def handle_starttag(self, tag, attributes):
        self.check(tag, attributes)
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.check(tag, attributes)
        if tag not in VOID:
            self.fault(f"<{tag}/>")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.fault(f"</{tag}> closes nothing")


page = sys.stdin.read()
checker = Checker()
checker.feed(page)
checker.close()
if checker.open:
    checker.fault(f"left open: {checker.open}")
for tag in ("script", "style", "title", "main", "h1"):
    # An SVG's <title> counts as well.
    if checker.counts.get(tag, 0) != 1 and tag != "title":
        checker.fault(f"{checker.counts.get(tag, 0)} <{tag}>")
for address in re.findall(r"(?:https?:)?//[a-z][\w.]+|url\(|@import", page, re.IGNORECASE):
    checker.fault(f"address {address}")
for fault in checker.faults:
    print(fault)
sys.exit(1 if checker.faults else 0)

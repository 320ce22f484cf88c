#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""page.py FILE: whether a page of `palate report` is what it has to be. Says what is not, exits 1.

Every element is closed where it should be; nothing is fetched or run; names of places are unique and those that are
pointed at exist; rows of a table have as many cells as it has heads; pictures are XML, with a title; every number is
one."""

import html.parser
import re
import sys
import xml.dom.minidom

VOID = {"meta", "br", "hr", "img", "input", "link"}
ALLOWED = set(
    "html head meta title style body a svg defs pattern line rect path circle text tspan desc header p h1 h2 h3 h4 bdi "
    "b i nav ul li main section div table caption thead tbody tr th td small span details summary figure figcaption "
    "article code pre dl dt dd footer".split()
)


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.problems, self.ids, self.targets, self.text = [], [], [], [], []
        self.heads = self.cells = 0

    def say(self, problem):
        self.problems.append(f"line {self.getpos()[0]}: {problem}")

    def handle_starttag(self, tag, attributes):
        if tag not in ALLOWED:
            self.say(f"<{tag}>")
        for name, value in attributes:
            if name.startswith("on") or name in ("src", "srcset", "xlink:href", "action"):
                self.say(f"attribute {name}")
            if name == "id":
                self.ids.append(value)
            if name == "href":
                self.targets.append(value)
        if tag == "table":
            self.heads = 0
        if tag == "tr":
            self.cells = 0
        if tag in ("th", "td"):
            self.cells += 1
            self.heads += "thead" in self.open
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.say(f"</{tag}> within {self.open}")
        else:
            self.open.pop()
        if tag == "tr" and self.heads and self.cells != self.heads:
            self.say(f"{self.cells} cells below {self.heads} heads")

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def problems_of(text):
    page = Page()
    page.feed(text)
    page.close()
    found = page.problems
    if page.open:
        found.append(f"not closed: {page.open}")
    if len(set(page.ids)) < len(page.ids):
        found.append("an id twice")
    found += [f"points at {target}" for target in page.targets if target[:1] != "#" or target[1:] not in page.ids]
    for picture in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        document = xml.dom.minidom.parseString(picture).documentElement
        hidden = document.getAttribute("aria-hidden") == "true"
        if not hidden and not document.getElementsByTagName("title"):
            found.append(f"a picture without title: {picture[:80]}")
    if re.search(r"\b(nan|inf)\b", " ".join(re.findall(r'"([^"]*)"', text)) + " ".join(page.text)):
        found.append("a number that is none")
    if re.search(r"https?:|url\((?!#)|@import", text):
        found.append("something from outside")
    return found


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        problems = problems_of(file.read())
    print("\n".join(problems))
    sys.exit(bool(problems))

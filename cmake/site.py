# SPDX-License-Identifier: Apache-2.0
"""What mkdocs does not do by itself: a hook of it, and an extension of griffe, which reads docstrings.

What pages link to outside of docs/ becomes pages of the site; decisions get a list; links of notebooks lead to pages;
and the options that functions take, which the library's tables say when the package is imported, are in the reference.
"""

import importlib
import inspect
import logging
import pathlib
import posixpath
import re

import griffe
from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).resolve().parents[1]
SHOWN = ["include/palate/*.h", "examples/c/*.c"]
DECISIONS = "decisions/index.md"
log = logging.getLogger("mkdocs.hooks.site")
NOTEBOOK_LINK = re.compile(r'href="(?P<target>[^":#]+)\.md(?P<place>#[^"]*)?"')
LINK = re.compile(r"\]\((?P<target>(?:\.\./)+(?:include|examples)/[^)#\s]+)\)")


def shown():
    """Yield the path of every file that is shown as it is."""
    for pattern in SHOWN:
        for path in sorted(ROOT.glob(pattern)):
            yield path.relative_to(ROOT).as_posix()


def page_of(path):
    """Return a page that shows a file."""
    return f"# {posixpath.basename(path)}\n\n`{path}`\n\n```c\n{(ROOT / path).read_text()}```\n"


def list_of(folder):
    """Return a page that lists the files of a folder."""
    inside = [path for path in shown() if posixpath.dirname(path) == folder]
    return f"# {folder}\n\n" + "".join(f"- [{name}]({name}.md)\n" for name in map(posixpath.basename, inside))


def list_of_decisions():
    """Return a page that lists what was decided, by number."""
    pages = sorted((ROOT / "docs/decisions").glob("0*.md"))
    titles = [(page.name, page.read_text().splitlines()[0].lstrip("# ")) for page in pages]
    return "# Decisions\n\n" + "".join(f"- [{title}]({name})\n" for name, title in titles)


def on_files(files, config):
    """Add what is not in docs/."""
    made = {f"{path}.md": page_of(path) for path in shown()}
    made.update({f"{folder}/index.md": list_of(folder) for folder in sorted({posixpath.dirname(p) for p in shown()})})
    made[DECISIONS] = list_of_decisions()
    for uri, content in made.items():
        files.append(File.generated(config, uri, content=content))
    return files


def on_page_markdown(markdown, page, config, files):
    """Point links to files outside of docs/ at the pages that show them."""
    folder = posixpath.dirname(page.file.src_uri)

    def to_page(link):
        outside = posixpath.normpath(posixpath.join("docs", folder, link["target"]))
        inside = f"{outside}.md" if pathlib.PurePosixPath(outside).suffix else f"{outside}/index.md"
        return f"]({posixpath.relpath(inside, folder or '.')})"

    return LINK.sub(to_page, markdown)


def on_page_content(html, page, config, files):
    """Point links of notebooks to the pages that come of them; complain of those that lead nowhere."""
    if not page.file.src_uri.endswith(".ipynb"):
        return html

    def to_page(link):
        source = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), f"{link['target']}.md"))
        if files.get_file_from_path(source) is None:
            log.warning("Doc file '%s' contains a link '%s.md', which leads nowhere", page.file.src_uri, link["target"])
        return f'href="{link["target"]}.html{link["place"] or ""}"'

    return NOTEBOOK_LINK.sub(to_page, html)


class Options(griffe.Extension):
    """Docstrings that end in "Options:" are completed when the package is imported: take them from there."""

    def on_object(self, *, obj, **_):
        """Replace a docstring."""
        if obj.docstring is None or not obj.docstring.value.rstrip().endswith("Options:"):
            return
        of = importlib.import_module(obj.module.path)
        for name in obj.path[len(obj.module.path) + 1 :].split("."):
            of = getattr(of, name)
        text = inspect.getdoc(of)
        lead, _, options = text.partition("\nOptions:\n")
        obj.docstring.value = f"{lead}\nOptions:\n\n{as_list(options)}"


def as_list(options):
    """Return lines such as "factors (int): How many." as a list."""
    lines = (line.strip() for line in options.splitlines() if line.strip())
    return "\n".join(re.sub(r"^(\w+) \((.*?)\): ", r"* `\1` (\2): ", line) for line in lines) + "\n"

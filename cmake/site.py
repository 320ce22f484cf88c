# SPDX-License-Identifier: Apache-2.0
"""A hook of mkdocs: what pages link to outside of docs/ becomes pages of the site, and decisions get a list."""

import pathlib
import posixpath
import re

from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).resolve().parents[1]
SHOWN = ["include/palate/*.h", "examples/c/*.c"]
DECISIONS = "decisions/index.md"
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

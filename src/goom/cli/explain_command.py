"""What a cause means, how it is recognised, how sure one can be.

Without a name it lists the causes. The text is the detector's own documentation.
"""

from __future__ import annotations

import argparse
import difflib
import inspect
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from goom.case.errors import BadInput
from goom.case.verdict import CAUSES

SECTIONS = (
    "What it sees",
    "Why it hurts",
    "How sure",
    "What else looks like this",
    "References",
)
_TITLE = re.compile(rf"^ *({'|'.join(SECTIONS)})(?:: *| *$)", re.MULTILINE)
_WIDTH = 80
_PREFACE = """\
# Causes

Made from the detectors' own documentation by `make docs`; `goom explain CAUSE` prints the same.
"""


@dataclass(frozen=True, slots=True)
class Page:
    """What a detector says of its cause: a summary, and the text under each of SECTIONS."""

    cause: str
    summary: str
    sections: Mapping[str, str]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The cause, or none for the list."""
    parser.add_argument("cause", nargs="?", metavar="CAUSE", help="one of: " + ", ".join(CAUSES))
    parser.add_argument("--markdown", action="store_true", help="all causes as one Markdown page")


def run(parsed: argparse.Namespace) -> int:
    """Print one page, the list, or all pages as Markdown."""
    pages = {page.cause: page for page in _pages()}
    if parsed.markdown:
        sys.stdout.write(markdown(pages.values()))
    elif parsed.cause is None:
        sys.stdout.write(_list(pages.values()))
    elif parsed.cause in pages:
        _show(pages[parsed.cause])
    else:
        near = difflib.get_close_matches(parsed.cause, CAUSES, 1) or ["heap_leak"]
        raise BadInput(
            f"{parsed.cause} is not a cause that goom knows.",
            f"Try:  goom explain {near[0]}\nor, for the list:  goom explain",
        )
    return 0


def _pages() -> Iterator[Page]:
    from goom import detectors
    from goom.rooms import name_of, residents

    speakers = {name_of(speak): speak for speak in residents(detectors, "detector")}
    for cause in CAUSES:
        if cause in speakers:
            yield read_page(cause, inspect.getdoc(speakers[cause]) or "")


def read_page(cause: str, documentation: str) -> Page:
    """Cut a detector's docstring where a line begins with a section's title."""
    summary, *rest = _TITLE.split(documentation)
    texts = (textwrap.dedent(text).strip() for text in rest[1::2])
    return Page(cause, summary.strip(), dict(zip(rest[::2], texts, strict=True)))


def markdown(pages: Iterable[Page]) -> str:
    """All pages as one, the text of docs/causes.md."""
    parts = [_PREFACE]
    for page in pages:
        parts.append(f"## `{page.cause}`\n\n{page.summary}\n")
        parts += [f"### {title}\n\n{text}\n" for title, text in page.sections.items()]
    return "\n".join(parts)


def _list(pages: Iterable[Page]) -> str:
    lines = [
        textwrap.fill(
            _first_sentence(page.summary),
            _WIDTH,
            initial_indent=f"  {page.cause:<16}",
            subsequent_indent=" " * 18,
        )
        for page in pages
    ]
    return "\n".join(["Causes:", *lines, "", "goom explain CAUSE says more about one.", ""])


def _first_sentence(text: str) -> str:
    joined = " ".join(text.split())
    return joined.partition(". ")[0].rstrip(".")


def _show(page: Page) -> None:
    from rich.console import Console  # a tenth of a second that the list and --help do not need
    from rich.text import Text

    console = Console(highlight=False)
    width = min(console.width, _WIDTH)
    console.print(Text(page.cause, style="bold"))
    console.print(Text(textwrap.fill(" ".join(page.summary.split()), width)))
    for title, text in page.sections.items():
        console.print(Text(f"\n{title}", style="bold"))
        console.print(Text("\n\n".join(_wrapped(text, width))))


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Paragraphs joined for the width at hand; a list keeps an item a line."""
    for paragraph in text.split("\n\n"):
        items = re.split(r"\n(?=- )", paragraph)
        yield "\n".join(
            textwrap.fill(
                " ".join(item.replace("``", "").split()),
                width,
                initial_indent="  ",
                subsequent_indent="    " if item.startswith("- ") else "  ",
            )
            for item in items
        )

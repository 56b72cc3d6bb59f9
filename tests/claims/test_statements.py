"""Every claim says what is said, how it is measured, by which rule, and what is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goom import claims
from goom.claims.bench.claim import Claim
from goom.renderers.claims.chapters import title
from tests.claims.twins import all_claims

FOLDER = Path(claims.__path__[0])
OF_THE_ARTICLE = {f"C{number:03d}" for number in range(1, 123)}
CLAIMS = [pytest.param(claim, id=claim.id) for claim in all_claims().values()]


def test_every_statement_of_the_article_has_a_claim() -> None:
    assert all_claims().keys() >= OF_THE_ARTICLE


def test_a_file_is_called_by_its_claims_number() -> None:
    numbers = [path.stem.partition("_")[0].upper() for path in sorted(FOLDER.glob("c[0-9]*.py"))]
    assert numbers == list(all_claims())


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_prose_is_there(claim: Claim) -> None:
    said = claim.statement
    for text in (said.statement, said.method, said.rule, said.truth):
        assert len(text) >= 4
    for text in (said.statement, said.method, said.rule, said.truth, said.instead):
        assert text.isprintable()
        assert text == " ".join(text.split()), "a blank is missing or doubled"


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_chapter_is_one_of_the_article(claim: Claim) -> None:
    assert title(claim.statement.chapter) != claim.statement.chapter


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_rule_says_when_it_holds_or_not(claim: Claim) -> None:
    assert re.search(r"\bholds?\b|cannot|measur", claim.statement.rule)


def test_claims_share_the_bench_and_not_each_other() -> None:
    for path in FOLDER.glob("c[0-9]*.py"):
        assert "goom.claims.c" not in path.read_text(encoding="utf-8"), path.name

"""The generated pages of the reference, and the queries that are kept, say what the code says now."""

import pytest

from tools import write_docs


@pytest.mark.parametrize("name", sorted(write_docs.PAGES))
def test_a_generated_page_is_fresh(name: str):
    page = write_docs.ROOT / "docs" / "reference" / f"{name}.md"
    assert page.read_text(encoding="utf-8") == write_docs.PAGES[name](), f"docs/reference/{name}.md is stale: run make docs"


def test_the_queries_that_are_kept_are_fresh():
    stale = [path.name for path, text in write_docs.kept() if path.read_text(encoding="utf-8") != text]
    assert not stale, f"{stale} are stale: run make docs"

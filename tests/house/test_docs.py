"""The generated pages of the reference say what the code says now."""

import pytest

from tools import write_docs


@pytest.mark.parametrize("name", sorted(write_docs.PAGES))
def test_a_generated_page_is_fresh(name: str):
    page = write_docs.ROOT / "docs" / "reference" / f"{name}.md"
    assert page.read_text(encoding="utf-8") == write_docs.PAGES[name](), f"docs/reference/{name}.md is stale: run make docs"

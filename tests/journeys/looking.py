"""What must be true of any page, and how it is looked at: by axe, by its measure, by its heads."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LAWS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 375, "height": 812}


def plain_faults(page: Page) -> list[str]:
    """One heading, a title that ends with the product, nothing to scroll sideways."""
    heads, title = page.locator("h1").count(), page.title()
    width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    found = []
    if heads != 1:
        found.append(f"{heads} h1")
    if not title.endswith(" - Careward") or title == " - Careward":
        found.append(f"title {title!r}")
    if width > window:
        found.append(f"scrolls sideways at {window}: {width}")
    return [f"{page.url}: {fault}" for fault in found]


def axe_faults(page: Page) -> list[str]:
    """What axe finds, each with the rule and the first places."""
    # In the page's own policy no inline script runs; the driver's evaluation is not the page's.
    page.evaluate(_axe())
    answer: dict[str, Any] = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(LAWS)}, resultTypes: ['violations']}})")
    return [f"{page.url}: {v['id']}: {_places(v['nodes'])}" for v in answer["violations"]]


def _places(nodes: Sequence[dict[str, Any]]) -> str:
    return "; ".join(str(n["target"][0]) + " " + str(n["html"])[:120] for n in nodes[:3])


@cache
def _axe() -> str:
    assert AXE.exists(), "axe-core is fetched by make test: node_modules/axe-core is not there"
    return AXE.read_text(encoding="utf-8") + "\n;undefined"

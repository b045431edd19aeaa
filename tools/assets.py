"""Copies the NHS design system's files from node_modules into careward/web/static/nhsuk, with three edits.

The edits: no source map is named, pictures are found beside the stylesheet, and the two Frutiger font rules go. The font and the icons
that show the NHS logo are reserved to NHS organisations, so both stay out unless CAREWARD_NHS_IDENTITY=1. Running it twice changes nothing.
"""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "node_modules" / "nhsuk-frontend" / "dist" / "nhsuk"
TARGET = ROOT / "careward" / "web" / "static" / "nhsuk"

SOURCE_MAP = re.compile(r"\s*(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")
FRUTIGER = re.compile(r"@font-face\s*\{[^}]*Frutiger[^}]*\}")
ABSOLUTE = re.compile(r"url\((['\"]?)/assets/")
LOGO = ("favicon.", "nhsuk-icon-180", "nhsuk-icon-192", "nhsuk-icon-512", "nhsuk-icon-mask", "nhsuk-opengraph")


def edited_css(text: str, *, identity: bool) -> str:
    """The stylesheet without a source map, with pictures beside it, and without Frutiger unless the organisation may use it."""
    text = ABSOLUTE.sub(r"url(\1assets/", SOURCE_MAP.sub("", text))
    return text if identity else FRUTIGER.sub("", text)


def edited_js(text: str) -> str:
    """The script without its source map, which is not served."""
    return SOURCE_MAP.sub("", text)


def wanted(source: Path, *, identity: bool) -> dict[str, bytes]:
    """What the static folder is to hold: path inside it and content."""
    files = {
        "nhsuk-frontend.min.css": edited_css((source / "nhsuk-frontend.min.css").read_text("utf-8"), identity=identity).encode(),
        "nhsuk-frontend.min.js": edited_js((source / "nhsuk-frontend.min.js").read_text("utf-8")).encode(),
    }
    for path in sorted((source / "assets").rglob("*")):
        shows_logo = path.name.startswith(LOGO) or path.name == "manifest.json"
        if path.is_file() and (identity or not shows_logo):
            files[path.relative_to(source).as_posix()] = path.read_bytes()
    return files


def bring(source: Path, target: Path, *, identity: bool) -> tuple[int, int]:
    """Writes what differs and removes what no longer belongs; returns how many files it holds and how many were changed."""
    files, changed = wanted(source, identity=identity), 0
    for path in sorted(target.rglob("*")) if target.exists() else []:
        if path.is_file() and path.relative_to(target).as_posix() not in files:
            path.unlink()
            changed += 1
    for name, content in files.items():
        path = target / name
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed += 1
    return len(files), changed


def main() -> int:
    identity = os.environ.get("CAREWARD_NHS_IDENTITY", "") == "1"
    if not (SOURCE / "nhsuk-frontend.min.css").exists():
        print("assets: node_modules/nhsuk-frontend is not here. Fetch it with `npm ci`, or let `make setup` do both.", file=sys.stderr)
        return 1
    held, changed = bring(SOURCE, TARGET, identity=identity)
    print(f"assets: {held} files in {TARGET.relative_to(ROOT)}, {changed} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The step that brings the NHS design system's files: its edits, and that running it again changes nothing."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("assets", ROOT / "tools" / "assets.py")
assets = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(assets)

CSS = (
    "@font-face{font-family:Frutiger W01;src:url(https://assets.nhs.uk/fonts/F.woff2)}@font-face{font-family:Frutiger W01;font-weight:600}"
    "a{background:url(/assets/images/x.svg)}b{background:url('/assets/images/y.svg')}\n/*# sourceMappingURL=nhsuk-frontend.min.css.map */\n"
)


@pytest.fixture
def source(tmp_path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets" / "images").mkdir(parents=True)
    (folder / "nhsuk-frontend.min.css").write_text(CSS)
    (folder / "nhsuk-frontend.min.js").write_text("export{a};//# sourceMappingURL=nhsuk-frontend.min.js.map\n")
    for name in ("nhsuk-icon-cross.svg", "favicon.svg", "nhsuk-icon-180.png"):
        (folder / "assets" / "images" / name).write_text(name)
    (folder / "assets" / "manifest.json").write_text("{}")
    return folder


def held(target: Path) -> set[str]:
    return {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()}


def test_the_three_edits(source, tmp_path):
    assets.bring(source, tmp_path / "out", identity=False)
    css = (tmp_path / "out" / "nhsuk-frontend.min.css").read_text()
    assert css == "a{background:url(assets/images/x.svg)}b{background:url('assets/images/y.svg')}"
    assert (tmp_path / "out" / "nhsuk-frontend.min.js").read_text() == "export{a};"


def test_font_and_logo_only_for_nhs_organisations(source, tmp_path):
    out = tmp_path / "out"
    assets.bring(source, out, identity=False)
    assert held(out) == {"nhsuk-frontend.min.css", "nhsuk-frontend.min.js", "assets/images/nhsuk-icon-cross.svg"}
    assets.bring(source, out, identity=True)
    assert held(out) >= {"assets/images/favicon.svg", "assets/images/nhsuk-icon-180.png", "assets/manifest.json"}
    assert "Frutiger" in (out / "nhsuk-frontend.min.css").read_text()
    assets.bring(source, out, identity=False)
    assert "assets/images/favicon.svg" not in held(out)


def test_twice_changes_nothing(source, tmp_path):
    assert assets.bring(source, tmp_path / "out", identity=False) == (3, 3)
    assert assets.bring(source, tmp_path / "out", identity=False) == (3, 0)


def test_without_the_package_it_says_what_to_do(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(assets, "SOURCE", tmp_path)
    assert assets.main() == 1
    assert "npm ci" in capsys.readouterr().err

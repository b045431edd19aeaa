"""A pack that an installation keeps in its home, by the command: it is found, checked, and followed."""

import shutil
from pathlib import Path

from tests.contracts.test_command import careward, lines
from tests.make.northmere import OWN, files


def test_a_trust_with_its_own_pack_is_loaded_and_compared_by_the_command(tmp_path: Path):
    home, folder = tmp_path / "home", files(tmp_path / "feeds")
    shutil.copytree(OWN, home / "packs")
    run = careward(home)
    taken = run("organisation", "RNM", "Northmere Community NHS Trust", "--pack", "northmere")
    assert taken.returncode == 0, taken.stderr
    loaded = run("load", str(folder), "--yes", "--allow-unsafe", "The figures of a test are small on purpose")
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    found = lines(run("reconcile", "--on", "2026-11-23", "--keep", "--json"))
    assert {(row["username"], row["code"], row["step"], row["clause"]) for row in found} == {
        ("ghost", "account.unmatched", "ask", "NM-009"),
        ("u2", "account.inactive", "lock", "NM-012"),
        ("u3", "account.inactive", "warn", "NM-011"),
        ("u4", "account.inactive", "close", "NM-013"),
        ("u5", "account.leaver", "close", "NM-010"),
        ("u6", "authorisation.missing", "ask", "NM-004"),
        ("u7", "training.missing", "ask", "NM-007"),
    }
    rows = {row["id"]: row for row in lines(run("clauses", "--json"))}
    counted = "accounts unused for as long as their system allows, and not yet as long as would close them"
    assert len(rows) == 393 and rows["NM-012"]["measure"] == {"total": 8, "complies": 7, "counts": counted}
    assert {clause[:3] for clause, row in rows.items() if row["measure"]} == {"NM-"}


def test_a_mistake_in_it_is_told_with_its_file_and_the_remedy(tmp_path: Path):
    pack = shutil.copytree(OWN, tmp_path / "home" / "packs") / "northmere" / "pack.toml"
    pack.write_text(pack.read_text(encoding="utf-8").replace("lock_after_days = 45", "lock_afer_days = 45", 1), encoding="utf-8")
    refused = careward(tmp_path / "home")("organisation", "RNM", "Northmere", "--pack", "northmere")
    assert refused.returncode == 1
    assert "packs/northmere/pack.toml: inactivity: unknown key 'lock_afer_days'; it may be misspelt" in refused.stderr

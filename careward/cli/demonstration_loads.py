"""Loads of the demonstration that did not simply go in: one was taken back, one is refused, one waits for a second person."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile

from careward.core.columns import ROLE_HOLDERS
from careward.core.days import london_day
from careward.engines.connectors.csv.reader import read_folder as read_feeds

if TYPE_CHECKING:
    from careward.access.feeds.models import Load
    from careward.people.staff.models import Organisation

TRAINING, HOLDERS = "list of fire safety training", "list of role holders"
COURSE = "fire-safety"


def take_back(here: "Organisation", files: Path, *, user: int, now: datetime) -> None:
    """A list of training with courses of the wrong people goes in and is taken back."""
    from careward.access.feeds import actions as feeds

    load = _begun(here, TRAINING, user, now)
    if load.state == "waiting":
        rows, today = _lines(files / "training.csv"), london_day(now).isoformat()
        wrong = [f"{line.split(',')[0]},{COURSE},{today},passed,," for line in _lines(files / "staff.csv")[1:4]]
        folder = _folder(files.parent / "training", "training.csv", [*rows, *wrong])
        reading = read_feeds(folder, profile="canonical", on=london_day(now))
        feeds.apply_load(load_id=load.pk, reading=reading, now=now, by=f"user/{user}")
        load.refresh_from_db()
    if load.state == "applied":
        feeds.undo_load(load_id=load.pk, now=now, by=f"user/{user}")


def refuse_and_hold(here: "Organisation", files: Path, *, user: int, now: datetime) -> None:
    """A list of role holders of which no row can be used is refused; half a list of staff waits for somebody else."""
    from careward.access.feeds import actions as feeds

    load = _begun(here, HOLDERS, user, now)
    if load.state == "waiting":
        one, two, *_ = (line.split(",")[0] for line in _lines(files / "staff.csv")[1:])
        wrong = [
            f"caldicott_guardian,{one},,31/31/2026,2027-01-01", f"head_of_ig,{two},,next Monday,2027-01-01",
            f"privacy_officer,X{one},,2026-01-05,2027-01-05",
        ]  # fmt: skip
        folder = _folder(files.parent / "holders", ROLE_HOLDERS.file, [",".join(ROLE_HOLDERS.names), *wrong])
        reading = read_feeds(folder, profile="canonical", on=london_day(now))
        feeds.examine_load(load_id=load.pk, reading=reading, now=now, by=f"user/{user}")
    _hold(here, files, user, now)


def _hold(here: "Organisation", files: Path, user: int, now: datetime) -> None:
    """Sent by the browser, so that it can be loaded once it is allowed."""
    from careward.access.feeds import actions as feeds
    from careward.access.feeds.models import Load
    from careward.access.feeds.uploads import Upload, path_of

    load = Load.objects.filter(organisation=here, begun_by=f"user/{user}", source="browser").first()
    if load is None:
        heads, *rows = _lines(files / "staff.csv")
        half = "\n".join([heads, *rows[: len(rows) // 2], ""]).encode()
        sent = [Upload("staff.csv", SimpleUploadedFile("staff.csv", half))]
        load = feeds.begin_upload(organisation_id=here.pk, uploads=sent, now=now, by=f"user/{user}")
    if load.state == "waiting":
        reading = read_feeds(path_of(load.folder), profile="canonical", on=london_day(now))
        feeds.examine_load(load_id=load.pk, reading=reading, now=now, by=f"user/{user}")


def _begun(here: "Organisation", source: str, user: int, now: datetime) -> "Load":
    from careward.access.feeds import actions as feeds
    from careward.access.feeds.models import Load

    load = Load.objects.filter(organisation=here, source=source).first()
    return load or feeds.begin_load(organisation=here, source=source, profile="canonical", now=now, by=f"user/{user}")


def _folder(place: Path, name: str, lines: list[str]) -> Path:
    place.mkdir(exist_ok=True)
    (place / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()

"""The words that a column may hold where its list is no part of the feed: systems, environments, courses, absences, roles."""

from datetime import date

from careward.access.feeds import listed_words
from careward.access.feeds.world import World
from careward.core.columns import FEEDS
from careward.evidence.rows import bulk
from careward.people.staff.models import Organisation
from careward.people.staff.packs import pack_on


def lists_of(*, organisation_id: int, feed: str, system: str, on: date) -> dict[str, list[str]]:
    """By the column of a feed: the words that its organisation's packs and register know."""
    pack = pack_on(Organisation.objects.values_list("pack", flat=True).get(pk=organisation_id), on)
    world = World(organisation_id=organisation_id, pack=pack, on=on, ids=bulk.Provisional())
    systems = [s for s in world.systems() if system in ("", s.code)]
    found = {
        "system": sorted(s.code for s in systems),
        "environment": listed_words.environments(world, systems),
        "course_code": listed_words.courses(world),
        "approver_role": listed_words.approver_roles(world),
        "role": listed_words.roles(world),
        **({"kind": listed_words.absences(world)} if feed == "absences" else {}),
    }
    return {name: sorted(set(words)) for name, words in found.items() if name in FEEDS[feed].by_name and words}

"""Whatever is held about a person is told to them: by some room's Held."""

from django.apps import apps

from careward.config.rooms import house
from careward.people.signin.models import User
from careward.people.staff.models import Person


def _links_to_somebody(model) -> bool:
    return any(f.related_model in (Person, User) and f.name in model.personal for f in model._meta.concrete_fields)


def test_every_table_about_a_person_is_told_to_them():
    told = {name for own_data in house().own_data for name in own_data.models}
    linked = {m.__name__ for m in apps.get_models() if getattr(m, "personal", ()) and _links_to_somebody(m)}
    assert len(linked) > 8
    assert linked - told == set()
    assert told - {m.__name__ for m in apps.get_models()} == set()

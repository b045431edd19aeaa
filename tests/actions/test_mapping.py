"""Mapping profiles as rows: who may make them, what is written down, and that the command line reads by them."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from typer.testing import CliRunner

from careward.access.accounts.models import Account
from careward.access.feeds import versions
from careward.access.feeds.mapping import actions, known_words
from careward.access.feeds.models import Load, LoadFile, MappingDraft, MappingProfile, MappingVersion
from careward.access.feeds.reading import FILE_MAPPER
from careward.core.decision import Refused
from careward.core.mapping import MappingFacts
from careward.evidence.ledger.models import Entry
from careward.evidence.tables.kept import evidence_tables
from careward.systems.register.models import System
from tests.make.people import NOW, TODAY, organisation, ready, role, user

pytestmark = pytest.mark.django_db
LIST = "Login,State\nabell,Enabled\nbcole,Enabled\n"
WHY = "so PARIS writes it"


def said(system="paris", **more):
    columns = {"username": "Login", "status": "State"}
    return MappingFacts("accounts", system, columns=columns, values={"status": {"enabled": "active"}}, **more)


@pytest.fixture
def trust():
    return organisation()


@pytest.fixture
def by(trust):
    return f"user/{ready('trust_administrator', at=trust).pk}"


def make(trust, by, facts=None, title="PARIS users", **more):
    return actions.save(organisation_id=trust.pk, facts=facts or said(), title=title, why=WHY, now=NOW, by=by, **more)


def codes(call, *given, **facts):
    with pytest.raises(Refused) as refused:
        call(*given, **facts)
    return [reason.code for reason in refused.value.decision.reasons]


def test_each_act_is_written_down_with_its_version_and_digest(trust, by):
    made = make(trust, by)
    make(trust, by, said(pivot=2040, formats={}, sheet="Users"), changes=made)
    actions.end_profile(organisation_id=trust.pk, profile_id=made, why="PARIS is gone", now=NOW, by=by)
    told = list(Entry.objects.filter(subject=f"mapping/{made}").order_by("id"))
    assert [(e.verb, e.body["version"], e.body["why"]) for e in told] == [
        ("mapping.made", 1, WHY), ("mapping.changed", 2, WHY), ("mapping.ended", 2, "PARIS is gone"),
    ]  # fmt: skip
    assert {"feeds_mappingprofile", "feeds_mappingversion"} <= set(evidence_tables())


def test_a_profile_is_made_only_by_whoever_may_load_for_its_system(trust, by):
    somebody = user()
    role(somebody, trust, "trust_administrator", system_code="rio")
    theirs = f"user/{somebody.pk}"
    assert codes(make, trust, theirs) == ["permission.missing"]
    assert codes(make, trust, theirs, said("")) == ["permission.missing"]
    assert make(trust, theirs, said("rio"))
    made = make(trust, by)
    facts = {"organisation_id": trust.pk, "profile_id": made, "why": WHY, "now": NOW}
    assert codes(actions.end_profile, by=theirs, **facts) == ["permission.missing"]
    sent = {"feed": "accounts", "sent": SimpleUploadedFile("a.csv", b"x")}
    assert codes(actions.begin_draft, organisation_id=trust.pk, user_id=somebody.pk, system="paris", **sent, now=NOW, by=theirs) == [
        "permission.missing"
    ]


def test_nothing_is_done_to_another_organisations_profile(trust, by):
    made, other = make(trust, by), organisation("RX9")
    theirs = f"user/{ready('trust_administrator', at=other).pk}"
    with pytest.raises(MappingProfile.DoesNotExist):
        make(other, theirs, changes=made)
    with pytest.raises(MappingProfile.DoesNotExist):
        actions.end_profile(organisation_id=other.pk, profile_id=made, why=WHY, now=NOW, by=theirs)
    assert versions.versions_in_use(organisation_id=other.pk) == []
    assert make(other, theirs)  # of the same name and for a system of the same code


def test_every_reason_is_said_at_once(trust, by):
    facts = MappingFacts("accounts", "paris", columns={"username": "Login"})
    found = codes(actions.save, organisation_id=trust.pk, facts=facts, title="", why="", now=NOW, by=by)
    assert found == ["mapping.unnamed", "mapping.no_reason", "mapping.missing"]


def test_one_profile_of_a_list_is_in_use(trust, by):
    made = make(trust, by)
    assert codes(make, trust, by, title="Other") == ["mapping.taken"]
    with pytest.raises(IntegrityError), transaction.atomic():
        row = MappingProfile.objects.get(pk=made)
        row.pk, row.code = None, "another"
        row.save()
    actions.end_profile(organisation_id=trust.pk, profile_id=made, why=WHY, now=NOW, by=by)
    assert make(trust, by) != made
    assert sorted(MappingProfile.objects.values_list("code", flat=True)) == ["paris-users", "paris-users-2"]


def test_what_is_no_profile_is_refused_and_what_is_one_is_taken_in(trust, by):
    facts = {"organisation_id": trust.pk, "why": WHY, "now": NOW, "by": by}
    assert codes(actions.take_in, text="x", **facts) == ["mapping.not_understood"]
    text = FILE_MAPPER().text_of("theirs", "Of another trust", said())
    made = MappingProfile.objects.get(pk=actions.take_in(text=text, **facts))
    assert (made.title, made.code, made.system_code) == ("Of another trust", "of-another-trust", "paris")
    assert codes(actions.save, organisation_id=trust.pk, facts=said("rio", formats={"username": "%d"}), title="x",
                 **{k: v for k, v in facts.items() if k != "organisation_id"}) == ["mapping.not_understood"]  # fmt: skip


@pytest.fixture
def load(tmp_path, monkeypatch, trust):
    """Loads a folder of one strange list at the command line."""
    from careward.cli.main import app

    monkeypatch.setattr("careward.cli.loading.open_house", lambda: None)
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "paris.csv").write_text(LIST, encoding="utf-8")
    System.objects.create(organisation=trust, code="paris", name="PARIS", kind="clinical", administrator_title="Administrator")

    def run(*more):
        told = CliRunner().invoke(app, ["load", str(tmp_path), "--yes", "--json", *more])
        return told.exit_code, (json.loads(told.stdout.splitlines()[-1]) if told.stdout.startswith("{") else told.output)

    return run


def test_the_command_line_reads_by_the_profiles_in_use(trust, by, load):
    assert load()[1]["state"] == "refused"
    made = make(trust, by)
    status, told = load("--dry-run")
    assert (status, told["state"], told["files"][0]["added"]) == (0, "examined", 2)
    assert LoadFile.objects.latest("id").version.profile_id == made
    assert load("--profile", "canonical")[1]["state"] == "refused"
    status, told = load("--profile", "paris-users")
    assert (status, told["state"]) == (0, "applied") and Account.objects.count() == 2
    assert Load.objects.latest("id").versions == list(MappingVersion.objects.values_list("pk", flat=True))
    assert LoadFile.objects.filter(load__state="applied").get().version.number == 1
    actions.end_profile(organisation_id=trust.pk, profile_id=made, why=WHY, now=NOW, by=by)
    assert load()[1]["state"] == "refused"


def test_a_name_that_is_no_profile_is_not_found(load):
    assert load("--profile", "nobodys")[0] != 0


def test_words_that_the_register_and_the_pack_know_are_offered(trust):
    System.objects.create(organisation=trust, code="paris", name="PARIS", kind="clinical", administrator_title="Administrator", pack="tewv")
    found = known_words.lists_of(organisation_id=trust.pk, feed="authorisations", system="", on=TODAY)
    assert found["system"] == ["paris"] and "line_manager" in found["approver_role"] and "live" in found["environment"]
    assert set(known_words.lists_of(organisation_id=trust.pk, feed="absences", system="", on=TODAY)) == {"kind"}
    assert set(known_words.lists_of(organisation_id=trust.pk, feed="accounts", system="paris", on=TODAY)) == {"environment"}


def test_a_file_that_somebody_chose_is_acted_on_by_nobody_else(trust, by):
    number = int(by.partition("/")[2])
    facts = {"feed": "accounts", "system": "paris", "sent": SimpleUploadedFile("a.csv", LIST.encode())}
    draft = actions.begin_draft(organisation_id=trust.pk, user_id=number, **facts, now=NOW, by=by)
    stranger = ready("trust_administrator", at=trust)
    whose = {"draft_id": draft, "whose": {"organisation_id": trust.pk, "user_id": stranger.pk}, "now": NOW, "by": f"user/{stranger.pk}"}
    acts = (
        lambda: actions.look_again(**whose, sheet="", heading_line=1),
        lambda: actions.choose(**whose, facts=said(), words_told=True),
        lambda: actions.save_draft(**whose, title="x", why=WHY),
        lambda: actions.load_draft(**whose, profile_id=make(trust, by)),
        lambda: actions.throw_away(**whose),
    )
    for act in acts:
        with pytest.raises(MappingDraft.DoesNotExist):
            act()
    assert MappingDraft.objects.get().asked == "look"

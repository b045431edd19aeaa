"""A named person's word that a large plan may go ahead is an approval like any other; those of before are kept as such, long since over."""

import hashlib
import json

from django.db import migrations

KIND = "accounts.plan"


def move(apps, schema_editor):
    approvals, answers = apps.get_model("approvals", "Approval"), apps.get_model("approvals", "ApprovalAnswer")
    moves = apps.get_model("approvals", "ApprovalMove")
    for old in apps.get_model("accounts", "Allowance").objects.select_related("system").order_by("pk").iterator():
        day = old.on_date.isoformat()
        content = {"facts": [["As at", day]], "reasons": [], "heads": [], "rows": [], "of": 0, "bound": {}}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest, at = hashlib.sha256(canonical.encode()).hexdigest(), old.allowed_at
        row = approvals.objects.create(
            organisation_id=old.organisation_id, kind=KIND, subject_kind="system", subject_key=old.system.code, system_code=old.system.code,
            title=f"Decide whether the change to {old.system.name} may go ahead", content=content, digest=digest,
            permission="accounts:plans:allow", asked_at=at, asked_by="job/nightly", state="stale", ended_at=at,
        )
        answers.objects.create(approval=row, at=at, by=old.by, approves=True, digest=digest, reason=old.reason)
        told = (("begin", "", "waiting", ""), ("approve", "waiting", "approved", old.reason), ("go_stale", "approved", "stale", ""))
        for name, was, became, note in told:
            by = old.by if name == "approve" else "job/nightly"
            moves.objects.create(approval=row, at=at, by=by, move=name, was=was, became=became, note=note)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_bound"), ("approvals", "0001_initial")]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.DeleteModel(name="Allowance"),
    ]

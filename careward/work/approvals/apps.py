from django.apps import AppConfig


class Approvals(AppConfig):
    name = "careward.work.approvals"
    label = "approvals"
    default_auto_field = "django.db.models.BigAutoField"

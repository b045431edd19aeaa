from django.apps import AppConfig


class Notices(AppConfig):
    name = "careward.work.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

"""Where what was done is looked at and checked."""

from django.urls import path

from careward.evidence.ledger import views

app_name = "ledger"

urlpatterns = [
    path("ledger/", views.entries, name="entries"),
    path("ledger/check/", views.check, name="check"),
    path("ledger/<int:entry_id>/", views.entry, name="entry"),
    path("ledger/checkpoints/", views.checkpoints, name="checkpoints"),
    path("ledger/checkpoints/newest/download/", views.newest, name="newest"),
    path("ledger/checkpoints/cosigned/download/", views.cosigned, name="cosigned"),
    path("ledger/checkpoints/key/download/", views.key, name="key"),
    path("ledger/checkpoints/script/download/", views.script, name="script"),
]

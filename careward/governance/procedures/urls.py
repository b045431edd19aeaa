"""Where procedures are looked at."""

from django.urls import path

from careward.governance.procedures import board_views, evidence_views, views

app_name = "procedures"

urlpatterns = [
    path("procedures/", views.all_procedures, name="all"),
    path("procedures/adopt/", views.adopt, name="adopt"),
    path("procedures/how-counted/", views.how_counted, name="how_counted"),
    path("procedures/board/", board_views.board_sheet, name="board"),
    path("procedures/changes/", board_views.changes, name="changes"),
    path("procedures/board/by/<slug:by>/", board_views.over_time, name="over_time"),
    path("procedures/<slug:document>/", views.procedure, name="procedure"),
    path("procedures/<slug:document>/about/", views.about, name="about"),
    path("procedures/<slug:document>/about.json", views.about_file, {"kind": "json"}, name="about_json"),
    path("procedures/<slug:document>/about.csv", views.about_file, {"kind": "csv"}, name="about_csv"),
    path("procedures/<slug:document>/end/", views.end, name="end"),
    path("procedures/<slug:document>/<slug:clause>/", views.clause, name="clause"),
    path("procedures/<slug:document>/<slug:clause>/evidence/", evidence_views.clause_evidence, name="evidence"),
    path("procedures/<slug:document>/<slug:clause>/evidence/in-order/", evidence_views.accounts_in_order, name="in_order"),
    path("procedures/<slug:document>/<slug:clause>/evidence/proof.zip", evidence_views.clause_bundle, name="bundle"),
    path("procedures/<slug:document>/<slug:clause>/evidence/<int:case_id>/", evidence_views.case, name="case"),
    path("procedures/<slug:document>/<slug:clause>/evidence/<int:case_id>/proof.zip", evidence_views.case_bundle, name="case_bundle"),
    path("clauses/<slug:clause>/", views.clause_by_id, name="clause_by_id"),
]

"""Where loads are looked at and begun."""

from django.urls import path

from careward.access.feeds import views
from careward.access.feeds.mapping import views as mapping

app_name = "feeds"

urlpatterns = [
    path("loads/", views.loads, name="loads"),
    path("loads/new/", views.begin, name="begin"),
    path("loads/columns/", views.columns, name="columns"),
    path("loads/profiles/", mapping.mappings, name="mappings"),
    path("loads/profiles/new/", mapping.mapping_begin, name="mapping_begin"),
    path("loads/profiles/take-in/", mapping.mapping_take_in, name="mapping_take_in"),
    path("loads/profiles/files/<int:draft_id>/", mapping.mapping_columns, name="mapping_columns"),
    path("loads/profiles/files/<int:draft_id>/rows/", mapping.mapping_rows, name="mapping_rows"),
    path("loads/profiles/files/<int:draft_id>/check/", mapping.mapping_check, name="mapping_check"),
    path("loads/profiles/files/<int:draft_id>/throw-away/", mapping.mapping_throw_away, name="mapping_throw_away"),
    path("loads/profiles/<int:profile_id>/", mapping.mapping, name="mapping"),
    path("loads/profiles/<int:profile_id>/load/", mapping.mapping_load, name="mapping_load"),
    path("loads/profiles/<int:profile_id>/send/", mapping.mapping_send, name="mapping_send"),
    path("loads/profiles/<int:profile_id>/change/", mapping.mapping_change, name="mapping_change"),
    path("loads/profiles/<int:profile_id>/versions/<int:number>/download/", mapping.mapping_text, name="mapping_text"),
    path("loads/profiles/<int:profile_id>/end/", mapping.mapping_end, name="mapping_end"),
    path("loads/<int:load_id>/", views.load, name="load"),
    path("loads/<int:load_id>/problems/", views.problems, name="problems"),
    path("loads/<int:load_id>/apply/", views.apply, name="apply"),
    path("loads/<int:load_id>/undo/", views.undo, name="undo"),
]

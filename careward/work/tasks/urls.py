"""Where work is looked at and done."""

from django.urls import path

from careward.web import menu
from careward.web.permission import SIGNED_IN
from careward.work.tasks import views

app_name = "tasks"
menu.add(menu.Entry("My work", "tasks:my_work", (SIGNED_IN,), place=10, badge="careward.work.tasks.queries.waiting"))

urlpatterns = [
    path("my-work/", views.my_work, name="my_work"),
    path("tasks/", views.worklist, name="worklist"),
    path("tasks/<int:task_id>/", views.task, name="task"),
    path("tasks/<int:task_id>/done/", views.say_done, name="say_done"),
    path("tasks/<int:task_id>/take-back/", views.take_back, name="take_back"),
]

"""Where work is looked at and done."""

from django.urls import path

from careward.work.tasks import together_pages, views

app_name = "tasks"

urlpatterns = [
    path("my-work/", views.my_work, name="my_work"),
    path("tasks/", views.worklist, name="worklist"),
    path("tasks/together/", together_pages.together_page, name="together"),
    path("tasks/<int:task_id>/", views.task, name="task"),
    path("tasks/<int:task_id>/done/", views.say_done, name="say_done"),
    path("tasks/<int:task_id>/answer/", views.answer, name="answer"),
    path("tasks/<int:task_id>/take-back/", views.take_back, name="take_back"),
]

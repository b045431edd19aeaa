"""The pages that belong to no room: help, the accessibility statement, and what Careward records about those who use it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from careward.web.permission import ANYONE, needs


@needs(ANYONE)
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/help.jinja")


@needs(ANYONE)
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "web/accessibility.jinja")


@needs(ANYONE)
def what_is_recorded(request: HttpRequest) -> HttpResponse:
    return render(request, "web/what_is_recorded.jinja")

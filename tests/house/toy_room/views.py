"""The page of kettles."""

from careward.systems.kettles.models import Kettle
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from careward.web.permission import needs


@needs("kettles:kettles:boil")
def kettles(request: HttpRequest) -> HttpResponse:
    found = Kettle.objects.filter(organisation_id=request.viewer.organisation_id)
    return render(request, "kettles/kettles.jinja", {"kettles": tuple(found)})

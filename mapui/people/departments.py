"""Departments and the categories that are their own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.models import Jurisdiction
from issues.errors import IssuesError
from issues.models import Department
from issues.services import people
from mapui.people.forms import DepartmentForm
from mapui.people.selectors import departments_of
from mapui.people.views import (
    address_in,
    jurisdiction_managed,
    manager_of,
    people_page_respond,
    people_permission,
)


@people_permission
@require_safe
@never_cache
def departments_list(request: HttpRequest) -> HttpResponse:
    """Every department with its categories."""
    jurisdiction = jurisdiction_managed(request)
    context = {"tab": "departments", "departments": departments_of(jurisdiction)}
    return people_page_respond(request, "mapui/people/departments.html", jurisdiction, context)


@people_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def department_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new or known department."""
    jurisdiction = jurisdiction_managed(request)
    department = _department(jurisdiction, pk)
    form = DepartmentForm(request.POST or None, department=department)
    if request.method == "POST" and form.is_valid():
        department.names, department.mail = form.names(), form.cleaned_data["mail"]
        department.is_clearing = form.cleaned_data["is_clearing"]
        people.department_store(
            department=department,
            categories=list(form.cleaned_data["categories"]),
            by=manager_of(request),
        )
        messages.success(request, _("%s is stored.") % department.name)
        return redirect(address_in("departments", jurisdiction))
    context = {"tab": "departments", "department": department, "form": form}
    return people_page_respond(request, "mapui/people/department.html", jurisdiction, context)


@people_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def department_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks; POST removes a department to which nobody's role is limited."""
    jurisdiction = jurisdiction_managed(request)
    department = _department(jurisdiction, pk)
    if request.method == "POST":
        try:
            people.department_remove(department=department, by=manager_of(request))
        except IssuesError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("%s is removed.") % department.name)
        return redirect(address_in("departments", jurisdiction))
    context = {"tab": "departments", "department": department}
    return people_page_respond(
        request, "mapui/people/department_remove.html", jurisdiction, context
    )


def _department(jurisdiction: Jurisdiction, pk: int | None) -> Department:
    if pk is None:
        return Department(jurisdiction=jurisdiction)
    return get_object_or_404(Department, pk=pk, jurisdiction=jurisdiction)

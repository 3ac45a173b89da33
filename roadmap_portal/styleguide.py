"""Every component on one page, for those who write pages. With DEBUG on alone."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from commitments.models import Status
from roadmap_portal.charts import Bar, status_bar_chart

COLOURS = ("ink", "ink-soft", "title", "accent", "accent-strong", "mist", "line", "saffron", "leaf", "wrong", "sun")


class SampleForm(forms.Form):
    name = forms.CharField(help_text="Help stands before the field.", widget=forms.TextInput({"class": "form-control"}))
    kind = forms.ChoiceField(choices=[("a", "One"), ("b", "Two")], widget=forms.Select({"class": "form-select"}))
    wrong = forms.IntegerField(widget=forms.TextInput({"class": "form-control"}))


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    bars = [Bar(status.value, str(status.label), n + 1, str(n + 1)) for n, status in enumerate(Status)]
    context = {
        "colours": COLOURS,
        "form": SampleForm({"name": "Text", "kind": "a", "wrong": "twelve"}),
        "chart": mark_safe(status_bar_chart(bars, title="Statuses")),  # noqa: S308 - drawn by us
    }
    return render(request, "styleguide.html", context)

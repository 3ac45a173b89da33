"""The « Historique » button of the admin leads to the page that tells every change, not only the admin's own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class WithHistory(admin.ModelAdmin):
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("history", kind=self.opts.label_lower, pk=object_id)

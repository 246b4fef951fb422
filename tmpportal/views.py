"""Views of the portal itself: health, readiness and language; all answer without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.i18n import set_language as django_set_language

from tmpportal import readiness
from tmpportal.outages import RETRY_AFTER_SECONDS


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The web process lives; says nothing else to strangers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, broker, scheduler and workers are at work, 503 otherwise; see docs/deploy.md."""
    parts = readiness.report()
    if readiness.is_ready(parts):
        return JsonResponse(parts)
    return JsonResponse(parts, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Switch between zh-Hans and English and return to the page the person was on."""
    return django_set_language(request)

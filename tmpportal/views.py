"""Views of the portal itself: health and language; both answer without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.i18n import set_language as django_set_language


@login_not_required
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The web process lives; says nothing else to strangers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Switch between zh-Hans and English and return to the page the person was on."""
    return django_set_language(request)

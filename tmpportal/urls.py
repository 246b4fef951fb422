"""The map of addresses: sign-in and health for everybody, the rest for people who signed in."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from tmpportal import leaving_page, metrics, palette, patterns, views

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler400 = "tmpportal.outages.bad_request"
# Not Django's, but allauth's.
handler429 = "accounts.throttling.too_many"
handler500 = "tmpportal.outages.something_broke"

# Not Django's way from a row to its own page: no row here has one, and an odd id would be a 500.
_ADMIN = [entry for entry in admin.site.get_urls() if getattr(entry, "name", "") != "view_on_site"]

urlpatterns = [
    path("", include("jobs.urls")),
    path("accounts/", include("accounts.urls")),
    path("library/", include("library.urls")),
    path("sign-in/", include("accounts.sign_in_urls")),
    path("sign-in/", include("allauth.account.urls")),
    path("sign-in/leave/", leaving_page.leave, name="leave"),
    path("sign-in/elsewhere/", include("allauth.socialaccount.urls")),
    path("sign-in/factors/", include("allauth.mfa.urls")),
    path("sign-in/sessions/", include("allauth.usersessions.urls")),
    path("language/", views.set_language, name="set_language"),
    path("palette/", palette.palette, name="palette"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("patterns/", patterns.patterns, name="patterns"),
    path("admin/", (_ADMIN, "admin", admin.site.name)),
]

"""Our own addresses under /sign-in/, before allauth's."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.views import owner

# What allauth says there of letters is not true here; the page they lead to says that there are none.
LETTER_PAGES = ("email/", "confirm-email/", "password/reset/done/")

urlpatterns = [
    path("first-owner/<str:token>/", owner.owner_setup, name="owner_setup"),
    *(path(page, RedirectView.as_view(pattern_name="account_reset_password")) for page in LETTER_PAGES),
]

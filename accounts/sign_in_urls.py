"""Our own addresses under /sign-in/, before allauth's."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.oidc import views as oidc
from accounts.views import invitations, owner

# What allauth says there of letters is not true here; the page they lead to says that there are none.
LETTER_PAGES = ("email/", "confirm-email/", "password/reset/done/")

urlpatterns = [
    path("first-owner/<str:token>/", owner.owner_setup, name="owner_setup"),
    path("oidc/", oidc.begin, name="oidc_begin"),
    path("oidc/callback/", oidc.callback, name="oidc_callback"),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/<uuid:invitation_id>/withdraw/", invitations.withdraw, name="invitation_withdraw"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    *(path(page, RedirectView.as_view(pattern_name="account_reset_password")) for page in LETTER_PAGES),
]

"""Addresses that say how well an account is: its health, and its first contact with TMP."""

from django.urls import path

from accounts.views import contact, health

urlpatterns = [
    path("<uuid:account_id>/health/", health.account_health, name="account_health"),
    path(
        "<uuid:account_id>/health/progress/", health.account_health_progress, name="account_health_progress"
    ),
    path("<uuid:account_id>/health/look/", health.account_health_look, name="account_health_look"),
    path("<uuid:account_id>/contact/", contact.account_contact, name="account_contact"),
    path(
        "<uuid:account_id>/contact/progress/",
        contact.account_contact_progress,
        name="account_contact_progress",
    ),
    path("<uuid:account_id>/contact/ask/", contact.account_contact_ask, name="account_contact_ask"),
    path("<uuid:account_id>/contact/report/", contact.account_contact_report, name="account_contact_report"),
]

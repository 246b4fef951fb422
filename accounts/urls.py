"""Addresses of accounts and registrations."""

from django.urls import path

from accounts.views import accounts, register, registration

app_name = "accounts"
urlpatterns = [
    path("", accounts.account_list, name="account_list"),
    path("register/", register.register, name="register"),
    path("<uuid:account_id>/", accounts.account_detail, name="account_detail"),
    path(
        "registrations/<uuid:registration_id>/", registration.registration_detail, name="registration_detail"
    ),
    path(
        "registrations/<uuid:registration_id>/progress/",
        registration.registration_progress,
        name="registration_progress",
    ),
    path(
        "registrations/<uuid:registration_id>/anyway/", registration.register_anyway, name="register_anyway"
    ),
    path(
        "registrations/<uuid:registration_id>/retry/",
        registration.registration_retry,
        name="registration_retry",
    ),
    path(
        "registrations/<uuid:registration_id>/discard/",
        registration.registration_discard,
        name="registration_discard",
    ),
]

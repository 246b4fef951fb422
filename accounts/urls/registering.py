"""Addresses of the wizard and of the registrations it makes."""

from django.urls import path

from accounts.views import judging, register, registration

_ONE = "registrations/<uuid:registration_id>/"

urlpatterns = [
    path("register/", register.register, name="register"),
    path("register/judge/", judging.judge, name="register_judge"),
    path("register/probe/", judging.probe, name="register_probe"),
    path(_ONE, registration.registration_detail, name="registration_detail"),
    path(f"{_ONE}progress/", registration.registration_progress, name="registration_progress"),
    path(f"{_ONE}look/", registration.registration_look, name="registration_look"),
    path(f"{_ONE}look/again/", registration.registration_look_again, name="registration_look_again"),
    path(f"{_ONE}use-found/", registration.registration_use_found, name="registration_use_found"),
    path(f"{_ONE}start/", registration.registration_start, name="registration_start"),
    path(f"{_ONE}anyway/", registration.register_anyway, name="register_anyway"),
    path(f"{_ONE}use-region/", registration.registration_use_region, name="registration_use_region"),
    path(
        f"{_ONE}allow-browsers/",
        registration.registration_allow_browsers,
        name="registration_allow_browsers",
    ),
    path(f"{_ONE}retry/", registration.registration_retry, name="registration_retry"),
    path(f"{_ONE}discard/", registration.registration_discard, name="registration_discard"),
]

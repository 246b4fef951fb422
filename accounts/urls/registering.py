"""Addresses of the wizard and of the registrations it makes."""

from django.urls import path

from accounts.views import register, registration

urlpatterns = [
    path("register/", register.register, name="register"),
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

"""Addresses of accounts and registrations."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.account_list, name="account_list"),
    path("register/", views.register, name="register"),
    path("<uuid:account_id>/", views.account_detail, name="account_detail"),
    path("registrations/<uuid:registration_id>/", views.registration_detail, name="registration_detail"),
    path(
        "registrations/<uuid:registration_id>/progress/",
        views.registration_progress,
        name="registration_progress",
    ),
    path("registrations/<uuid:registration_id>/anyway/", views.register_anyway, name="register_anyway"),
    path("registrations/<uuid:registration_id>/retry/", views.registration_retry, name="registration_retry"),
    path(
        "registrations/<uuid:registration_id>/discard/",
        views.registration_discard,
        name="registration_discard",
    ),
]

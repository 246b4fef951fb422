"""Our own addresses under /sign-in/, beside allauth's."""

from django.urls import path

from accounts import views

urlpatterns = [path("first-owner/<str:token>/", views.owner_setup, name="owner_setup")]

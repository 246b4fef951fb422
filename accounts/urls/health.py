"""Addresses that say how well an account is: its health, and its first contact with TMP."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

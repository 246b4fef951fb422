"""Addresses of accounts that exist."""

from django.urls import path

from accounts.views import accounts, demo, hints, keys, people, settings

urlpatterns = [
    path("", accounts.account_list, name="account_list"),
    path("hints/", hints.hints, name="hints"),
    path("<uuid:account_id>/", accounts.account_detail, name="account_detail"),
    path("<uuid:account_id>/history/", accounts.account_history, name="account_history"),
    path("<uuid:account_id>/keys/", keys.account_keys, name="account_keys"),
    path("<uuid:account_id>/keys/env", keys.account_env, name="account_env"),
    path("<uuid:account_id>/programs/<slug:key>", keys.account_program, name="account_program"),
    path("<uuid:account_id>/demo/", demo.account_demo, name="account_demo"),
    path("<uuid:account_id>/demo/file", demo.demo_file, name="demo_file"),
    path("<uuid:account_id>/demo/delete/", demo.demo_delete, name="demo_delete"),
    path("<uuid:account_id>/people/", people.account_people, name="account_people"),
    path("<uuid:account_id>/people/leave/", people.account_leave, name="account_leave"),
    path("<uuid:account_id>/people/<int:member_id>/role/", people.member_role, name="member_role"),
    path("<uuid:account_id>/people/<int:member_id>/remove/", people.member_remove, name="member_remove"),
    path("<uuid:account_id>/settings/", settings.account_settings, name="account_settings"),
    path("<uuid:account_id>/settings/default/", settings.account_default, name="account_default"),
    path("<uuid:account_id>/settings/disable/", settings.account_disable, name="account_disable"),
    path("<uuid:account_id>/settings/enable/", settings.account_enable, name="account_enable"),
    path("<uuid:account_id>/delete/", settings.account_delete, name="account_delete"),
]

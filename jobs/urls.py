"""Addresses of jobs: the dashboard, one page per job, and where TMP knocks."""

from django.urls import path

from jobs.views import (
    actions,
    addresses,
    adopt,
    batches,
    board,
    callbacks,
    create,
    detail,
    downloads,
    exchanges,
    job_settings,
    limits,
    plans,
    request_code,
    selection,
    signs,
    uses,
    verify,
    vitals,
)

app_name = "jobs"
urlpatterns = [
    path("", board.board, name="board"),
    path("jobs/new/", create.job_create, name="job_create"),
    path("jobs/new/<slug:capability>/", create.job_create, name="job_create"),
    path("jobs/new/<slug:capability>/settings/", job_settings.job_settings_step, name="job_settings"),
    path("jobs/new/<slug:capability>/settings.json", job_settings.settings_file, name="settings_file"),
    path("jobs/new/<slug:capability>/request/", request_code.job_request, name="job_request"),
    path("jobs/address/", addresses.address, name="address"),
    path("jobs/plans/<uuid:key>/", plans.plan, name="plan"),
    path("batches/<uuid:batch_id>/", batches.batch, name="batch"),
    path("batches/<uuid:batch_id>/retry/", batches.batch_retry, name="batch_retry"),
    path("batches/<uuid:batch_id>/cancel/", batches.batch_cancel, name="batch_cancel"),
    path("batches/<uuid:batch_id>/results.zip", batches.batch_zip_file, name="batch_zip"),
    path("jobs/adopt/", adopt.adopt, name="adopt"),
    path("jobs/selection/", selection.selection, name="selection"),
    path("jobs/signs/", signs.notice, name="signs"),
    path("jobs/<uuid:job_id>/", detail.job_detail, name="job_detail"),
    path("jobs/<uuid:job_id>/exchanges/", exchanges.job_exchanges, name="job_exchanges"),
    path("jobs/<uuid:job_id>/export/<slug:format_key>", downloads.job_export, name="job_export"),
    path("jobs/<uuid:job_id>/answer.json", downloads.job_raw, name="job_raw"),
    *(
        path(f"jobs/<uuid:job_id>/{action}/", actions.act, {"action": action}, name=f"job_{action}")
        for action in actions.ACTIONS
    ),
    path("jobs/accounts/<uuid:account_id>/resume/", actions.account_resume, name="account_resume"),
    path("jobs/accounts/<uuid:account_id>/verify/", verify.account_verify, name="account_verify"),
    path("jobs/accounts/<uuid:account_id>/vitals/", vitals.account_vitals, name="account_vitals"),
    path("jobs/accounts/<uuid:account_id>/uses/", uses.file_uses, name="file_uses"),
    path("jobs/accounts/<uuid:account_id>/uses/counts/", uses.use_counts, name="use_counts"),
    path("jobs/accounts/<uuid:account_id>/limits/", limits.account_limits, name="account_limits"),
    path("jobs/accounts/<uuid:account_id>/limits/stop/", limits.account_stop, name="account_stop"),
    path("jobs/accounts/<uuid:account_id>/limits/go-on/", limits.account_go_on, name="account_go_on"),
    path("jobs/accounts/<uuid:account_id>/limits/price/", limits.account_price, name="account_price"),
    path(
        "jobs/accounts/<uuid:account_id>/limits/price/<int:price_id>/delete/",
        limits.price_delete,
        name="price_delete",
    ),
    path("callbacks/<str:token>/", callbacks.callback, name="callback"),
]

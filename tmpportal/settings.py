"""All settings in one file; what differs between installations comes from the environment (.env.example)."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from tmpportal.env import (
    BASE_DIR,
    data_dir,
    env,
    field_keys,
    hosts_of,
    insist_on_all,
    log_format,
    one_of,
    postgres_manners,
    secret_from,
)
from tmpportal.logs import logging_by
from tmpportal.version import read_version

VERSION = read_version()
DATA_DIR = data_dir()

PRODUCTION = env.bool("TMPPORTAL_PRODUCTION", default=False)
DEBUG = env.bool("TMPPORTAL_DEBUG", default=False)
PUBLIC_URL = env.str("TMPPORTAL_PUBLIC_URL", default="").rstrip("/")

# The first key seals, every key opens: `<id>:<32 bytes in base64>`, one per line or comma. Before all that
# tells a later start from the first: only the first makes a key.
FIELD_KEYS = field_keys(DATA_DIR)
SECRET_KEY = secret_from("TMPPORTAL_SECRET_KEY", DATA_DIR / "secret.key", secrets.token_urlsafe(50))

ALLOWED_HOSTS = env.list("TMPPORTAL_ALLOWED_HOSTS", default=hosts_of(PUBLIC_URL))
# Servers reached over a network that nobody else is on, such as that of compose: no TLS is asked for.
PRIVATE_HOSTS = env.list("TMPPORTAL_PRIVATE_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

INSTALLED_APPS = [
    "tmpportal.apps.PortalConfig",
    "accounts",
    "jobs",
    "library",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "accounts.oidc",
    "allauth.usersessions",
    "csp",
    "django_htmx",
]

MIDDLEWARE = [
    # So that whatever the others say and answer has the request's id.
    "tmpportal.requests_told.RequestIds",
    # Early, so that static files and error pages carry the policy too.
    "csp.middleware.CSPMiddleware",
    "tmpportal.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.session_ages.SessionAges",
    "accounts.second_step.SecondStepFirst",
    "accounts.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "tmpportal.urls"
WSGI_APPLICATION = "tmpportal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tmpportal.context.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Seconds that PostgreSQL may take over one statement, so that nobody waits for ever.
STATEMENT_SECONDS = env.float("TMPPORTAL_STATEMENT_SECONDS", default=30.0)
_database_url = env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'portal.sqlite3'}"
DATABASES = {"default": env.db_url_config(_database_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # Deferred transactions of several writers fail at once ("database is locked"); immediate ones wait.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"] |= postgres_manners(DATABASES["default"], STATEMENT_SECONDS)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SHORTEST_PASSWORD = {"min_length": 10}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": SHORTEST_PASSWORD,
    },
    {"NAME": "accounts.place_words.PlaceWordsValidator", "OPTIONS": SHORTEST_PASSWORD},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "jobs:board"
# Who may make a login. Versions before 0.4.0 knew open and closed only, by another name.
SIGN_UP = one_of(
    "TMPPORTAL_SIGN_UP",
    ("closed", "invitation", "open"),
    default="open" if env.bool("TMPPORTAL_SIGN_UP_OPEN", default=False) else "invitation",
)
# Whether people choose to have a second step, or reach nothing without one.
SECOND_STEP = one_of("TMPPORTAL_SECOND_STEP", ("offered", "demanded"), default="offered")
# An OpenID Connect issuer by which people may sign in as well; none unless all three are given.
OIDC = {
    "name": env.str("TMPPORTAL_OIDC_NAME", default="") or "OpenID Connect",
    "issuer": env.str("TMPPORTAL_OIDC_ISSUER", default=""),
    "client_id": env.str("TMPPORTAL_OIDC_CLIENT_ID", default=""),
    "client_secret": env.str("TMPPORTAL_OIDC_CLIENT_SECRET", default=""),
    # Whether whoever the issuer knows may make a login, whatever SIGN_UP says.
    "may_sign_up": env.bool("TMPPORTAL_OIDC_MAY_SIGN_UP", default=False),
}
insist_on_all(OIDC, ("issuer", "client_id", "client_secret"), "TMPPORTAL_OIDC_{}")
SOCIALACCOUNT_ADAPTER = "accounts.oidc.adapter.PortalSocialAdapter"
SOCIALACCOUNT_FORMS = {"signup": "accounts.oidc.forms.NewLogin"}
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_ADAPTER = "accounts.adapter.PortalAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.sign_in_forms.SignIn",
    "signup": "accounts.sign_in_forms.SignUp",
    "change_password": "accounts.sign_in_forms.NewPassword",
    "reauthenticate": "accounts.sign_in_forms.PasswordAgain",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
# Codes of a second step, by person; passwords are counted in accounts.throttling.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,20/h/key"}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# Seconds for which a password typed anew opens what is behind it: keys in clear, and deleting.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "accounts.factors.FactorAdapter"
MFA_FORMS = {
    f"{deed.lower()}_webauthn": f"accounts.passkey_forms.{deed}"
    for deed in ("Add", "Authenticate", "Login", "Reauthenticate")
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Clocks of telephones differ by some seconds.
MFA_TOTP_TOLERANCE = 1
# Browsers themselves allow passkeys on https and on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PUBLIC_URL.startswith("https://") and not PRODUCTION
# How many proxies in front add to X-Forwarded-For: sign-in limits then count people, not the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TMPPORTAL_PROXIES", default=0)
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# Seconds after which a session ends: since the sign-in, and since somebody last did something in it.
SESSION_COOKIE_AGE = env.int("TMPPORTAL_SESSION_SECONDS", default=604800)
SESSION_IDLE_SECONDS = env.int("TMPPORTAL_SESSION_IDLE_SECONDS", default=86400)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
if PRODUCTION or PUBLIC_URL.startswith("https://"):
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    LANGUAGE_COOKIE_NAME, MESSAGE_STORAGE = "__Host-language", "tmpportal.message_cookies.HostStorage"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # A year: browsers then never try http here. Not for the list that browsers bring along (preload): it is
    # for whole domains, and hard to leave.
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    # Programs ask these, past the proxy; to lead them on would hide that they use http.
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$", r"^callbacks/"]
# "no-referrer" would make browsers send `Origin: null` with every form, which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DEFAULT_EXCEPTION_REPORTER = "tmpportal.error_reports.Report"
DEFAULT_EXCEPTION_REPORTER_FILTER = "tmpportal.error_reports.NoValues"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
# Whose midnight ends the day of a daily cap; a name of the tz database.
TIME_ZONE = env.str("TMPPORTAL_TIME_ZONE", default="UTC")

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("TMPPORTAL_STATIC", default="") or DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
# By itself WhiteNoise lets pages of every origin read static files.
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

PREPARE_MAX_BYTES = env.int("TMPPORTAL_PREPARE_MAX_MB", default=2048) * 1024 * 1024
PREPARING_AT_ONCE = env.int("TMPPORTAL_PREPARING_AT_ONCE", default=2)
UPLOAD_MAX_BYTES = env.int("TMPPORTAL_UPLOAD_MAX_MB", default=500) * 1024 * 1024
# Browsers bring what is larger in parts of PART_BYTES, each of which can be sent again by itself.
MULTIPART_BYTES = env.int("TMPPORTAL_MULTIPART_BYTES", default=16777216)
PART_BYTES = env.int("TMPPORTAL_PART_BYTES", default=8388608)
FILE_UPLOAD_HANDLERS = [
    # First: what is too large is thrown away as it arrives instead of filling the disk.
    "accounts.uploads.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "accounts.uploads.TidyUploadHandler",
]
# A batch: 5,000 pasted lines, or a thousand files, in one form.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000
DATA_UPLOAD_MAX_NUMBER_FILES = 1_000
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True, mode=0o700)
FILE_UPLOAD_PERMISSIONS = 0o600

REDIS_URL = env.str("REDIS_URL", default="")
# Tries of passwords and links are counted there, for all web processes together; nothing else is cached.
CACHES = {
    "default": {
        "BACKEND": "accounts.caches.SharedRedis" if REDIS_URL else "accounts.caches.TableCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
    }
}
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any]
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # A publisher tries once, so a Redis that hangs costs a person two seconds; by itself kombu would wait
        # for ever. A worker looks for its queue again and again (tmpportal.broker).
        "max_retries": 0,
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
        "socket_keepalive": True,
        # A reader whose Redis went without a word notices within twice this and a second.
        "health_check_interval": 10,
        # Messages of a dead worker come back after this; a task that runs twice finds its row taken.
        "visibility_timeout": 600,
    }
else:
    BROKER_DIR = DATA_DIR / "broker"
    for folder in (BROKER_DIR, BROKER_DIR / "messages", BROKER_DIR / "control"):
        folder.mkdir(exist_ok=True, mode=0o700)
    CELERY_BROKER_URL = "files://localhost/"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
# What could not be published is found by the next sweep.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 2
CELERY_BROKER_CONNECTION_TIMEOUT = 2
# None: a worker never gives up looking for its queue.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A queue that refuses (out of memory, no disk to save on) is waited for, like one that is away: by itself a
# worker ends over it, its engine with it.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = 8
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Celery would close the database connections around every task: tmpportal.celery closes the bad ones only.
CELERY_DB_REUSE_MAX = sys.maxsize

# Seconds. A sandbox is asked more often than a service that counts every call.
SWEEP_SECONDS = env.float("TMPPORTAL_SWEEP_SECONDS", default=5.0)
POLL_SECONDS = env.float("TMPPORTAL_POLL_SECONDS", default=5.0)
POLL_SECONDS_SANDBOX = env.float("TMPPORTAL_POLL_SECONDS_SANDBOX", default=0.4)
LEASE_SECONDS = env.float("TMPPORTAL_LEASE_SECONDS", default=120.0)
GIVE_UP_SECONDS = env.float("TMPPORTAL_GIVE_UP_SECONDS", default=172800.0)
TURN_SECONDS = env.float("TMPPORTAL_TURN_SECONDS", default=0.2)
# The longest that one call may take: Register, CreateJob (never more than half the lease), GetJob.
REGISTER_DEADLINE_SECONDS = env.float("TMPPORTAL_REGISTER_DEADLINE_SECONDS", default=300.0)
SEND_SECONDS = env.float("TMPPORTAL_SEND_SECONDS", default=60.0)
ASK_SECONDS = env.float("TMPPORTAL_ASK_SECONDS", default=20.0)
# The longest that one result may take: the bucket, the reading, and a file that is not there yet.
STORE_SECONDS = env.float("TMPPORTAL_STORE_SECONDS", default=40.0)
READ_SECONDS = env.float("TMPPORTAL_READ_SECONDS", default=20.0)
FILE_SECONDS = env.float("TMPPORTAL_FILE_SECONDS", default=60.0)
FILE_SECONDS_SANDBOX = env.float("TMPPORTAL_FILE_SECONDS_SANDBOX", default=5.0)
# Failures double the wait up to this; an endpoint that is silent is tried with a question, or a CreateJob.
LONGEST_WAIT_SECONDS = env.float("TMPPORTAL_LONGEST_WAIT_SECONDS", default=300.0)
PROBE_SECONDS = env.float("TMPPORTAL_PROBE_SECONDS", default=1.0)
DEAR_PROBE_SECONDS = env.float("TMPPORTAL_DEAR_PROBE_SECONDS", default=30.0)
# How politely TMP itself is called for one account; an account may have its own. 0 means no limit.
CALLS_PER_SECOND = env.float("TMPPORTAL_CALLS_PER_SECOND", default=10.0)
JOBS_IN_FLIGHT = env.int("TMPPORTAL_JOBS_IN_FLIGHT", default=50)
JOBS_PER_DAY = env.int("TMPPORTAL_JOBS_PER_DAY", default=0)
# Questions in the name of one account that a worker has on the wire at once; twice as many over all accounts.
CALLS_AT_ONCE = env.int("TMPPORTAL_CALLS_AT_ONCE", default=192)
SENDING_AT_ONCE = env.int("TMPPORTAL_SENDING_AT_ONCE", default=8)
# For so long an unsure job counts among those at TMP.
UNSURE_SECONDS = env.float("TMPPORTAL_UNSURE_SECONDS", default=600.0)
# Days; 0 keeps for ever.
KEEP_JOBS_DAYS = env.int("TMPPORTAL_KEEP_JOBS_DAYS", default=0)
KEEP_ANSWERS_DAYS = env.int("TMPPORTAL_KEEP_ANSWERS_DAYS", default=180)
KEEP_DRAFTS_DAYS = env.int("TMPPORTAL_KEEP_DRAFTS_DAYS", default=90)
KEEP_AUDIT_DAYS = env.int("TMPPORTAL_KEEP_AUDIT_DAYS", default=0)
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "sweep-jobs": {
        "task": "jobs.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        # A sweep that nobody took in time is worthless: the next one does its work.
        "options": {"expires": max(5.0, SWEEP_SECONDS)},
    },
    "sweep-registrations": {
        "task": "accounts.tasks.sweep",
        "schedule": max(5.0, SWEEP_SECONDS),
        "options": {"expires": 10.0},
    },
    "forget-tries": {
        "task": "accounts.tasks.forget_tries",
        "schedule": 600.0,
        "options": {"expires": 300.0},
    },
    "sweep-uploads": {
        "task": "accounts.tasks.sweep_uploads",
        "schedule": 600.0,
        "options": {"expires": 300.0},
    },
}
CELERY_BEAT_SCHEDULE |= {
    f"tidy-{app}": {"task": f"{app}.tasks.tidy", "schedule": 600.0, "options": {"expires": 300.0}}
    for app in ("accounts", "jobs")
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "scheduler")

# The local stand-in of TMP and COS (`python -m sandbox` prints these); empty when none is running.
SANDBOX = {
    name: env.str(f"TMPPORTAL_SANDBOX_{name.upper()}", default="")
    for name in ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
}

# Whoever has it may read /metrics; where there is none, this machine may.
METRICS_TOKEN = env.str("TMPPORTAL_METRICS_TOKEN", default="")

# Hosts of buckets that an account may name, by their end or whole: signed requests go there.
COS_DOMAINS = env.list("TMPPORTAL_COS_DOMAINS", default=[".myqcloud.com", ".tencentcos.cn"])
# Whether accounts may live at a gateway without https, where everybody on the way reads their keys.
PLAIN_HTTP = env.bool("TMPPORTAL_PLAIN_HTTP", default=not PRODUCTION)

LOG_LEVEL = env.str("TMPPORTAL_LOG_LEVEL", default="INFO")
LOGGING = logging_by(level=LOG_LEVEL, written=log_format())

"""Settings, all from the environment (README, "Environment").

Production (DEBUG off) refuses to start, naming the variable, when one that it needs is missing
or malformed: a portal that comes up half configured is worse than one that does not.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from roadmap_portal import embedded, environment, schedule
from roadmap_portal.api.settings import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401 - read by Django
from roadmap_portal.headers import CONTENT_SECURITY_POLICY  # noqa: F401 - read by Django
from roadmap_portal.identity import APPS_OF_IDENTITY, identity_from
from roadmap_portal.legal import legal_from
from roadmap_portal.observability.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
DEBUG = env.bool("DEBUG", default=False)
if DEBUG:
    # A demonstration that runs here lends its servers to `manage.py shell` and its kin.
    embedded.lend_servers(os.environ, VAR_DIR / "demo")


def required(name: str, *, in_debug: str) -> str:
    """Value of a variable that production must name; raises ImproperlyConfigured otherwise."""
    value = env.str(name, default="")
    if value:
        return value
    if DEBUG:
        return in_debug
    raise ImproperlyConfigured(f"The environment variable {name} is missing (README, « Environment »).")


SECRET_KEY = environment.secret_key(
    required("SECRET_KEY", in_debug="insecure-key-of-a-development-machine-only-never-in-production"),
    is_production=not DEBUG,
)
SECRET_KEY_FALLBACKS = environment.older_secret_keys(env)
PUBLIC_URL = required("PUBLIC_URL", in_debug="http://127.0.0.1:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
_is_loopback = _public.hostname in {"127.0.0.1", "localhost", "::1"}
if _public.scheme not in {"http", "https"} or not _public.hostname:
    raise ImproperlyConfigured(f"PUBLIC_URL: read {PUBLIC_URL!r}, expected https://host.")
if _public.scheme == "http" and not _is_loopback and not DEBUG:
    raise ImproperlyConfigured("PUBLIC_URL: expected https, except on the loopback address.")
IS_HTTPS = _public.scheme == "https"
PUBLIC_HOST = _public.netloc
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_public.hostname])
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

# --- Applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    # Before ours, which takes the pages of their keys out of the admin.
    *APPS_OF_IDENTITY,
    "roadmap_portal",
    "actors",
    "accounts",
    "commitments",
    "funding",
    "reports",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django_filters",
    "pgtrigger",
    "pghistory",
    "csp",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "roadmap_portal.observability.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "roadmap_portal.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "roadmap_portal.page_cache.PageCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    # Tells the database who writes.
    "roadmap_portal.history.recording.RecordingMiddleware",
    # Closed by default: a public page says @login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.SessionMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    # Puts the page of « too many tries » in the place of the answer.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "roadmap_portal.urls"
WSGI_APPLICATION = "roadmap_portal.wsgi.application"

CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
TEMPLATES = [
    {
        "BACKEND": "roadmap_portal.template_engine.Pages",
        "NAME": "jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "roadmap_portal.jinja.environment",
            "context_processors": [*CONTEXT_PROCESSORS, "roadmap_portal.context.portal"],
        },
    },
    # The admin's own templates.
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": CONTEXT_PROCESSORS},
    },
]

# --- Data -------------------------------------------------------------------------------------
_database_url = required("DATABASE_URL", in_debug="postgresql://127.0.0.1:5432/roadmap_portal")
if urlsplit(_database_url).scheme not in {"postgres", "postgresql"}:
    # The only engine: constraints, triggers and search are PostgreSQL's.
    raise ImproperlyConfigured("DATABASE_URL: expected postgresql://user:password@host:port/name.")
_database = environ.Env.db_url_config(_database_url)
DATABASES = {
    "default": {
        **_database,
        # A server that was restarted is met by nobody: a connection is tried before it is given.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            # Short, because whoever asks waits for it; the portal is back as soon after the database as that.
            "pool": {"min_size": 1, "max_size": 8, "timeout": 5, "reconnect_timeout": 5},
            # PostgreSQL keeps the plan of what a connection asks often, and is sent values apart from the question.
            "server_side_binding": True,
            "prepare_threshold": 5,
            # A request that waits longer has lost its reader; a lock held longer is a defect.
            "options": "-c statement_timeout=30000 -c lock_timeout=10000",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The hour of the change, not of the transaction: the changes of one transaction keep their order.
PGHISTORY_CREATED_AT_FUNCTION = "clock_timestamp()"

REDIS_URL = required("REDIS_URL", in_debug="redis://127.0.0.1:6379/0")
if urlsplit(REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
    raise ImproperlyConfigured("REDIS_URL: expected redis://host:port/number.")

# --- Public pages, kept in the memory of each process ---------------------------------------------
# Off where templates are being written.
PAGE_CACHE = env.bool("PAGE_CACHE", default=not DEBUG)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # For what all processes count together.
    "shared": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "portal"},
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 400},
    },
}

# --- Jobs -------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TRACK_STARTED = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_BEAT_SCHEDULE = schedule.BEAT

# --- Accounts ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
vars().update(IDENTITY := identity_from(env, debug=DEBUG))
# Those our own code reads, with their types.
LOCAL_ACCOUNTS: bool = IDENTITY["LOCAL_ACCOUNTS"]
REQUIRE_SECOND_FACTOR: bool = IDENTITY["REQUIRE_SECOND_FACTOR"]
PROCONNECT_URL: str = IDENTITY["PROCONNECT_URL"]
PROCONNECT_ACR: list[str] = IDENTITY["PROCONNECT_ACR"]
PROCONNECT_ROLES: list[str] = IDENTITY["PROCONNECT_ROLES"]
OIDC_OP_LOGOUT_ENDPOINT: str = IDENTITY["OIDC_OP_LOGOUT_ENDPOINT"]
OIDC_TIMEOUT: int = IDENTITY["OIDC_TIMEOUT"]
SESSION_IDLE_SECONDS: int = IDENTITY["SESSION_IDLE_SECONDS"]
SESSION_LONGEST_SECONDS: int = IDENTITY["SESSION_LONGEST_SECONDS"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "commitments:my_quarter"
LOGOUT_REDIRECT_URL = "home"
# Kept: the security log, the name of someone who left (CNIL: six to twelve months).
SECURITY_LOG_DAYS = env.int("SECURITY_LOG_DAYS", default=365)
PSEUDONYM_AFTER_DAYS = env.int("PSEUDONYM_AFTER_DAYS", default=365)

# --- Language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "roadmap_portal" / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

# --- Files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
_storage = environment.storage(env, default=VAR_DIR / "files", is_production=not DEBUG)
FILES_DIR = _storage["OPTIONS"]["location"]  # or, in a bucket, the beginning of the names
STORAGES = {
    "default": _storage,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Pieces of evidence: how heavy a file, and what an office document may weigh once unzipped.
UPLOAD_MOST_BYTES = 20 * 1024**2
UPLOAD_MOST_UNZIPPED_BYTES = 200 * 1024**2
CLAMD_URL = environment.antivirus(env)
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600

# --- Reports ----------------------------------------------------------------------------------
# How long a worker that builds a report is believed alive without a sign; it gives one three times as often.
REPORT_LEASE_SECONDS = environment.whole_number(env, "REPORT_LEASE_SECONDS", default=60, least=1)
# Pauses before the second try, the third…; after the last one the report has failed.
REPORT_RETRY_SECONDS = environment.whole_numbers(env, "REPORT_RETRY_SECONDS", default=[60, 300, 900])
# Drafts that are neither sealed nor online.
REPORT_DRAFT_DAYS = environment.whole_number(env, "REPORT_DRAFT_DAYS", default=90, least=1)

# --- Legal pages --------------------------------------------------------------------------------
LEGAL = legal_from(env)

# --- Mail -------------------------------------------------------------------------------------
# In seconds: a server that does not answer must not hold a worker.
EMAIL_TIMEOUT = 20
vars().update(environment.mail(env, must_say=IS_HTTPS and not DEBUG))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ne-pas-repondre@portail.example")

# --- Links of the evidence, checked every week ---------------------------------------------------
LINK_CHECK_SECONDS = 10  # to connect, then for each reading
# A link is what someone typed: from inside our network it must not reach what the outside cannot.
LINK_CHECK_ALSO_REACHES: list[str] = []  # addresses of our own network that it may reach all the same

# --- Security (requirements S2 to S5) -----------------------------------------------------------
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = IS_HTTPS and env.bool("SSL_REDIRECT", default=True)
# Asked by machines of our own network, without the proxy.
SECURE_REDIRECT_EXEMPT = [r"^metrics$", r"^healthz/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies of ours stand before the portal: whose word on the address of a visitor, and
# on the number of a request, is believed.
REST_FRAMEWORK["NUM_PROXIES"] = PROXIES = environment.proxies(env, must_say=IS_HTTPS and not DEBUG)

# --- Thresholds of lateness, shown to readers (domain.md, formulas) ----------------------------
LATE_MILESTONE_GRACE_DAYS = 30
LATE_PROGRESS_GAP_POINTS = 10
STALE_AFTER_DAYS = 100
PARTIAL_COVERAGE_PERCENT = 70
# When the staff page of alerts speaks: days without news, months of a forecast beyond the date promised.
ALERT_STALE_DAYS = 120
ALERT_FORECAST_MONTHS = 2
# From there on a moved date goes to the steering committee.
STEERING_SLIPPAGE_DAYS = 90
# A reading that moves more than this against the one before is asked to be confirmed and explained.
PLAUSIBLE_JUMP_PERCENT = 50

LOGGING = logging_settings(level=environment.log_level(env), as_json=not DEBUG)
# Bearer token of `/metrics`; without one there are none.
METRICS_TOKEN = environment.metrics_token(env)

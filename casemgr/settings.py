"""Configure casemgr; what the machine decides comes from `env`."""

from datetime import timedelta

import environ
import pghistory

from casemgr.core.accounts.rules import ABSOLUTE_HOURS, IDLE_MINUTES
from casemgr.env import BASE_DIR, database_address, read_environment

ENV = read_environment()

SECRET_KEY = ENV.secret_key
FIELD_KEYS = ENV.field_keys
AUDIT_KEYS = ENV.audit_keys
AUDIT_ANCHOR = ENV.audit_anchor
DEBUG = ENV.debug
ALLOWED_HOSTS = list(ENV.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(ENV.trusted_origins)
TRUSTED_PROXIES = ENV.trusted_proxies
"""Whose X-Forwarded-For says from where a request comes; without any, the address that speaks to us is the one on record."""
ROOT_URLCONF = "casemgr.urls"
WSGI_APPLICATION = "casemgr.wsgi.application"
AUTH_USER_MODEL = "casemgr.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_NAME = "casemgr"

# The three tables that wake the system, and what the ground floor asks of the roof
ROOT_REACTIONS = "casemgr.reactions.REACTIONS"
ROOT_MESSAGE_GUARD = "casemgr.reactions.reasons_not_to_send"
ROOT_NAVIGATION_COUNTS = "casemgr.desk.counts.navigation_counts"
ROOT_DRAFTS = "treatment_plans.drafts.actions.finish_draft"
ROOT_STANDING = "casemgr.desk.leaving.queries.standing_of"
ROOT_PATIENT_FINDER = "casemgr.desk.audit.queries.key_of_patient"
OUTBOX_WAKE = "casemgr.celery.wake"

INSTALLED_APPS = [
    "casemgr",
    "patients",
    "treatment_plans",
    "referrals",
    "django_linear_migrations",
    "pgtrigger",
    "pghistory",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_tables2",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "casemgr.core.administration.middleware.door",
    "casemgr.core.administration.middleware.noes",
    "casemgr.core.administration.middleware.session_limits",
    "casemgr.core.administration.middleware.program_in_hand",
    "patients.guarding.views.open_windows",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "casemgr.core.ui.context.frame",
            ],
        },
    },
]

_database = database_address(ENV.database_url)
DATABASES = {
    "default": _database
    | {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "TEST": {"NAME": f"test_{_database['NAME']}", "TEMPLATE": ENV.test_template or None},
    }
}

# Who owns the tables; what the application may do with them: casemgr.core.grants
DATABASE_OWNER = database_address(ENV.database_owner_url) if ENV.database_owner_url else {}
DATABASE_OWNER = {name: DATABASE_OWNER[name] for name in ("USER", "PASSWORD", "HOST", "PORT") if DATABASE_OWNER}
DATABASE_ROLE = (_database["USER"] if DATABASE_OWNER else "") or ENV.database_role

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.redis_url, "KEY_PREFIX": "casemgr"},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = ABSOLUTE_HOURS * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_IDLE = timedelta(minutes=IDLE_MINUTES)
SESSION_ABSOLUTE = timedelta(hours=ABSOLUTE_HOURS)

# Sign-in
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:today"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "casemgr.core.administration.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/300s/key", "login": "120/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
MFA_FORMS = {
    "authenticate": "casemgr.core.administration.second_factor.SecondFactorForm",
    "reauthenticate": "casemgr.core.administration.second_factor.SecondFactorAgainForm",
}

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["casemgr.core.ui.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = ENV.state / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not ENV.is_production
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENV.is_production
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/casemgr.html"

# What a browser may do with our pages
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ENV.behind_tls:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# Messages
MESSAGE_GATEWAY = ENV.message_gateway
MESSAGE_FOLDER = ENV.state / "messages"
MESSAGE_SENDER = ENV.sender
MESSAGE_DOMAIN = "localhost"
WEBHOOKS_MAY_STAY_INSIDE = not ENV.is_production
"""Whether a webhook may lead to a machine of a private network; production never lets it."""
EMAIL_CONFIG = environ.Env.email_url_config(ENV.email_url)
vars().update(EMAIL_CONFIG)

# Work in the background
REDIS_URL = ENV.redis_url
OUTBOX_TICK_SECONDS = ENV.tick_seconds
OUTBOX_LEASE = timedelta(seconds=ENV.lease_seconds)
MESSAGE_LEASE = 2 * OUTBOX_LEASE
EMAIL_TIMEOUT = 10
CELERY_BROKER_URL = ENV.redis_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "unacked_restore_throttle": 1,
    "global_keyprefix": "casemgr:",
    "visibility_timeout": 300,
    "socket_connect_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ENABLE_UTC = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# History of rows, kept by the database
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="+", related_query_name="+")
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(related_name="+", related_query_name="+", db_constraint=False)
PGHISTORY_APPEND_ONLY = True

# Interface for partners
OAUTH2_PROVIDER_APPLICATION_MODEL = "casemgr.ApiClient"
OAUTH2_PROVIDER = {
    "SCOPES_BACKEND_CLASS": "casemgr.api.scopes.ClientScopes",
    "OAUTH2_VALIDATOR_CLASS": "casemgr.api.tokens.PartnerTokens",
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["client_credentials"],
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "casemgr.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
PARTNER_REQUESTS_PER_MINUTE = 600
"""Requests of one partner system; ours to set."""
PARTNER_TOKENS_PER_MINUTE = 30
"""Attempts to get a token from one address; ours to set."""
SPECTACULAR_SETTINGS = {
    "TITLE": "casemgr partner API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
}

DEFAULT_EXCEPTION_REPORTER = "casemgr.core.logs.QuietReporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "casemgr.core.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING" if ENV.name == "test" else "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "NOTSET"},  # no mail to administrators: it would quote the request
        "django.server": {"handlers": ["stderr"], "propagate": False},
        "django.db.backends": {"level": "WARNING"},  # below, it quotes every statement with its values
    },
}

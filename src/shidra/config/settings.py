"""All settings, read from the environment. `docs/operators.md` has the table.

Everything an installation keeps lies in one folder, SHIDRA_HOME: the database (unless SHIDRA_DATABASE_URL names
another), stored files, the secret key. Without a secret key in the environment or that folder, a server that is
not in debug mode refuses to start.
"""

from __future__ import annotations

import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env

from shidra.config.logs import logging_settings
from shidra.config.sqlite import use_fixed_sqlite

SQLITE_IS_SAFE = use_fixed_sqlite()

env = Env()
PACKAGE = Path(__file__).resolve().parent.parent

HOME = Path(env.str("SHIDRA_HOME", "") or Path.cwd() / ".home").absolute()
DEBUG = env.bool("SHIDRA_DEBUG", False)


def _secret_key() -> str:
    key = env.str("SHIDRA_SECRET_KEY", "")
    if not key and (HOME / "secret-key").is_file():
        key = (HOME / "secret-key").read_text().strip()
    if key and not DEBUG and (len(key) < 40 or len(set(key)) < 10 or "insecure" in key or "change" in key.lower()):
        raise ImproperlyConfigured("SHIDRA_SECRET_KEY can be guessed. Take 40 random characters or more.")
    return key


SECRET_KEY = _secret_key()  # Django refuses to start with an empty key; `shidra init` makes one

SITE_URL = env.str("SHIDRA_SITE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("SHIDRA_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
SITE_NAME = env.str("SHIDRA_SITE_NAME", "") or SITE_URL.partition("://")[2]  # what other installations call this one
HTTPS = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "shidra.entrypoints.workspace",
    "shidra.entrypoints.public_site",
    "shidra.entrypoints.embeds",
    "shidra.entrypoints.cli",
    "shidra.conditions.shared_measurement",
    "shidra.conditions.common_agenda",
    "shidra.commons.atlas",
    "shidra.foundation.initiatives",
    "shidra.foundation.organisations",
    "shidra.foundation.people",
    "shidra.foundation.places",
    "shidra.foundation.mail",
    "shidra.foundation.jobs",
    "shidra.foundation.files",
    "shidra.foundation.audit",
    "shidra.foundation.look",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "shidra.config.logs.AccessLog",
    "shidra.entrypoints.embeds.middleware.WithoutCookies",  # frames know nobody
    "shidra.entrypoints.public_site.page_cache.ReleasedPages",  # answers strangers from memory
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shidra.foundation.people.middleware.LanguageMiddleware",
    "shidra.entrypoints.health.middleware.FullDisk",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "shidra.config.urls"
WSGI_APPLICATION = "shidra.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shidra.entrypoints.workspace.shell.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "shidra.foundation.look.templatetags.look",
            ],
        },
    }
]

# --- Database -------------------------------------------------------------------------------------------------
DATABASES = {"default": env.dj_db_url("SHIDRA_DATABASE_URL", f"sqlite:///{HOME / 'shidra.sqlite3'}", conn_max_age=600)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE: a transaction that reads and then writes never fails with "database is locked"; it waits its turn.
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # FULL: an acknowledged commit survives a power cut, not only a killed process.
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA mmap_size=134217728;"
            "PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-20000;PRAGMA temp_store=MEMORY;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "shidra.foundation.people.passwords.TenCharacters"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace:home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # who did not change their password themselves should hear of it
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True  # one address a person, replaced once the new one is proved
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_ADAPTER = "shidra.foundation.people.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "shidra.foundation.people.web.forms.SignInForm",
    "reset_password": "shidra.foundation.people.web.forms.ResetPasswordForm",
    "reset_password_from_key": "shidra.foundation.people.web.forms.NewPasswordForm",
    "change_password": "shidra.foundation.people.web.forms.ChangePasswordForm",
    "set_password": "shidra.foundation.people.web.forms.SetPasswordForm",
    "reauthenticate": "shidra.foundation.people.web.forms.ConfirmPasswordForm",
    "change_email": "shidra.foundation.people.web.forms.ChangeEmailForm",
}
MFA_ADAPTER = "shidra.foundation.people.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Shidra"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # a browser allows passkeys without HTTPS on localhost only
MFA_FORMS = {
    "authenticate": "shidra.foundation.people.web.forms.CodeForm",
    "reauthenticate": "shidra.foundation.people.web.forms.ConfirmCodeForm",
    "activate_totp": "shidra.foundation.people.web.forms.ActivateAppForm",
    "login_webauthn": "shidra.foundation.people.web.forms.SignInByPasskeyForm",
    "authenticate_webauthn": "shidra.foundation.people.web.forms.PasskeyAsSecondStepForm",
    "reauthenticate_webauthn": "shidra.foundation.people.web.forms.ConfirmPasskeyForm",
    "add_webauthn": "shidra.foundation.people.web.forms.AddPasskeyForm",
    "edit_webauthn": "shidra.foundation.people.web.forms.RenamePasskeyForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("SHIDRA_BEHIND_PROXY", False) else 0  # whose address rate limits count
# Rate limits count here, for all processes of the installation together.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if env.bool("SHIDRA_TESTING", False)
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "people_cache"}
}

# --- Languages and time ---------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("he", "עברית"), ("ar", "العربية"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
TIME_ZONE = env.str("SHIDRA_TIME_ZONE", "Asia/Jerusalem")
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# --- Static files ---------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("SHIDRA_STATIC_ROOT", "") or HOME / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or env.bool("SHIDRA_TESTING", False)
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or env.bool("SHIDRA_TESTING", False)

# --- Mail -----------------------------------------------------------------------------------------------------
vars().update(env.dj_email_url("SHIDRA_MAIL_URL", "console:"))
DEFAULT_FROM_EMAIL = env.str("SHIDRA_MAIL_FROM", "Shidra <shidra@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Background work ------------------------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "ENQUEUE_ON_COMMIT": True}}
JOBS_AT_ONCE = False  # run jobs in the process that asks for them, right after its transaction (command line, tests)

# --- Logs -----------------------------------------------------------------------------------------------------
LOGGING = logging_settings(
    level=env.str("SHIDRA_LOG_LEVEL", "INFO"), as_json=env.bool("SHIDRA_LOG_JSON", not sys.stderr.isatty())
)

# --- Fetching -------------------------------------------------------------------------------------------------
# host:port that may be asked although it is not public
FETCH_ALLOWED = [entry.strip() for entry in env.list("SHIDRA_FETCH_ALLOWED", list[str]())]

# --- Maps -----------------------------------------------------------------------------------------------------
COUNTRY_SHAPES = env.str("SHIDRA_COUNTRY_SHAPES", "")  # a file; nothing: those shipped
TILE_URL = env.str("SHIDRA_TILE_URL", "")
TILE_ATTRIBUTION = env.str("SHIDRA_TILE_ATTRIBUTION", "")

# --- Safety ---------------------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = HTTPS and env.bool("SHIDRA_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # a watchman asks from inside, by http
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("SHIDRA_BEHIND_PROXY", False) else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a reporting form of a large round has a field a value
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
LEAST_FREE_BYTES = env.int("SHIDRA_LEAST_FREE_MB", 100) * 1024 * 1024  # below that: reading only

SILENCED_SYSTEM_CHECKS: list[str] = []

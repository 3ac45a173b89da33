"""How people prove who they are, from the environment: ProConnect, local accounts, or both.

ProConnect is on when PROCONNECT_URL is given; then local accounts are off unless LOCAL_ACCOUNTS says otherwise
(requirement I8).
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# Those that say that a second factor was used (ProConnect, « acr »).
SECOND_FACTOR = ["eidas0-mfa", "eidas1-mfa", "eidas2", "eidas3"]
SCOPES = "openid given_name usual_name email siret idp_id roles organization_label"
APPS_OF_IDENTITY = ("django_otp", "django_otp.plugins.otp_totp", "django_otp.plugins.otp_static", "axes")
LOCKED_FOR = timedelta(minutes=15)
VALIDATION = "django.contrib.auth.password_validation"
FIXED: dict[str, Any] = {
    "AUTHENTICATION_BACKENDS": [
        "axes.backends.AxesStandaloneBackend",
        "accounts.proconnect.backend.ProConnectBackend",
        "django.contrib.auth.backends.ModelBackend",
    ],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": f"{VALIDATION}.UserAttributeSimilarityValidator"},
        {"NAME": f"{VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 14}},
        {"NAME": f"{VALIDATION}.CommonPasswordValidator"},
    ],
    "AXES_FAILURE_LIMIT": 5,
    "AXES_COOLOFF_TIME": LOCKED_FOR,
    # Whoever tries from elsewhere does not lock the person out.
    "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
    "AXES_CLIENT_IP_CALLABLE": "accounts.security_log.address_of",
    "AXES_USERNAME_CALLABLE": "accounts.security_log.name_tried",
    "AXES_LOCKOUT_CALLABLE": "accounts.views.login.locked_out",
    "AXES_RESET_ON_SUCCESS": True,
    # Back from ProConnect is a GET: no password is tried there.
    "AXES_NEVER_LOCKOUT_GET": True,
    "AXES_DISABLE_ACCESS_LOG": True,
    "AXES_VERBOSE": False,
    "OTP_TOTP_ISSUER": "Feuille de route IA",
    "SESSION_ENGINE": "accounts.session_store",
}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def identity_from(env: environ.Env, *, debug: bool) -> dict[str, Any]:
    """Settings by name. Raises ImproperlyConfigured, naming the variable."""
    return FIXED | _sessions(env, debug=debug) | _proconnect(env, debug=debug)


def _sessions(env: environ.Env, *, debug: bool) -> dict[str, Any]:
    longest = env.int("SESSION_LONGEST_SECONDS", default=12 * 3600)
    return {
        "REQUIRE_SECOND_FACTOR": env.bool("REQUIRE_SECOND_FACTOR", default=not debug),
        "SESSION_IDLE_SECONDS": env.int("SESSION_IDLE_SECONDS", default=1800),
        "SESSION_LONGEST_SECONDS": longest,
        "SESSION_COOKIE_AGE": longest,
    }


def _proconnect(env: environ.Env, *, debug: bool) -> dict[str, Any]:
    base = env.str("PROCONNECT_URL", default="").rstrip("/")
    local = {"LOCAL_ACCOUNTS": env.bool("LOCAL_ACCOUNTS", default=debug or not base), "PROCONNECT_URL": base}
    if not base:
        if not local["LOCAL_ACCOUNTS"]:
            raise ImproperlyConfigured("LOCAL_ACCOUNTS is off and PROCONNECT_URL is missing: nobody could log in.")
        return local | _endpoints("https://proconnect.invalid") | _client("", "", [])
    _check(base)
    client, secret = (env.str(name, default="") for name in ("PROCONNECT_CLIENT_ID", "PROCONNECT_CLIENT_SECRET"))
    for name, value in (("PROCONNECT_CLIENT_ID", client), ("PROCONNECT_CLIENT_SECRET", secret)):
        if not value:
            raise ImproperlyConfigured(f"{name} is missing: PROCONNECT_URL asks for it (README, « Environment »).")
    accepted = env.list("PROCONNECT_ACR", default=SECOND_FACTOR)
    roles = {"PROCONNECT_ROLES": env.list("PROCONNECT_ROLES", default=[])}
    return local | _endpoints(base) | _client(client, secret, accepted) | roles


def _check(base: str) -> None:
    parts = urlsplit(base)
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or (parts.scheme != "https" and not is_local):
        raise ImproperlyConfigured(f"PROCONNECT_URL: read {base!r}, expected https://DOMAIN/api/v2.")


def _endpoints(base: str) -> dict[str, Any]:
    return {
        "OIDC_OP_AUTHORIZATION_ENDPOINT": f"{base}/authorize",
        "OIDC_OP_TOKEN_ENDPOINT": f"{base}/token",
        "OIDC_OP_USER_ENDPOINT": f"{base}/userinfo",
        "OIDC_OP_JWKS_ENDPOINT": f"{base}/jwks",
        "OIDC_OP_LOGOUT_ENDPOINT": f"{base}/session/end",
    }


def _client(client_id: str, secret: str, accepted: list[str]) -> dict[str, Any]:
    return {
        "OIDC_RP_CLIENT_ID": client_id,
        "OIDC_RP_CLIENT_SECRET": secret,
        "OIDC_RP_SIGN_ALGO": "ES256",
        "OIDC_RP_SCOPES": SCOPES,
        "OIDC_AUTHENTICATION_CALLBACK_URL": "proconnect:callback",
        "OIDC_STATE_SIZE": 43,
        "OIDC_NONCE_SIZE": 43,
        "OIDC_USE_PKCE": True,
        # To log out of ProConnect too; kept with the session, on the server.
        "OIDC_STORE_ID_TOKEN": True,
        "OIDC_TIMEOUT": 10,
        "PROCONNECT_ACR": accepted,
        "PROCONNECT_ROLES": [],
    }

"""What ProConnect says is believed when it was signed by it, for us, now, about one person, with a second factor."""

from typing import Any

import jwt
import requests
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from accounts.models import User
from accounts.services.identities import NotRecognised, Refusal, recognise

SECONDS_OF_LEEWAY = 30
# With the code a token answers one request of ours: who knows it is told when it ends.
ALWAYS = ["iss", "aud", "sub"]


class ProConnectBackend(OIDCAuthenticationBackend):
    """A refusal is told as PermissionDenied, so that no other backend is asked, with its reason on the request."""

    def authenticate(self, request: HttpRequest | None, **kwargs: Any) -> User | None:
        if request is None or "nonce" not in kwargs:
            return None  # a password was typed, not a code brought back
        try:
            found: User | None = super().authenticate(request, **kwargs)
        except NotRecognised as refused:
            raise _denied(request, refused.refusal, "") from refused
        except (SuspiciousOperation, jwt.InvalidTokenError, requests.RequestException, KeyError, ValueError) as error:
            raise _denied(request, Refusal.PROTOCOL, type(error).__name__) from error
        if found is None:
            raise _denied(request, Refusal.PROTOCOL, "nobody")
        return found

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        self.required = [*ALWAYS, "exp"] if "nonce" in kwargs else ALWAYS
        claims: dict[str, Any] = super().verify_token(token, **kwargs)
        return claims

    def _verify_jws(self, payload: str, key: Any) -> dict[str, Any]:
        """The library checks neither for whom a token is nor who made it."""
        if jwt.get_unverified_header(payload).get("alg") != self.OIDC_RP_SIGN_ALGO:
            raise jwt.InvalidAlgorithmError
        claims: dict[str, Any] = jwt.decode(
            payload,
            key,
            algorithms=[self.OIDC_RP_SIGN_ALGO],
            audience=self.OIDC_RP_CLIENT_ID,
            issuer=settings.PROCONNECT_URL,
            leeway=SECONDS_OF_LEEWAY,
            options={"require": self.required},
        )
        return claims

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Signed, as we registered it: what comes without a signature is not read."""
        answer = requests.get(
            self.OIDC_OP_USER_ENDPOINT,
            headers={"Authorization": f"Bearer {access_token}"},
            timeout=settings.OIDC_TIMEOUT,
        )
        answer.raise_for_status()
        if not answer.headers.get("content-type", "").lower().startswith("application/jwt"):
            raise jwt.InvalidTokenError("unsigned userinfo")
        return self.verify_token(answer.text)

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        claims = self.get_userinfo(access_token, id_token, payload)
        if claims["sub"] != payload["sub"]:
            raise jwt.InvalidTokenError("two persons")
        if payload.get("acr") not in settings.PROCONNECT_ACR:
            raise NotRecognised(Refusal.SECOND_FACTOR)
        return recognise(claims, settings.PROCONNECT_URL, self.request)


def _denied(request: HttpRequest, refusal: Refusal, detail: str) -> PermissionDenied:
    request.refusal = refusal  # type: ignore[attr-defined]
    request.refusal_detail = detail  # type: ignore[attr-defined]
    return PermissionDenied(refusal)

"""Who publishes the portal and answers for it: what the law has legal pages say, from the environment.

A value that is missing is shown as such, in brackets; the deployment check names each of them (requirement P1).
"""

from dataclasses import dataclass, fields

import environ
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


def missing(name: str) -> str:
    return f"[à compléter\u00a0: {name}]"


@dataclass(frozen=True)
class Legal:
    """Each field is an environment variable of the same name in capitals."""

    publisher_name: str
    publisher_address: str
    publisher_phone: str
    # Directeur ou directrice de la publication.
    publisher_director: str
    # The other owner of the roadmap, jointly responsible for the data (GDPR, article 26).
    publisher_second: str
    hosting_name: str
    hosting_address: str
    hosting_phone: str
    dpo_name: str
    dpo_email: str
    contact_email: str
    accessibility_email: str
    # mailto: or https:, as RFC 9116 asks.
    security_contact: str
    # Each owner has its own, once it is adopted.
    scheme_url_region: str
    scheme_url_state: str
    plan_url_region: str
    plan_url_state: str

    @property
    def placeholders(self) -> list[str]:
        """The variables still to be given."""
        names = [field.name.upper() for field in fields(self)]
        return [name for name in names if getattr(self, name.lower()) == missing(name)]


OPTIONAL = {"scheme_url_region", "scheme_url_state", "plan_url_region", "plan_url_state"}


def legal_from(env: environ.Env) -> Legal:
    values = {
        name: env.str(name.upper(), default="" if name in OPTIONAL else missing(name.upper()))
        for name in (field.name for field in fields(Legal))
    }
    return Legal(**values)


@register(Tags.security, deploy=True)
def no_placeholder_is_left(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """A portal online says who publishes it: its legal pages show no gap."""
    legal: Legal = settings.LEGAL
    return [
        Error(
            f"The legal pages lack {name}: they would show « {missing(name)} ».",
            hint=f"Set the environment variable {name} (README, « Environment »).",
            id="portal.E001",
        )
        for name in legal.placeholders
    ]

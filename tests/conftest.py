"""The cast. Everyone knows who they are before reading a test: Paula contributes for the Region, Stéphane validates
for the State, Rachel for the Region, Amina administers, Louis reads."""

import pytest
from django.template.backends.jinja2 import Template
from django.test.signals import template_rendered
from django.utils.translation import override
from rest_framework.throttling import SimpleRateThrottle

from accounts.models import Membership
from actors.models import Side
from roadmap_portal import rates
from tests.factories import make_actor, make_commitment, make_roadmap, make_user

Role = Membership.Role


@pytest.fixture(autouse=True)
def _responses_tell_their_context(monkeypatch):
    """Django's test client learns `response.context` from a signal that its Jinja2 backend does not send."""
    render = Template.render

    def render_and_tell(self, context=None, request=None):
        context = {} if context is None else context
        text = render(self, context, request)
        template_rendered.send(sender=self, template=self, context=context)
        return text

    monkeypatch.setattr(Template, "render", render_and_tell)


@pytest.fixture(autouse=True)
def _each_test_starts_in_french():
    """A page asked for in English leaves its language to the tests that follow."""
    with override("fr"):
        yield


@pytest.fixture(autouse=True)
def _calls_are_not_counted(monkeypatch):
    """All tests call from one address. What counting does is told in test_open_api and test_rates."""
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"anon": None, "user": None})
    without = {name: rate._replace(most=10**9) for name, rate in rates.RATES.items()}
    monkeypatch.setattr(rates, "RATES", without)


@pytest.fixture
def roadmap(db):
    return make_roadmap()


@pytest.fixture
def region(db):
    return make_actor("region", name="Région", side=Side.REGION)


@pytest.fixture
def state(db):
    return make_actor("prefecture", name="Préfecture de région", side=Side.STATE)


@pytest.fixture
def paula(region):
    return make_user("paula", Role.CONTRIBUTOR, region)


@pytest.fixture
def stephane(state):
    return make_user("stephane", Role.VALIDATOR, state)


@pytest.fixture
def rachel(region):
    return make_user("rachel", Role.VALIDATOR, region)


@pytest.fixture
def amina(region):
    return make_user("amina", Role.ADMINISTRATOR, region)


@pytest.fixture
def louis(state):
    return make_user("louis", Role.READER, state)


@pytest.fixture
def commitment(region):
    """Led by the Region: Paula may write on it."""
    return make_commitment(code="eng-recherche", lead=region)


@pytest.fixture
def files(tmp_path, settings):
    """The names in the storage, which is this test's own."""
    here = settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path, "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": here}
    return lambda: sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())

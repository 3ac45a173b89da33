"""The cast. Everyone knows who they are before reading a test: Paula contributes for the Region, Stéphane validates
for the State, Rachel for the Region, Amina administers, Louis reads."""

import pytest

from accounts.models import Membership
from actors.models import Side
from tests.factories import make_actor, make_commitment, make_roadmap, make_user

Role = Membership.Role


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

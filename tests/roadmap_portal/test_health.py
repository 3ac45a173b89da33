"""Whether the portal is up, and what says so when it is not."""

import pytest

from tests.worker import running_worker


def test_alive(client):
    assert client.get("/healthz/").content == b"ok\n"


@pytest.mark.django_db
def test_not_ready_names_what_does_not_answer(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/healthz/ready")
    assert response.status_code == 503
    assert (response.json()["database"], response.json()["redis"]) == (True, False)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_ready_with_a_worker(client):
    with running_worker():
        for _ in range(20):
            response = client.get("/healthz/ready")
            if response.status_code == 200:
                break
    assert response.json() == {"database": True, "redis": True, "worker": True}


@pytest.mark.django_db
def test_pages_carry_the_headers_of_a_strict_site(client):
    for address in ("/", "/connexion/", "/rien/", "/healthz/"):
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"

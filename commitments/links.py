"""Does an address still answer? The standard library, and the rules that keep our own network out of reach.

Someone typed the address, so the connection is made to the very address that was checked, at every redirection: a name
that leads somewhere else the second time it is asked for gains nothing. Nothing of the answer's body is read.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

MOST_REDIRECTS = 5
MOST_ADDRESSES = 3
REDIRECTS = {301, 302, 303, 307, 308}
# « Not to you »: legal databases and the like answer this to all programs, and the page is there for people.
KEPT_FROM_PROGRAMS = {401, 403, 429}
PORTS = {"http": 80, "https": 443}
# IPv4 addresses as IPv6-only networks write them.
NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Answer:
    is_up: bool
    reason: str = ""  # why it is not


class AddressRefused(ValueError):
    """Not an address of the public web."""


def probe(url: str) -> Answer:
    """Never raises. HEAD first; servers that do not know it are asked again with GET."""
    answer = _follow(url, "HEAD")
    return answer if answer.is_up else _follow(url, "GET")


def is_public(address: str) -> bool:
    """Neither of this machine nor of a private network, in whatever notation."""
    found = ip_address(address)
    inner = _inner(found) if isinstance(found, IPv6Address) else None
    return all(one.is_global and not one.is_multicast for one in (found, inner) if one is not None)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _follow(url: str, method: str) -> Answer:
    try:
        for _hop in range(MOST_REDIRECTS + 1):
            status, location = _ask(urlsplit(url), method)
            if status not in REDIRECTS or not location:
                return _judge(status)
            url = urljoin(url, location)
    except (OSError, http.client.HTTPException, ValueError) as fault:
        return Answer(False, _in_words(fault))
    return Answer(False, _("plus de %(n)s redirections") % {"n": MOST_REDIRECTS})


def _in_words(fault: Exception) -> str:
    match fault:
        case AddressRefused():
            return str(fault)
        case TimeoutError():
            return _("pas de réponse en %(n)s secondes") % {"n": settings.LINK_CHECK_SECONDS}
        case ssl.SSLError():
            return _("certificat refusé")
        case socket.gaierror():
            return _("nom de domaine introuvable")
        case _other:
            return _("connexion impossible ou réponse illisible")


def _judge(status: int) -> Answer:
    if status < 400 or status in KEPT_FROM_PROGRAMS:
        return Answer(True)
    return Answer(False, _("réponse %(status)s") % {"status": status})


def _ask(parts: SplitResult, method: str) -> tuple[int, str | None]:
    if parts.scheme not in PORTS or not parts.hostname:
        raise AddressRefused(_("adresse qui n’est ni http ni https"))
    host = parts.hostname.encode("idna").decode()
    kind = _SecureConnection if parts.scheme == "https" else _Connection
    connection = kind(host, parts.port or PORTS[parts.scheme], timeout=settings.LINK_CHECK_SECONDS)
    target = iri_to_uri(parts.path or "/") + (f"?{iri_to_uri(parts.query)}" if parts.query else "")
    headers = {"User-Agent": f"link-check (+{settings.PUBLIC_URL})", "Accept": "*/*"}
    with closing(connection), _cut_after(connection, 3 * settings.LINK_CHECK_SECONDS):
        connection.request(method, target, headers=headers)
        response = connection.getresponse()
        return response.status, response.getheader("Location")


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = _open(self.host, self.port, self.timeout)


class _SecureConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        opened = _open(self.host, self.port, self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(opened, server_hostname=self.host)


def _open(host: str, port: int, timeout: float | None) -> socket.socket:
    addresses = [found[4] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)][:MOST_ADDRESSES]
    ours = {str(address[0]) for address in addresses} - {*settings.LINK_CHECK_ALSO_REACHES}
    if not all(map(is_public, ours)):
        raise AddressRefused(_("adresse d’un réseau privé"))
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((str(address[0]), port), timeout)
    return socket.create_connection((str(addresses[-1][0]), port), timeout)


@contextmanager
def _cut_after(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """A server that sends one byte every nine seconds keeps within every timeout, and never ends."""
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        if connection.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if is_over.is_set():
        # Headers that stop in the middle are read as if they ended there.
        raise TimeoutError

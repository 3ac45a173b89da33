"""Requests per second of an address: four kept-alive connections for a bounded time, over plain sockets."""

import socket
import threading
import time
from urllib.parse import urlsplit

CONNECTIONS = 4


def requests_per_second(url: str, seconds: float) -> float:
    """Raises RuntimeError on any answer but 200: a fast error page is no figure."""
    done, errors = [0] * CONNECTIONS, []
    stop_at = time.monotonic() + seconds

    def visit(slot: int) -> None:
        try:
            done[slot] = _visit(url, stop_at)
        except (OSError, RuntimeError) as error:
            errors.append(error)

    threads = [threading.Thread(target=visit, args=[slot]) for slot in range(CONNECTIONS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise RuntimeError(f"{url}: {errors[0]}")
    return sum(done) / (time.monotonic() - started)


def _visit(url: str, stop_at: float) -> int:
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    count = 0
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        reader = connection.makefile("rb")
        while time.monotonic() < stop_at:
            connection.sendall(request)
            _read_answer(reader)
            count += 1
    return count


def _read_answer(reader) -> None:
    status = reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(status.decode(errors="replace").strip())
    length = 0
    while (line := reader.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if len(reader.read(length)) != length:
        raise RuntimeError("answer cut short")

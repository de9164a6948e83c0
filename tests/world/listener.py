"""
What runs next to the endpoint: a trap, or a proxy.

Usage: listener.py trap|proxy LOG PORT. It listens on 127.0.0.2. A trap takes what it is sent; a proxy
joins a CONNECT to the endpoint. Both write down every connection's first bytes,
and the proxy all that goes to the endpoint through it.
"""

from __future__ import annotations

import pathlib
import socket
import sys
import threading
from contextlib import suppress

KIND, LOG, PORT = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])


def note(text: bytes) -> None:
    with LOG.open("ab") as log:
        log.write(text)


def pass_on(one: socket.socket, other: socket.socket, *, noted: bool) -> None:
    with suppress(OSError):
        while part := one.recv(65536):
            if noted:
                note(part)
            other.sendall(part)
        other.shutdown(socket.SHUT_WR)


def serve(connection: socket.socket) -> None:
    with suppress(OSError), connection:
        first = connection.recv(65536)
        note(b"connection\n" + first)
        if KIND == "proxy" and first.startswith(b"CONNECT "):
            with socket.create_connection(("127.0.0.1", 443)) as endpoint:
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=pass_on, args=(endpoint, connection), kwargs={"noted": False})
                back.start()
                pass_on(connection, endpoint, noted=True)
                back.join()


with socket.create_server(("127.0.0.2", PORT), backlog=64) as listener:
    LOG.touch()
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

"""
The usage endpoint of a private world: TLS on 127.0.0.1:443, one behaviour at a time.

Usage: server.py FOLDER. Inside a network namespace of its own; FOLDER holds
server.pem and behaviour.json (read at every connection) and takes requests.jsonl.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import pathlib
import socket
import ssl
import struct
import sys
import threading
import time
from contextlib import suppress
from typing import Any

FOLDER = pathlib.Path(sys.argv[1])
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
FOR_EVER = 60.0  # seconds; longer than any client may wait


def bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh", b"lo", 0)
        (flags,) = struct.unpack("16xh", fcntl.ioctl(probe, SIOCGIFFLAGS, request))
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


def swallow_dns() -> None:
    """Take every query and answer none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hole:
        hole.bind(("127.0.0.1", 53))
        while True:
            hole.recv(4096)


def drip(connection: Any, text: bytes) -> None:
    for at in range(len(text)):
        connection.sendall(text[at : at + 1])
        time.sleep(1)


def serve(plain: socket.socket) -> None:
    behaviour = json.loads((FOLDER / "behaviour.json").read_text())
    with suppress(OSError), plain:
        if behaviour["kind"] == "tls-stall":
            time.sleep(FOR_EVER)
            return
        if behaviour["kind"] == "plain-http":
            record(plain.recv(65536), behaviour)
            return
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(FOLDER / "server.pem")
        with tls.wrap_socket(plain, server_side=True) as connection:
            head = b""
            while b"\r\n\r\n" not in head:
                part = connection.recv(65536)
                if not part:
                    return
                head += part
            record(head, behaviour)
            answer(connection, behaviour)


def answer(connection: Any, behaviour: dict[str, Any]) -> None:
    kind = behaviour["kind"]
    if kind == "hang":
        time.sleep(FOR_EVER)
    if kind == "hold":
        hold(connection)
        return
    body = behaviour.get("body", "").encode()
    if kind == "bomb":
        body = gzip.compress(b" " * 300_000_000, 1)
        behaviour["headers"]["Content-Encoding"] = "gzip"
    length = 1 << 30 if kind in ("infinite", "drip-body") else len(body)
    head = f"HTTP/1.1 {behaviour['status']} X\r\nContent-Length: {length}\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in behaviour["headers"].items())
    if kind == "drip-head":
        drip(connection, head.encode())
    connection.sendall(head.encode() + b"\r\n")
    if kind == "drip-body":
        drip(connection, b" " * int(FOR_EVER))
    while kind == "infinite":
        connection.sendall(b" " * 65536)
    connection.sendall(body)


def hold(connection: Any) -> None:
    """Keep the client waiting until there is another behaviour, and give that one's body then."""
    connection.sendall(b"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n")
    while (behaviour := json.loads((FOLDER / "behaviour.json").read_text()))["kind"] == "hold":
        connection.sendall(b" ")  # so that it does not give up
        time.sleep(0.1)
    connection.sendall(behaviour["body"].encode())


def record(head: bytes, behaviour: dict[str, Any]) -> None:
    first, *lines = head.decode("latin-1").partition("\r\n\r\n")[0].split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    entry = {"at": time.time(), "request": first, "headers": headers, "behaviour": behaviour["kind"]}
    with (FOLDER / "requests.jsonl").open("a") as log:
        log.write(json.dumps(entry) + "\n")


def main() -> None:
    bring_up_loopback()
    threading.Thread(target=swallow_dns, daemon=True).start()
    with socket.create_server(("127.0.0.1", 443), backlog=512) as listener:
        (FOLDER / "ready").touch()
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()

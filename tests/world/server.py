"""
The usage endpoints of private worlds: TLS on 127.0.0.1:443, one behaviour at a time.

Reads folders, one a line, and answers each with the id of the process that is
its endpoint, in a network and a mount namespace of its own: Python is started,
and its modules loaded, once for all worlds. A folder holds hosts, resolv.conf,
server.pem and behaviour.json (read at every connection) and takes requests.jsonl.
"""

from __future__ import annotations

import ctypes
import fcntl
import gzip
import json
import os
import pathlib
import signal
import socket
import ssl
import struct
import sys
import threading
import time
from contextlib import suppress
from typing import Any

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
PR_SET_PDEATHSIG = 1
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
FOR_EVER = 60.0  # seconds; longer than any client may wait


def move_apart(folder: str) -> None:
    """Leave the machine's networks and mounts, for names and a name server of our own."""
    libc = ctypes.CDLL(None, use_errno=True)

    def call(name: str, *words: object) -> None:
        if libc[name](*words):
            raise OSError(ctypes.get_errno(), f"{name}{words}")

    def mount(source: str, target: str, kind: str | None, flags: int) -> None:
        texts = (text and text.encode() for text in (source, target, kind))
        call("mount", *texts, ctypes.c_ulong(flags), None)

    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL)  # where the tests were killed, and end no world
    call("unshare", CLONE_NEWNET | CLONE_NEWNS)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount(f"{folder}/hosts", "/etc/hosts", None, MS_BIND)
    mount(f"{folder}/resolv.conf", "/etc/resolv.conf", None, MS_BIND)
    mount("none", "/dev/shm", "tmpfs", 0)  # where libfaketime leaves something of every process


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


def serve(folder: pathlib.Path, plain: socket.socket) -> None:
    behaviour = json.loads((folder / "behaviour.json").read_text())
    with suppress(OSError), plain:
        if behaviour["kind"] == "tls-stall":
            time.sleep(FOR_EVER)
            return
        if behaviour["kind"] == "plain-http":
            record(folder, plain.recv(65536), behaviour)
            return
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "server.pem")
        with tls.wrap_socket(plain, server_side=True) as connection:
            head = b""
            while b"\r\n\r\n" not in head:
                part = connection.recv(65536)
                if not part:
                    return
                head += part
            record(folder, head, behaviour)
            answer(folder, connection, behaviour)


def answer(folder: pathlib.Path, connection: Any, behaviour: dict[str, Any]) -> None:
    kind = behaviour["kind"]
    if kind == "hang":
        time.sleep(FOR_EVER)
    if kind == "hold":
        hold(folder, connection)
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


def hold(folder: pathlib.Path, connection: Any) -> None:
    """Keep the client waiting until there is another behaviour, and give that one's body then."""
    connection.sendall(b"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n")
    while (behaviour := json.loads((folder / "behaviour.json").read_text()))["kind"] == "hold":
        connection.sendall(b" ")  # so that it does not give up
        time.sleep(0.1)
    connection.sendall(behaviour["body"].encode())


def record(folder: pathlib.Path, head: bytes, behaviour: dict[str, Any]) -> None:
    first, *lines = head.decode("latin-1").partition("\r\n\r\n")[0].split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    entry = {"at": time.time(), "request": first, "headers": headers, "behaviour": behaviour["kind"]}
    with (folder / "requests.jsonl").open("a") as log:
        log.write(json.dumps(entry) + "\n")


def be_endpoint(folder: pathlib.Path) -> None:
    move_apart(str(folder))
    bring_up_loopback()
    threading.Thread(target=swallow_dns, daemon=True).start()
    with socket.create_server(("127.0.0.1", 443), backlog=512) as listener:
        (folder / "ready").touch()
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(folder, connection), daemon=True).start()


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that are killed
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            be_endpoint(pathlib.Path(line.rstrip("\n")))
        print(child, flush=True)


main()

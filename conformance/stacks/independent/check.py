#!/usr/bin/env python3
"""An independent check of echo servers: probes on raw sockets that share no code with Duologue.

    python3 check.py ws://127.0.0.1:9001 REPORT.json [NAME]

performs each probe once, judges it by RFC 6455, 7.1.7 above all, and compares the outcome with that of the same case in a report
of `duologue conformance --json`. It prints every difference that differences.csv does not explain for NAME, and exits 1 if there
are any. What the report calls inconclusive is not compared.
"""
import base64
import csv
import hashlib
import json
import os
import socket
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlparse

HERE = os.path.dirname(os.path.abspath(__file__))
WAIT = 5.0  # seconds for an answer


class Gone(Exception):
    """The connection has ended: "fin", "reset" or "silent"."""


VALID = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}  # codes that may be sent


def code_of(payload):
    """The code of a Close: 1005 if it has none, -1 if it must not be sent."""
    if not payload:
        return 1005
    code = struct.unpack(">H", payload[:2])[0] if len(payload) > 1 else -1
    return code if code in VALID else -1


class Peer:
    """One connection, frame by frame."""

    def __init__(self, url):
        self.host, self.port, self.path = url.hostname, url.port, url.path or "/"
        self.key = base64.b64encode(os.urandom(16)).decode()
        self.sock = socket.create_connection((self.host, self.port), WAIT)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def write(self, data):
        try:
            self.sock.sendall(data)
        except OSError:
            pass  # what became of it shows when it is read from

    def read(self, n, deadline):
        while len(self.rest) < n:
            self.sock.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                data = self.sock.recv(65536)
            except socket.timeout:
                raise Gone("silent") from None
            except OSError:
                raise Gone("reset") from None
            if not data:
                raise Gone("fin")
            self.rest += data
        out, self.rest = self.rest[:n], self.rest[n:]
        return out

    def request(self, line=None, drop=(), lines=()):
        fields = [
            f"Host: {self.host}:{self.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {self.key}",
            "Sec-WebSocket-Version: 13",
        ]
        fields = [f for f in fields if f.split(":")[0] not in drop] + list(lines)
        self.write("\r\n".join([line or f"GET {self.path} HTTP/1.1", *fields, "", ""]).encode())

    def response(self):
        """The status of the answer, 0 if TCP ends without one, -1 if none comes; and the head."""
        head, deadline = b"", time.monotonic() + WAIT
        try:
            while not head.endswith(b"\r\n\r\n"):
                head += self.read(1, deadline)
        except Gone as why:
            return (-1 if str(why) == "silent" else 0), b""
        return int(head.split(b" ", 2)[1]), head

    def open(self):
        self.request()
        status, head = self.response()
        sum = base64.b64encode(hashlib.sha1((self.key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        assert status == 101 and sum in head, "the handshake fails"
        for text in (b"here?", b"and still?"):
            self.write(frame(1, text))
            assert self.message() == (1, text), "it does not echo"
        return self

    def frame(self, deadline):
        first, second = self.read(2, deadline)
        size = second & 127
        if size == 126:
            size = struct.unpack(">H", self.read(2, deadline))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.read(8, deadline))[0]
        if second & 128 or first & 0x70:
            raise Gone("broken")
        return first >> 7, first & 15, self.read(size, deadline)

    def message(self):
        """The next message, as (opcode, payload). What ends the connection instead is ("close", code), ("fin",), ("reset",) or
        ("silent",)."""
        deadline, kind, parts = time.monotonic() + WAIT, None, b""
        try:
            while True:
                fin, opcode, payload = self.frame(deadline)
                if opcode == 8:
                    return "close", code_of(payload)
                if opcode == 9:
                    self.write(frame(10, payload))
                elif opcode == 10:
                    if self.pongs is not None and payload == self.pongs:
                        return "pong", payload
                else:
                    kind, parts = (opcode, payload) if opcode else (kind, parts + payload)
                    if fin:
                        return kind, parts
        except Gone as why:
            return (str(why),)

    pongs = None  # the payload of the Pong that is waited for


def frame(opcode, payload=b"", fin=1, rsv=0, mask=True, form=None, claim=None):
    size = len(payload) if claim is None else claim
    form = form or (7 if size < 126 else 16 if size < 1 << 16 else 64)
    head = bytes([fin << 7 | rsv << 4 | opcode])
    bit = 128 if mask else 0
    if form == 7:
        head += bytes([bit | size])
    elif form == 16:
        head += bytes([bit | 126]) + struct.pack(">H", size)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", size)
    if not mask:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(b ^ key[i % 4] for i, b in enumerate(payload))


# What each probe judges. A judge is called with an open peer and gives an outcome.
def refused(data, codes=(1002,), drop_is_ok=False, taken="failed"):
    def judge(p):
        p.write(data)
        came = p.message()
        if came[0] == "close":
            return "ok" if came[1] in codes else "failed" if came[1] == -1 else "non_strict"
        if came[0] == "reset" or came[0] == "fin" and drop_is_ok:
            return "ok"
        if came[0] == "fin":
            return "non_strict"
        return taken if isinstance(came[0], int) or came[0] == "pong" else "failed"

    return judge


def echoed(kind, payload, data=None):
    def judge(p):
        p.write(data or frame(kind, payload))
        came = p.message()
        if came == (kind, payload):
            return "ok"
        big = len(payload) > 1000 and (came[0] in ("fin", "reset") or came[0] == "close" and came[1] in (1008, 1009))
        return "non_strict" if big else "failed"

    return judge


def ponged(payload):
    def judge(p):
        p.pongs = payload
        p.write(frame(9, payload))
        return "ok" if p.message() == ("pong", payload) else "failed"

    return judge


def long_form(kind, payload, form):
    def judge(p):
        p.pongs = payload if kind == 9 else None
        return refused(frame(kind, payload, form=form), taken="non_strict")(p)

    return judge


def ends(p):
    """Whether TCP ends soon after both Closes."""
    try:
        p.read(1, time.monotonic() + 1)
    except Gone as why:
        return str(why) != "silent"
    return True


def answered(payload, code=None):
    def judge(p):
        p.write(frame(8, payload))
        came = p.message()
        if came[0] != "close" or not ends(p):
            return "failed"
        if came[1] in (1000, 1005, code):
            return "ok"
        return "failed" if came[1] in (-1, 1002, 1007) else "non_strict"

    return judge


def close_refused(payload, codes=(1002,)):
    def judge(p):
        p.write(frame(8, payload))
        came = p.message()
        if came[0] == "reset" or came[0] == "close" and came[1] in codes:
            return "ok"
        if came[0] == "fin" or came[0] == "close" and came[1] not in (-1, 1000):
            return "non_strict"
        return "failed"

    return judge


def registered(code):
    def judge(p):
        p.write(frame(8, struct.pack(">H", code)))
        came = p.message()
        return "ok" if came[0] == "close" and came[1] in (1000, 1005, code) else "failed" if came[0] == "silent" else "non_strict"

    return judge


def private(code):
    def judge(p):
        p.write(frame(8, struct.pack(">H", code)))
        came = p.message()
        if came[0] == "close" and came[1] in (1000, 1005, code):
            return "ok"
        if came[0] in ("fin", "reset"):
            return "informational"
        return "failed" if came[0] != "close" or came[1] in (1002, 1007) else "non_strict"

    return judge


def request(bad="failed", **how):
    """A request that is to be refused; bad is the outcome where it is taken."""

    def judge(p):
        p.request(**{k: v(p) if callable(v) else v for k, v in how.items()})
        status, _ = p.response()
        if status == 0:
            return "non_strict"
        if status == 101:
            return bad
        if status == -1:
            return "failed"
        return "ok" if 400 <= status < 600 else "non_strict"

    return judge


def version(value):
    def judge(p):
        p.request(drop=["Sec-WebSocket-Version"], lines=[f"Sec-WebSocket-Version: {value}"])
        status, head = p.response()
        if status in (101, -1):
            return "failed"
        named = any(b"13" in line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-version:"))
        return "ok" if 400 <= status < 500 and named else "non_strict"

    return judge


def upgraded(**how):
    def judge(p):
        p.request(**how)
        return "ok" if p.response()[0] == 101 else "failed"

    return judge


def code(n, reason=b""):
    return struct.pack(">H", n) + reason


text = b"Hello, world!"
part = frame(1, b"fragment1", fin=0)
FRAMES = {
    "2.1": ponged(b""), "2.2": ponged(text), "2.3": ponged(bytes.fromhex("00fffefdfcfb00ff")), "2.4": ponged(b"\xfe" * 125),
    "2.5": refused(frame(9, b"\xfe" * 126)),
    "3.1": refused(frame(1, text, rsv=1)), "3.5": refused(frame(2, b"\0\xff", rsv=5)), "3.6": refused(frame(2, text, rsv=6)),
    "4.1.1": refused(frame(3)), "4.1.2": refused(frame(4, b"reserved opcode payload")),
    "4.2.1": refused(frame(11)), "4.2.2": refused(frame(12, b"reserved opcode payload")),
    "5.1": refused(frame(9, b"fragment1", fin=0) + frame(0, b"fragment2")), "5.2": refused(frame(10, b"fragment1", fin=0) + frame(0, b"fragment2")),
    "5.3": echoed(1, b"fragment1fragment2", part + frame(0, b"fragment2")),
    "5.9": refused(frame(0, b"non-continuation payload") + frame(1, text)), "5.12": refused(frame(0, b"non-continuation payload", fin=0) + frame(1, text)),
    "5.18": refused(part + frame(1, b"fragment2")),
    "X1": refused(frame(1, b"Hello", mask=False), drop_is_ok=True),
    "X5.1": refused(frame(2, b"a few octets", claim=1 << 63, form=64), codes=(1002, 1009)),
    "X6.3": refused(frame(9, b"a" * 65536)), "X6.4": refused(frame(10, b"a" * 126)), "X6.5": refused(frame(10, b"a" * 65536)),
    "X7.1": refused(frame(9, rsv=4)), "X7.2": refused(frame(9, rsv=2)), "X7.3": refused(frame(9, rsv=1)), "X7.4": refused(frame(10, rsv=4)),
    "X7.5": refused(part + frame(0, b"fragment2", rsv=4)), "X7.6": refused(part + frame(0, b"fragment2", rsv=2)), "X7.7": refused(part + frame(0, b"fragment2", rsv=1)),
    "X4.1": long_form(2, b"", 16), "X4.2": long_form(2, b"\xfe" * 125, 16), "X4.3": long_form(2, b"", 64), "X4.5": long_form(2, b"\xfe" * 126, 64),
    "X6.1": long_form(9, b"five!", 16), "X6.2": long_form(9, b"five!", 64),
    "7.3.1": answered(b""), "7.3.3": answered(code(1000)), "7.3.4": answered(code(1000, b"Hello World!")), "7.3.5": answered(code(1000, b"*" * 123)),
    "7.3.2": close_refused(b"a"), "7.3.6": close_refused(code(1000, b"*" * 124)), "7.5.1": close_refused(code(1000, b"\xce\xba\xed\xa0\x80"), (1002, 1007)),
    "7.7.2": answered(code(1001), 1001), "7.7.9": answered(code(1011), 1011), "7.7.10": answered(code(3000), 3000), "7.7.13": answered(code(4999), 4999),
    "7.9.1": close_refused(code(0)), "7.9.2": close_refused(code(999)), "7.9.3": close_refused(code(1004)), "7.9.4": close_refused(code(1005)),
    "7.9.5": close_refused(code(1006)), "7.9.6": close_refused(code(1016)), "7.9.9": close_refused(code(2999)),
    "X11.1": registered(1012), "X11.2": registered(1013), "X11.3": registered(1014), "X11.4": private(3456), "X11.6": close_refused(code(1015)),
    "6.1.1": echoed(1, b""), "6.2.1": echoed(1, "Hello-µ@ßöäüàá-UTF-8!!".encode()), "X30": echoed(1, b"\xef\xbb\xbfmarked"),
}
for n, size in enumerate((0, 125, 126, 127, 128, 65535, 65536), 1):
    FRAMES[f"1.1.{n}"], FRAMES[f"1.2.{n}"] = echoed(1, b"*" * size), echoed(2, b"\xfe" * size)
for file, judge in (("utf8-invalid.csv", lambda data: refused(frame(1, data), codes=(1007,))), ("utf8-valid.csv", lambda data: echoed(1, data))):
    with open(os.path.join(HERE, "../../data", file)) as table:
        for row in list(csv.DictReader(table))[::9]:
            FRAMES[row["id"]] = judge(bytes.fromhex(row["hex"]))

REQUESTS = {
    "H1.1": request(line=lambda p: f"POST {p.path} HTTP/1.1"), "H1.2": request(line=lambda p: f"OPTIONS {p.path} HTTP/1.1"), "H1.3": request(line=lambda p: f"GET {p.path} HTTP/1.0"),
    "H2.1": request(drop=["Upgrade"]), "H2.3": request(drop=["Upgrade"], lines=["Upgrade: h2c"]), "H2.5": request(drop=["Connection"]),
    "H2.6": request(drop=["Connection"], lines=["Connection: keep-alive"]), "H2.7": request(drop=["Sec-WebSocket-Key"]),
    "H2.9": request("non_strict", drop=["Sec-WebSocket-Key"], lines=["Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0O"]),
    "H2.12": request(drop=["Sec-WebSocket-Version"]), "H2.13": request(drop=["Host"]), "H2.16": request(lines=lambda p: [f"Host: {p.host}:{p.port}"]),
    "H3.2": version("12"), "H3.3": version("14"), "H3.5": version("abc"),
    "H4.1": upgraded(drop=["Upgrade"], lines=["Upgrade: WebSocket"]), "H4.2": upgraded(drop=["Connection"], lines=["Connection: upgrade"]),
    "H4.3": upgraded(drop=["Connection"], lines=["Connection: keep-alive, Upgrade"]), "H4.9": upgraded(lines=["Sec-WebSocket-Extensions: unknown-extension; a=1"]),
    "H5.1": request("non_strict", lines=["this is no header"]), "H5.2": request(lines=["X-Space : 1"]), "H5.3": request("non_strict", lines=["X(Bad): 1"]),
}


def perform(url, id):
    try:
        if id in REQUESTS:
            peer = Peer(url)
            try:
                return REQUESTS[id](peer)
            finally:
                peer.sock.close()
        peer = Peer(url)
        try:
            return FRAMES[id](peer.open())
        finally:
            peer.sock.close()
    except (AssertionError, OSError) as why:
        return f"error: {why}"


def explained(name):
    with open(os.path.join(HERE, "differences.csv")) as table:
        return {id for row in csv.DictReader(table) if row["stack"] == name for id in row["cases"].split()}


def main():
    url, report = urlparse(sys.argv[1]), sys.argv[2]
    name = sys.argv[3] if len(sys.argv) > 3 else ""
    with open(report) as f:
        told = {case["id"]: case["outcome"] for case in json.load(f)["cases"]}
    ids = [id for id in (*FRAMES, *REQUESTS) if told.get(id, "inconclusive") not in ("inconclusive", "error", "unimplemented")]
    with ThreadPoolExecutor(8) as pool:
        found = dict(zip(ids, pool.map(lambda id: perform(url, id), ids)))
    known, wrong = explained(name), 0
    for id, outcome in found.items():
        if outcome == told[id]:
            continue
        outcome = perform(url, id)  # alone: the machine may have been busy
        if outcome != told[id] and id not in known:
            wrong += 1
            print(f"{name} {id}: {outcome} on raw sockets, {told[id]} in the report")
    print(f"{name}: {len(ids)} of {len(FRAMES) + len(REQUESTS)} probes compared, {wrong} differ without a reason")
    sys.exit(wrong > 0)


main()

#!/bin/bash
# HAProxy upgrades a WebSocket or answers 502 by where TCP cuts: an interim response before the 101 must come in a segment of its own.
#
# Debian 12: haproxy 2.6.12-1+deb12u4.
#
# Expected: RFC 9110 section 15.2: a client MUST be able to parse one or more 1xx responses before the final one, and a
# proxy MUST forward them. So 103 (or 102, or 100) and then 101 reaches the client as that. Where segments end has no meaning in TCP.
#
# Observed: if the server writes 103 and 101 in one go, HAProxy answers 502 "The server returned an invalid or incomplete
# response." If the 101 is written 300 ms later, both are handed on and the connection works. So behind HAProxy such a server fails or
# not by how fast it is.
#
#   101:                   101
#   103, 300 ms, 101:      103 101
#   103 and 101 in one go: 502
set -eu
T=$(mktemp -d); chmod 755 "$T"; PIDS=
trap 'for p in $PIDS; do kill "$p" 2>/dev/null || true; done; rm -rf "$T"' EXIT
R=$T/root; L=$R/usr/lib/x86_64-linux-gnu
debs() { # fetches packages, and what of theirs is not installed, into $R; nothing is installed
  mkdir -p "$T/debs/partial" "$R"
  for try in 1 2; do
    apt-get install -y --no-install-recommends --reinstall --download-only -o Dir::Cache::archives="$T/debs" "$@" >"$T/apt.log" 2>&1 && break
    [ $try = 1 ] && apt-get update >/dev/null 2>&1 || { cat "$T/apt.log"; exit 2; }
  done
  for d in "$T"/debs/*.deb; do dpkg-deb -x "$d" "$R"; done
  export PATH="$R/usr/bin:$R/usr/sbin:$PATH"
  export LD_LIBRARY_PATH="$L:$R/lib/x86_64-linux-gnu:$L/blas:$L/lapack:$L/pulseaudio"
}
version() { # prints the version of a package, and whether it is the one that was seen
  v=$(dpkg-deb -f "$T/debs/$1"_*.deb Version)
  [ "$v" = "$2" ] && echo "$1 $v" || echo "$1 $v: the behaviour was seen with $2 and may differ"
}
debs haproxy
version haproxy 2.6.12-1+deb12u4
cd "$T"
cat >t.py <<'P'
import base64, hashlib, os, re, socket, subprocess, sys, threading, time
def free():
    s = socket.socket(); s.bind(('127.0.0.1', 0)); return s.getsockname()[1]
how = None
L = socket.create_server(('127.0.0.1', 0))
def serve(c):
    b = b''
    while b'\r\n\r\n' not in b:
        d = c.recv(4096)
        if not d: return
        b += d
    key = re.search(rb'(?i)sec-websocket-key: *(\S+)', b)[1]
    early = b'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n'
    up = (b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: '
        + base64.b64encode(hashlib.sha1(key + b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest()) + b'\r\n\r\n')
    if how == 'plain': c.sendall(up)
    if how == 'apart': c.sendall(early); time.sleep(.3); c.sendall(up)
    if how == 'together': c.sendall(early + up)
    try: c.recv(1)
    except OSError: pass
def accept():
    while True: threading.Thread(target=serve, args=(L.accept()[0],), daemon=True).start()
threading.Thread(target=accept, daemon=True).start()
port = free()
open('conf', 'w').write(f'''defaults
 mode http
 timeout connect 2s
 timeout client 5s
 timeout server 5s
frontend f
 bind 127.0.0.1:{port}
 default_backend b
backend b
 server s 127.0.0.1:{L.getsockname()[1]}
''')
p = subprocess.Popen(['haproxy', '-f', 'conf'], stderr=subprocess.DEVNULL)
def ask():
    for _ in range(50):
        try: s = socket.create_connection(('127.0.0.1', port)); break
        except OSError: time.sleep(.1)
    s.settimeout(2)
    s.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: '
        + base64.b64encode(os.urandom(16)) + b'\r\nSec-WebSocket-Version: 13\r\n\r\n')
    b = b''
    try:
        while (d := s.recv(4096)): b += d
    except OSError: pass
    return ' '.join(re.findall(r'HTTP/1.1 (\d+)', b.decode()))
try:
    said = []
    for how, name in (('plain', '101:                  '), ('apart', '103, 300 ms, 101:     '), ('together', '103 and 101 in one go:')):
        said.append(ask()); print(name, said[-1])
finally: p.terminate(); p.wait()
sys.exit(0 if said == ['101', '103 101', '502'] else 1)
P
python3 t.py

#!/bin/bash
# SWI-Prolog's WebSocket server breaks a message, and the connection, when a Ping comes between its fragments.
#
# Debian 12: swi-prolog-nox 9.0.4+dfsg-2.
#
# Expected: RFC 6455 section 5.4: control frames may be put in the middle of a fragmented message, and an endpoint must be able to
# handle them there; 5.5.2: a Ping is answered with a Pong. The library answers a Ping between messages, joins fragments, and even
# takes a Pong between fragments.
#
# Observed: text "ab" (fin 0), Ping "P", continuation "cd" (fin 1): no Pong. When the continuation comes a moment later the
# server sends Close 1011 with "read_string/3: I/O error ..." as its reason, and the message is lost.
#
#   fragments alone:        text 'abcd'
#   Ping between messages:  pong 'P', text 'abcd'
#   Pong between fragments: text 'abcd'
#   Ping between fragments: close 1011
set -eu
T=$(mktemp -d); chmod 755 "$T"; PIDS=
trap 'for p in $PIDS; do kill -9 "$p" 2>/dev/null || true; wait "$p" 2>/dev/null || true; done; rm -rf "$T"' EXIT
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
debs swi-prolog-nox
version swi-prolog-nox 9.0.4+dfsg-2
export SWI_HOME_DIR=$R/usr/lib/swi-prolog
cd "$T"
cat >echo.pl <<'P'
:- use_module(library(http/thread_httpd)).
:- use_module(library(http/http_dispatch)).
:- use_module(library(http/websocket)).
:- http_handler(root(.), http_upgrade_to_websocket(echo, []), [spawn([])]).
echo(S) :- ws_receive(S, M), ( memberchk(M.opcode, [text, binary]) -> ws_send(S, M), echo(S) ; M.opcode == close -> true ; echo(S) ).
:- initialization((current_prolog_flag(argv, [A|_]), atom_number(A, P), http_server(http_dispatch, [port('127.0.0.1':P)]), thread_get_message(_))).
P
cat >ask.py <<'P'
import base64, os, socket, struct, sys, time
port = int(sys.argv[1])
def frame(op, data, fin=1): # masked
    k = os.urandom(4)
    return bytes([fin << 7 | op, 128 | len(data)]) + k + bytes(b ^ k[i & 3] for i, b in enumerate(data))
def ask(*frames):
    for _ in range(100):
        try: s = socket.create_connection(('127.0.0.1', port)); break
        except OSError: time.sleep(.1)
    s.settimeout(2); k = base64.b64encode(os.urandom(16)).decode()
    s.sendall(f'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {k}\r\nSec-WebSocket-Version: 13\r\n\r\n'.encode())
    b = b''
    while b'\r\n\r\n' not in b: b += s.recv(4096)
    b = b.split(b'\r\n\r\n', 1)[1]
    for f in frames: s.sendall(f); time.sleep(.2)
    try:
        while (d := s.recv(4096)): b += d
    except OSError: pass
    out = []
    while b:
        op, n = b[0] & 15, b[1]; p = b[2:2 + n]; b = b[2 + n:]
        out.append(f'close {struct.unpack(">H", p[:2])[0]}' if op == 8 else {1: 'text', 10: 'pong'}[op] + f' {p.decode()!r}')
    return ', '.join(out)
a, c, ping, pong = frame(1, b'ab', 0), frame(0, b'cd'), frame(9, b'P'), frame(10, b'P')
said = [ask(a, c), ask(ping, a, c), ask(a, pong, c), ask(a, ping, c)]
for n, r in zip(('fragments alone:       ', 'Ping between messages: ', 'Pong between fragments:', 'Ping between fragments:'), said): print(n, r)
sys.exit(0 if said == ["text 'abcd'", "pong 'P', text 'abcd'", "text 'abcd'", 'close 1011'] else 1)
P
port=$(python3 -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")
swipl echo.pl "$port" >log 2>&1 & PIDS=$! # it ends by no lesser signal than KILL
python3 ask.py "$port"

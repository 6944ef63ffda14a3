#!/bin/bash
# Nchan publishes the first fragment of a message as the whole, then sends two Close frames.
#
# Debian 12: libnginx-mod-nchan 1:1.3.6+dfsg-2, nginx 1.22.1-9+deb12u11.
#
# Expected: RFC 6455 section 5.4: a receiver joins fragments, as an endpoint MUST be able to take them; "ab" and "cd" are one message
# "abcd". Who cannot take it closes with one Close frame that says why (7.1.7), after which no frame is sent (5.5.1).
#
# Observed: "ab" is published: the one client here, publisher and subscriber in one, gets it back, then a Close without a code, then
# a second Close, 1000 "410 Gon" (the last letter of Gone is cut). The same message in one frame is published right.
#
#   one frame:     text 'abcd'
#   two fragments: text 'ab', close '', close '\x03\xe8410 Gon', end of the connection
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
debs nginx-light libnginx-mod-nchan nginx nginx-common
version libnginx-mod-nchan 1:1.3.6+dfsg-2
version nginx-common 1.22.1-9+deb12u11
cd "$T"
port=$(python3 -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")
cat >conf <<P
load_module $R/usr/lib/nginx/modules/ngx_nchan_module.so;
user root; daemon off; worker_processes 1; error_log $T/log; pid $T/pid;
events {}
http {
  access_log off; client_body_temp_path $T/1; proxy_temp_path $T/2; fastcgi_temp_path $T/3; uwsgi_temp_path $T/4; scgi_temp_path $T/5;
  server { listen 127.0.0.1:$port; location = /room { nchan_pubsub websocket; nchan_channel_id room; nchan_message_buffer_length 0; } }
}
P
[ -d /var/lib/nginx ] || { mkdir /var/lib/nginx; trap 'for p in $PIDS; do kill "$p" 2>/dev/null || true; done; sleep 1; rm -rf "$T" /var/lib/nginx' EXIT; } # nginx looks for it before it reads conf
nginx -p "$T" -c "$T/conf" >out 2>&1 & PIDS=$!
cat >ask.py <<'P'
import base64, os, socket, sys, time
port = int(sys.argv[1])
def frame(op, data, fin=1): # masked
    k = os.urandom(4)
    return bytes([fin << 7 | op, 128 | len(data)]) + k + bytes(b ^ k[i & 3] for i, b in enumerate(data))
def ask(*frames):
    for _ in range(100):
        try: s = socket.create_connection(('127.0.0.1', port)); break
        except OSError: time.sleep(.1)
    s.settimeout(2); k = base64.b64encode(os.urandom(16)).decode()
    s.sendall(f'GET /room HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {k}\r\nSec-WebSocket-Version: 13\r\n\r\n'.encode())
    b = b''
    while b'\r\n\r\n' not in b: b += s.recv(4096)
    b = b.split(b'\r\n\r\n', 1)[1]; end = ''
    for f in frames: s.sendall(f)
    try:
        while (d := s.recv(4096)): b += d
        end = ', end of the connection'
    except OSError: pass
    out = []
    while b:
        op, n = b[0] & 15, b[1]; p = b[2:2 + n]; b = b[2 + n:]
        out.append({1: 'text', 8: 'close'}.get(op, str(op)) + f' {p!r}'.replace(" b'", " '"))
    return ', '.join(out) + end
said = [ask(frame(1, b'abcd')), ask(frame(1, b'ab', 0), frame(0, b'cd'))]
print('one frame:     ' + said[0]); print('two fragments: ' + said[1])
sys.exit(0 if said == ["text 'abcd'", "text 'ab', close '', close '\\x03\\xe8410 Gon', end of the connection"] else 1)
P
python3 ask.py "$port"

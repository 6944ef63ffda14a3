#!/bin/bash
# Tcllib's WebSocket server takes no client that offers no subprotocol.
#
# Debian 12: tcllib 1.21+dfsg-1 (package websocket 1.4.2), tcl 8.6.
#
# Expected: RFC 6455 section 4.1 item 10: a client MAY send Sec-WebSocket-Protocol; most send none. The manual says that ::websocket::test
# returns 1 if the request is a WebSocket's for one of the paths declared with ::websocket::live, else 0, and that live's protocol
# argument "defaults to any".
#
# Observed: without that header ::websocket::test raises an error. With any value in it, which then is chosen, the same request is taken.
#
#   with a subprotocol:    1
#   without a subprotocol: error: key "protocols" not known in dictionary
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
debs tcllib tcl
version tcllib 1.21+dfsg-1
cd "$T"
cat >t.tcl <<'P'
lappend auto_path [lindex $argv 0]
package require websocket
proc handler args {}
set server [socket -server handler -myaddr 127.0.0.1 0]
::websocket::server $server
::websocket::live $server /voice handler
# The header lines of RFC 6455 section 1.3, as a server hands them over.
set lines {Host server.example.com Upgrade websocket Connection Upgrade Sec-WebSocket-Key dGhlIHNhbXBsZSBub25jZQ== Sec-WebSocket-Version 13}
proc ask lines { if {[catch {::websocket::test $::server sock1 /voice $lines} r]} {return "error: $r"}; return $r }
puts "with a subprotocol:    [ask [concat $lines {Sec-WebSocket-Protocol chat}]]"
puts "without a subprotocol: [ask $lines]"
P
tclsh t.tcl "$(dirname "$(find "$R" -name tcllib1.21 -type d -path '*share*' | head -1)")" | tee out
printf '%s\n' 'with a subprotocol:    1' 'without a subprotocol: error: key "protocols" not known in dictionary' | cmp - out

#!/bin/bash
# dtmf2num writes a key twice, or not, by how long the silence before the first one is.
#
# Debian 12: dtmf2num 0.1.1-2.
#
# Expected: ITU-T Q.24: a signal of 40 ms or more is one key, and a pause of 40 ms or more parts two. Nine keys of 100 ms, 100 ms apart, at -10 dB,
# 8000 Hz, are nine keys, however long the silence before the first one.
#
# Observed: with 50 or 200 ms before them they are; with none, 100 or 150 ms one of them is there twice. Who reads
# a recorded call back with it sees a wrong number, with no word of doubt.
#
#     0 ms before: 1234456789
#    50 ms before: 123456789
#   100 ms before: 1123456789
#   150 ms before: 1233456789
#   200 ms before: 123456789
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
debs dtmf2num
version dtmf2num 0.1.1-2
cd "$T"
cat >make.py <<'P'
import array, math, sys, wave
tones = [(low, high) for low in (697, 770, 852) for high in (1209, 1336, 1477)]  # the keys 1 to 9
silence = lambda ms: [0] * (8 * ms)
samples = silence(int(sys.argv[1]))
for key in tones:
    samples += [round(5000 * sum(math.sin(2 * math.pi * f * i / 8000) for f in key)) for i in range(800)] + silence(100)
with wave.open('keys.wav', 'wb') as w:
    w.setparams((1, 2, 8000, 0, 'NONE', None))
    w.writeframes(array.array('h', samples + silence(500)).tobytes())
P
all=
for ms in 0 50 100 150 200; do
  python3 make.py $ms
  keys=$(dtmf2num keys.wav 2>/dev/null | sed -n 's/^- DTMF numbers: *//p' | tr -d ' ')
  printf '%5d ms before: %s\n' $ms "$keys"
  all="$all $keys"
done
[ "$all" = ' 1234456789 123456789 1123456789 1233456789 123456789' ]

#!/bin/bash
# multimon-ng hears no DTMF key whose two tones differ by 6 dB, which networks must allow.
#
# Debian 12: multimon-ng 1.2.0+dfsg-1; beside it GStreamer's dtmfdetect (spandsp), gstreamer1.0-plugins-bad 1.22.0-4+deb12u8.
#
# Expected: ITU-T Q.24, annex A: receivers take a high tone that is up to 8 dB weaker and up to 4 dB stronger (AT&T), 6 dB
# (Denmark), 9 dB (Brazil), 10 dB (Australia); long lines take some dB off the high tone. Level, length and pause here are comfortable: -20 dB, 80 ms, 80 ms.
#
# Observed: with the high tone 4 dB weaker all ten keys are heard, 5 dB two of them, 6 dB none; GStreamer's detector hears all ten
# in each of these. Nothing says that keys were there.
#
#   0 dB: multimon-ng 1234567890, dtmfdetect 1234567890
#   4 dB: multimon-ng 1234567890, dtmfdetect 1234567890
#   5 dB: multimon-ng 34, dtmfdetect 1234567890
#   6 dB: multimon-ng , dtmfdetect 1234567890
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
debs multimon-ng gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
version multimon-ng 1.2.0+dfsg-1
version gstreamer1.0-plugins-bad 1.22.0-4+deb12u8
export GST_PLUGIN_PATH=$L/gstreamer-1.0 GST_REGISTRY=$T/registry
cd "$T"
cat >keys.py <<'P'
import math, struct, sys
rate, twist = int(sys.argv[1]), float(sys.argv[2]); low, high = (697, 770, 852, 941), (1209, 1336, 1477)
out = [0.0] * (rate // 5)
for k in '1234567890':
    r, c = divmod('123456789*0#'.index(k), 3)
    out += [.1 * math.sin(2 * math.pi * low[r] * i / rate) + .1 * 10 ** (-twist / 20) * math.sin(2 * math.pi * high[c] * i / rate) for i in range(rate * 80 // 1000)]
    out += [0.0] * (rate * 80 // 1000)
d = b''.join(struct.pack('<h', round(v * 32767)) for v in out + [0.0] * (rate // 5))
if rate == 8000: d = b'RIFF' + struct.pack('<I', 36 + len(d)) + b'WAVEfmt ' + struct.pack('<IHHIIHH', 16, 1, 1, rate, rate * 2, 2, 16) + b'data' + struct.pack('<I', len(d)) + d
sys.stdout.buffer.write(d)
P
all=1234567890; said=
for twist in 0 4 5 6; do
  python3 keys.py 22050 $twist >a.raw # the rate that multimon-ng reads
  python3 keys.py 8000 $twist >a.wav
  m=$(multimon-ng -q -c -a DTMF -t raw a.raw 2>/dev/null | sed -n 's/^DTMF: //p' | tr -d '\n')
  g=$(gst-launch-1.0 -m filesrc location=a.wav ! wavparse ! audioconvert ! dtmfdetect ! fakesink 2>/dev/null | grep -o 'number=(int)[0-9]*' | cut -d')' -f2 | tr -d '\n')
  echo "$twist dB: multimon-ng $m, dtmfdetect $g"
  said="$said $twist:${#m}/${#g}"
done
case $said in ' 0:10/10 4:10/10 5:'?'/10 6:0/10') ;; *) exit 1 ;; esac

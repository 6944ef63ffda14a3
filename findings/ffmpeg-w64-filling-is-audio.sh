#!/bin/bash
# A Wave64 file that ffmpeg writes is longer than the audio: its alignment counts as sound, and in A-law that clicks.
#
# Debian 12: ffmpeg 7:5.1.9-0+deb12u1.
#
# Expected: Wave64 puts each chunk at a multiple of 8 octets; the size in a chunk's head counts the head (24 octets) and the
# content, not the filling up to the next chunk. 8002 A-law octets give a data chunk of 8026 and a fact of 8002.
#
# Observed: the size is 8032: six octets of filling are audio to every reader (ffmpeg and libsndfile give 8008 samples). The
# filling is 0x00, which in A-law is no silence (0xD5 is) but -5504: a step to -15 dB at the end. fact says 8002, and nobody looks.
#
#   data chunk: 8032 - 24 = 8008 octets, fact: 8002 samples
#   read back: 8008 samples, the last eight: 8 8 -5504 -5504 -5504 -5504 -5504 -5504
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
debs ffmpeg
version ffmpeg 7:5.1.9-0+deb12u1
cd "$T"
python3 -c "import sys; sys.stdout.buffer.write(b'\xd5' * 8002)" >in.al # A-law silence: +8
ffmpeg -v error -f alaw -ar 8000 -i in.al -c:a copy out.w64
ffmpeg -v error -i out.w64 -f s16le back.raw
cat >look.py <<'P'
import array, struct
b = open('out.w64', 'rb').read(); i = 40; size = {}
while i < len(b):
    n = struct.unpack('<Q', b[i + 16:i + 24])[0]; size[b[i:i + 4]] = n
    if b[i:i + 4] == b'fact': fact = struct.unpack('<Q', b[i + 24:i + 32])[0]
    i += (n + 7) // 8 * 8
s = array.array('h', open('back.raw', 'rb').read())
print(f"data chunk: {size[b'data']} - 24 = {size[b'data'] - 24} octets, fact: {fact} samples")
print(f"read back: {len(s)} samples, the last eight:", *s[-8:])
raise SystemExit(0 if (size[b'data'], fact, len(s), s[-1], s[-7]) == (8032, 8002, 8008, -5504, 8) else 1)
P
python3 look.py

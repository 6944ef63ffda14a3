#!/bin/bash
# A WAV file of GSM 06.10 that SoX writes ends in a bang when libsndfile plays it.
#
# Debian 12: sox 14.4.2+git20190427-3.5, sndfile-programs and libsndfile1 1.2.0-1+deb12u1.
#
# Expected: one second at 8000 Hz is 25 blocks of 65 octets (WAVE format 0x0031, 320 samples a block): 1625 octets. RIFF says
# that a chunk's size does not count the pad octet that makes it even, so the data chunk says 1625, and each reader gives 8000
# samples, as the fact chunk says too.
#
# Observed: where the number of blocks is odd, SoX counts its pad octet as data: 1626. libsndfile takes the one octet for a
# 26th block, decodes what still stood in its buffer, and gives 40 ms more: noise of -4 dB after sound of -24 dB.
# (ffmpeg 5.1 stops at that octet with "Packet is too small" and "Invalid data found".) With an even number of blocks all is well.
#
#   1 s: data 1626 octets, fact 8000 samples, sndfile-convert gives 8320; level of the sound 1961, of what was added 19586
#   1.04 s: data 1690 octets, fact 8320 samples, sndfile-convert gives 8320; level of the sound 1977, nothing was added
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
debs sox libsox-fmt-base sndfile-programs libsndfile1
export LTDL_LIBRARY_PATH=$L/sox
version sox 14.4.2+git20190427-3.5
version libsndfile1 1.2.0-1+deb12u1
cd "$T"
cat >look.py <<'P'
import array, math, struct, sys, wave
b = open('gsm.wav', 'rb').read()
size = lambda id: struct.unpack('<I', b[b.index(id) + 4:][:4])[0]
fact = struct.unpack('<I', b[b.index(b'fact') + 8:][:4])[0]
s = array.array('h', wave.open('back.wav').readframes(1 << 20))
rms = lambda x: round(math.sqrt(sum(v * v for v in x) / len(x)))
more = s[fact:]
print(f"{sys.argv[1]}: data {size(b'data')} octets, fact {fact} samples, sndfile-convert gives {len(s)};"
      f" level of the sound {rms(s[:fact])}, " + (f"of what was added {rms(more)}" if more else "nothing was added"))
odd = size(b'data') == 1626 and len(s) == 8320 and fact == 8000 and rms(more) > 4 * rms(s[:fact])
even = size(b'data') == 1690 and len(s) == fact == 8320
sys.exit(0 if (odd if sys.argv[1] == '1 s' else even) else 1)
P
for seconds in 1 1.04; do
  sox -R -D -r 8000 -n -b 16 -c 1 in.wav synth $seconds pinknoise gain -10
  sox in.wav -e gsm gsm.wav
  sndfile-convert -pcm16 gsm.wav back.wav
  python3 look.py "$seconds s"
done

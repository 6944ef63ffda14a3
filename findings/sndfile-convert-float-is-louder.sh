#!/bin/bash
# sndfile-convert makes the audio louder when it only changes 16-bit samples to float.
#
# Debian 12: sndfile-programs and libsndfile1 1.2.0-1+deb12u1.
#
# Expected: a change of format keeps the level. The program has an option `-normalize` ("normalize the data in the output
# file"), so without it nothing is normalised: a tone with its peak at 4096 of 32768 (-18 dB) has its peak at 0.125.
#
# Observed: from 16-bit to float the peak is always brought to 1.0: 18 dB louder here, by another factor for each file. Float to
# float keeps the level, until one sample lies over 1.0: then the whole file is made softer. From 16-bit to 24-bit, and to mu-law, it is kept.
#
#   16 bit -> 24 bit        peak 0.125
#   16 bit -> float         peak 1.000
#   float 0.125 -> float    peak 0.125
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
debs sndfile-programs libsndfile1
version sndfile-programs 1.2.0-1+deb12u1
version libsndfile1 1.2.0-1+deb12u1
cd "$T"
cat >io.py <<'P'
import math, struct, sys
def wav(name, tag, bits, data):
    open(name, 'wb').write(b'RIFF' + struct.pack('<I', 36 + len(data)) + b'WAVEfmt ' + struct.pack('<IHHIIHH', 16, tag, 1, 8000,
        8000 * bits // 8, bits // 8, bits) + b'data' + struct.pack('<I', len(data)) + data)
def peak(name):
    b = open(name, 'rb').read(); f = b.index(b'fmt ') + 8; d = b.index(b'data')
    bits = struct.unpack('<H', b[f + 14:f + 16])[0]; x = b[d + 8:d + 8 + struct.unpack('<I', b[d + 4:d + 8])[0]]
    if bits == 32: return max(abs(v) for v, in struct.iter_unpack('<f', x))
    n = bits // 8
    return max(abs(int.from_bytes(x[i:i + n], 'little', signed=True)) for i in range(0, len(x), n)) / 2 ** (bits - 1)
if sys.argv[1] == 'make':
    tone = [4096 * math.sin(math.pi * i / 8) for i in range(8000)]
    wav('s16.wav', 1, 16, b''.join(struct.pack('<h', round(v)) for v in tone))
    wav('f32.wav', 3, 32, b''.join(struct.pack('<f', v / 32768) for v in tone))
else:
    print(f'{peak(sys.argv[2]):.3f}')
P
python3 io.py make
sndfile-convert -pcm24 s16.wav a.wav
sndfile-convert -float32 s16.wav b.wav
sndfile-convert -float32 f32.wav c.wav
a=$(python3 io.py peak a.wav) b=$(python3 io.py peak b.wav) c=$(python3 io.py peak c.wav)
echo "16 bit -> 24 bit        peak $a"
echo "16 bit -> float         peak $b"
echo "float 0.125 -> float    peak $c"
[ "$a $b $c" = '0.125 1.000 0.125' ]

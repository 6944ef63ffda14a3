#!/bin/bash
# WAV that GStreamer writes into a pipe ends in a click: an empty LIST chunk that every reader takes for audio.
#
# Debian 12: gstreamer1.0-plugins-good 1.22.0-5+deb12u4 (wavenc), ffmpeg 7:5.1.9-0+deb12u1, sox 14.4.2+git20190427-3.5.
#
# Expected: a writer that cannot go back leaves a size in the data chunk that stands for "unknown", and readers read to the end of the file. So the
# audio is all that follows the header: 800 samples of silence in, 800 samples of silence out. Nothing can follow it.
#
# Observed: the size is 0x7FFF0000 (not the 0xFFFFFFFF of ffmpeg, nor SoX's 0x7FFFF000), and after the audio wavenc appends LIST, size 4,
# INFO, though there is no tag to tell. ffmpeg and SoX play its 12 octets as six samples: a click of -3.6 dB, full of letters.
# (Then wavenc asks for a seek and gst-launch ends with an error; by then all is written.)
#
#   header: RIFF 0x7fff0024, data 0x7fff0000
#   ffmpeg: 806 samples, the last seven: 0 18764 21587 4 0 20041 20294
#   sox:    806 samples, the last seven: 0 18764 21587 4 0 20041 20294
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
debs gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good ffmpeg sox libsox-fmt-base
version gstreamer1.0-plugins-good 1.22.0-5+deb12u4
version ffmpeg 7:5.1.9-0+deb12u1
version sox 14.4.2+git20190427-3.5
export GST_PLUGIN_PATH=$L/gstreamer-1.0 GST_REGISTRY=$T/registry LTDL_LIBRARY_PATH=$L/sox
cd "$T"
gst-launch-1.0 -q audiotestsrc wave=silence num-buffers=5 samplesperbuffer=160 ! audio/x-raw,format=S16LE,rate=8000,channels=1 ! wavenc ! fdsink 2>/dev/null | cat >a.wav
ffmpeg -v error -i a.wav -f s16le f.raw
sox -D a.wav -t raw s.raw 2>/dev/null
cat >look.py <<'P'
import array, struct
b = open('a.wav', 'rb').read()
sizes = struct.unpack('<I', b[4:8])[0], struct.unpack('<I', b[40:44])[0]
print('header: RIFF %#x, data %#x' % sizes)
ok = sizes == (0x7fff0024, 0x7fff0000)
for name in ('ffmpeg', 'sox'):
    s = array.array('h', open(name[0] + '.raw', 'rb').read())
    print(f'{name + ":":7} {len(s)} samples, the last seven:', *s[-7:])
    ok = ok and len(s) == 806 and list(s[-7:]) == [0, 18764, 21587, 4, 0, 20041, 20294]
raise SystemExit(not ok)
P
python3 look.py

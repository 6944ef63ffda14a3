#!/bin/bash
# GStreamer's rtpg726pay calls its stream G726-32 and sends the octets of AAL2-G726-32.
#
# Debian 12: GStreamer 1.22.0 (gstreamer1.0-plugins-good 1.22.0-5+deb12u4, gstreamer1.0-libav 1.22.0-2).
#
# Expected: RFC 3551 section 4.5.4: in G726-32 the first codeword stands in the low four bits of an octet. The order with the
# first codeword in the high bits is that of ITU-T I.366.2 and has its own names, AAL2-G726-32. So a payloader that announces
# encoding-name G726-32 packs low bits first.
#
# Observed: by default it announces G726-32 and packs high bits first (its property force-aal2 is true unless said). A
# receiver that goes by the name, as ffmpeg's does, hears noise: 4 dB of signal to noise where 24 dB were sent.
# With force-aal2=false the name is the same, and the octets are right.
#
#   default:          encoding-name G726-32; read as RFC 3551 says 3.7 dB, read as AAL2 24.3 dB
#   force-aal2=false: encoding-name G726-32; read as RFC 3551 says 24.3 dB, read as AAL2 3.7 dB
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
debs gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-libav ffmpeg
version gstreamer1.0-plugins-good 1.22.0-5+deb12u4
version gstreamer1.0-libav 1.22.0-2
version ffmpeg 7:5.1.9-0+deb12u1
export GST_PLUGIN_PATH=$L/gstreamer-1.0 GST_REGISTRY=$T/registry
cd "$T"
cat >g.py <<'P'
import array, math, random, struct, sys
if sys.argv[1] == 'make': # low noise through a simple low pass, one second at 8000 Hz
    random.seed(1); y = 0; s = array.array('h')
    for _ in range(8000):
        y = .8 * y + random.uniform(-1800, 1800); s.append(round(y))
    d = s.tobytes()
    open('in.wav', 'wb').write(b'RIFF' + struct.pack('<I', 36 + len(d)) + b'WAVEfmt ' + struct.pack('<IHHIIHH', 16, 1, 1, 8000, 16000, 2, 16)
        + b'data' + struct.pack('<I', len(d)) + d)
else:
    a = array.array('h', open('in.wav', 'rb').read()[44:]); b = array.array('h', open('out.raw', 'rb').read())
    print(f'{10 * math.log10(sum(v * v for v in a) / sum((v - w) ** 2 for v, w in zip(a, b))):.1f}')
P
python3 g.py make
try() { # name, setting
  rm -f p.*
  name=$(gst-launch-1.0 -v filesrc location=in.wav ! wavparse ! avenc_g726 ! rtpg726pay ${2-} ! multifilesink location=p.%05d 2>/dev/null |
    grep -o 'encoding-name=(string)[A-Z0-9-]*' | sort -u | cut -d')' -f2)
  for p in p.*; do tail -c +13 "$p"; done >payload # without the 12 octets of the RTP header
  ffmpeg -y -v error -f g726le -code_size 4 -sample_rate 8000 -i payload -f s16le out.raw; rfc=$(python3 g.py snr)
  ffmpeg -y -v error -f g726 -code_size 4 -sample_rate 8000 -i payload -f s16le out.raw; aal2=$(python3 g.py snr)
  echo "$1 encoding-name $name; read as RFC 3551 says $rfc dB, read as AAL2 $aal2 dB"
}
try 'default:         '; [ "$name" = G726-32 ] && python3 -c "raise SystemExit($rfc > 6 or $aal2 < 15)"
try 'force-aal2=false:' force-aal2=false; [ "$name" = G726-32 ] && python3 -c "raise SystemExit($rfc < 15 or $aal2 > 6)"

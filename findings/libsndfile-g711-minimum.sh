#!/bin/bash
# libsndfile turns the loudest negative sample into the loudest positive one in G.711.
#
# Debian 12: libsndfile1 1.2.0-1+deb12u1, sndfile-programs 1.2.0-1+deb12u1 (sndfile-convert).
#
# Expected: ITU-T G.711, tables 2a and 2b: what lies beyond the last decision value takes the last code of its own sign. A
# 16-bit sample of -32768 (clipped audio is full of them) becomes mu-law 0x00 (-32124), and A-law 0x2A (-32256), as -32767
# does. The library is one of the most used of all, and its 16-bit way (sf_write_short) does just that.
#
# Observed: sndfile-convert writes by sf_write_int, where -32768 is INT_MIN. It comes out as 0x80 (+32124) and 0xAA (+32256):
# a jump of the whole range in a waveform that was merely clipped. Its neighbour -32767 is right.
#
#   mu-law of -32767 -32768 32767: 00 80 80
#   A-law  of -32767 -32768 32767: 2a aa aa
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
# A WAV file of three 16-bit samples at 8000 Hz: -32767, -32768, 32767.
printf 'RIFF\x2a\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x06\0\0\0\x01\x80\x00\x80\xff\x7f' >in.wav
sndfile-convert -ulaw in.wav ulaw.au
sndfile-convert -alaw in.wav alaw.au
u=$(tail -c 3 ulaw.au | od -An -tx1); a=$(tail -c 3 alaw.au | od -An -tx1)
echo "mu-law of -32767 -32768 32767:$u"
echo "A-law  of -32767 -32768 32767:$a"
[ "$u" = ' 00 80 80' ] && [ "$a" = ' 2a aa aa' ]

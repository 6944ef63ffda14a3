#!/bin/bash
# One second of sound from SoX on a pipe lasts 37 hours for some readers of WAV files, and one second for others.
#
# Debian 12: sox 14.4.2+git20190427-3.5; audiofile-tools 0.3.6-5+deb12u1, shntool 3.0.10-1+b1, libaudio-wav-perl 0.14-5, mediainfo 23.04-1.
#
# Expected: a writer on a pipe cannot seek back, so sizes stay a guess. SoX writes 0x7FFFF000 for the data. The file has 16044 octets: a reader either
# takes what is there, one second, or says that the file is cut off.
#
# Observed: sfinfo and Audio::Wav give 134217 seconds as if it were so; shnlen gives 37 hours and a flag "t" (truncated) in a column. Only MediaInfo gives one
# second. A test that asks such a reader "is the answer longer than a second?" is always told yes.
#
#   sfinfo: 134217.472
#   shnlen: 2236:57.472 ---t-
#   Audio::Wav: 134217.472
#   MediaInfo: 1 s 0 ms
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
debs sox libsox-fmt-base audiofile-tools libaudiofile1 shntool libaudio-wav-perl mediainfo libmediainfo0v5 libzen0v5 libtinyxml2-9 libmms0
export LTDL_LIBRARY_PATH=$L/sox
version sox 14.4.2+git20190427-3.5
version audiofile-tools 0.3.6-5+deb12u1
version shntool 3.0.10-1+b1
version libaudio-wav-perl 0.14-5
version mediainfo 23.04-1
cd "$T"
sox -R -D -r 8000 -n -b 16 -c 1 -t wav - synth 1 sine 440 2>sox.log | cat >pipe.wav
a=$(sfinfo pipe.wav | sed -n 's/^Duration *\([0-9.]*\) seconds/\1/p')
b=$(shnlen pipe.wav 2>/dev/null | awk '$NF == "pipe.wav" {print $1, $6}')
c=$(PERL5LIB=$R/usr/share/perl5 perl -MAudio::Wav -e 'print Audio::Wav->new->read("pipe.wav")->length_seconds')
d=$(mediainfo pipe.wav | sed -n 's/^Duration *: //p' | head -n 1)
echo "sfinfo: $a"; echo "shnlen: $b"; echo "Audio::Wav: $c"; echo "MediaInfo: $d"
[ "$a/$b/$c/$d" = '134217.472/2236:57.472 ---t-/134217.472/1 s 0 ms' ]

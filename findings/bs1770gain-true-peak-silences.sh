#!/bin/bash
# bs1770gain measures -70 LUFS, with exit code 0, for a tone of full scale as soon as it is asked for the true peak too.
#
# Debian 12: bs1770gain 0.8.6.1-3, with the FFmpeg libraries of Debian 12.
#
# Expected: ITU-R BS.1770-4: a tone of 997 Hz of full scale in one channel is -3.01 LKFS; in EBU R 128 true peak is measured beside loudness, and does
# not change it. Who cannot measure says so in the exit code.
#
# Observed: -i alone gives -3.02. With -t it prints that its up-sampler failed, stops at the first block, and reports -70.00 LUFS (its
# value for silence) in the lines of results all the same, and exits with 0. A script that reads the result or the exit code sees a silent clip.
#
#   -i:    -3.02 LUFS, exit 0
#   -i -t: -70.00 LUFS, exit 0
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
debs bs1770gain sox libsox-fmt-base
export LTDL_LIBRARY_PATH=$L/sox
version bs1770gain 0.8.6.1-3
cd "$T"
sox -R -D -r 48000 -n -b 16 -c 1 tone.wav synth 5 sine 997
measure() { # measures with the options given
  rc=0; bs1770gain "$@" tone.wav >said.txt 2>&1 || rc=$?
  echo "$(tr '\r' '\n' <said.txt | sed -n 's/.*integrated (momentary mean): *\(-*[0-9.]*\) LUFS.*/\1/p' | tail -n 1) LUFS, exit $rc"
}
a=$(measure -i); b=$(measure -i -t)
echo "-i:    $a"; echo "-i -t: $b"
[ "$a" = '-3.02 LUFS, exit 0' ] && [ "$b" = '-70.00 LUFS, exit 0' ]

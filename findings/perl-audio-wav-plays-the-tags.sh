#!/bin/bash
# Perl's Audio::Wav plays the chunk that follows the sound: a loud click at the end of each clip that has tags.
#
# Debian 12: libaudio-wav-perl 0.14-5 (Audio::Wav 0.14), Perl 5.36.
#
# Expected: RIFF: the size of the data chunk says where the sound ends; other chunks, such as a LIST with the writer's name, may follow. 8000 samples
# are 8000, as length_samples says.
#
# Observed: read() goes on to the end of the file: the LIST chunk comes as 17 samples more, up to 26230 after sound of 8192. With the same
# chunk before the data all is right. A loop of the kind its page shows sends the click to the peer.
#
#   no LIST:     length_samples 8000, read 8000, loudest 8192
#   LIST before: length_samples 8000, read 8000, loudest 8192
#   LIST after:  length_samples 8000, read 8017, loudest 26230
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
debs libaudio-wav-perl
version libaudio-wav-perl 0.14-5
cd "$T"
cat >t.pl <<'P'
use strict; use warnings;
use Audio::Wav;
sub chunk { my ($id, $data) = @_; return $id . pack('V', length $data) . $data . (length($data) % 2 ? "\0" : '') }
my $sound = chunk('data', pack('s<*', map { int(8192 * sin($_ * .3) + .5) } 1 .. 8000));
my $format = chunk('fmt ', pack('vvVVvv', 1, 1, 8000, 16000, 2, 16));
my $list = chunk('LIST', 'INFO' . chunk('ISFT', "Lavf59.27.100\0"));
my $bad = 0;
for (['no LIST:    ', $format . $sound, 8000], ['LIST before:', $format . $list . $sound, 8000], ['LIST after: ', $format . $sound . $list, 8017]) {
  my ($name, $chunks, $seen) = @$_;
  open my $f, '>:raw', 't.wav' or die; print $f chunk('RIFF', "WAVE$chunks"); close $f;
  my $read = Audio::Wav->new->read('t.wav');
  my ($n, $loudest) = (0, 0);
  while (my @s = $read->read) { $n++; $loudest = $s[0] if $s[0] > $loudest }
  printf "%s length_samples %d, read %d, loudest %d\n", $name, $read->length_samples, $n, $loudest;
  $bad ||= $read->length_samples != 8000 || $n != $seen;
}
exit $bad;
P
PERL5LIB=$R/usr/share/perl5 perl t.pl

#!/bin/bash
# wave-resampler clicks at both ends of each chunk: it starts some 15 to 33 % off, overshoots, and ends in silence.
#
# npm wave-resampler 1.0.0 (Node.js 20.20.2).
#
# Expected: its page calls it a resampler of PCM audio and gives no least length. It has no state, so joins of chunks cannot be perfect; but the
# first and last samples are interpolated from the nearest ones, and a constant of 10000 (or a slow tone) stays about 10000, as with its
# own methods point and linear, which do just that.
#
# Observed: cubic, the default, and sinc filter forth and back from a state of zeros, and do not know what came before or after. Each chunk of a
# constant begins at 6,667 to 8,436, rises to 10,800 or more, and ends in zeros. A stream of 20 ms chunks has fifty such clicks a second:
# a tone is only 13 to 18 dB above them.
#
#   48000 to 16000: begins 6667 10800, ends 72 2 0 0; a tone in 20 ms chunks 17.6 dB above the error
#   8000 to 16000: begins 7700 10996, ends 0 0 0 0; a tone in 20 ms chunks 13.0 dB above the error
#   16000 to 24000: begins 8436 11338, ends 171 27 3 0; a tone in 20 ms chunks 17.7 dB above the error
#   linear, 8000 to 16000: begins 10000 10000, ends 10000 10000 10000 10000
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts wave-resampler@1.0.0
cat >t.js <<'P'
const { resample } = require('wave-resampler');
const ends = r => [Array.from(r.slice(0, 2), Math.round), Array.from(r.slice(-4), Math.round)];
let ok = true;
for (const [from, to] of [[48000, 16000], [8000, 16000], [16000, 24000]]) {
  const n = from / 50, tone = i => 10000 * Math.sin(2 * Math.PI * 440 * i / from);
  const [first, last] = ends(resample(new Float64Array(n).fill(10000), from, to));
  const whole = resample(Float64Array.from({ length: from }, (_, i) => tone(i)), from, to);
  const joined = [];
  for (let k = 0; k < 50; k++) joined.push(...resample(Float64Array.from({ length: n }, (_, i) => tone(k * n + i)), from, to));
  let signal = 0, error = 0;
  for (let i = 200; i < joined.length - 200; i++) { signal += whole[i] ** 2; error += (joined[i] - whole[i]) ** 2; }
  const db = 10 * Math.log10(signal / error);
  console.log(`${from} to ${to}: begins ${first.join(' ')}, ends ${last.join(' ')}; a tone in 20 ms chunks ${db.toFixed(1)} dB above the error`);
  ok &&= first[0] < 8500 && first[1] > 10700 && last[3] < 5 && db > 10 && db < 20;
}
const [first, last] = ends(resample(new Float64Array(160).fill(10000), 8000, 16000, { method: 'linear' }));
console.log(`linear, 8000 to 16000: begins ${first.join(' ')}, ends ${last.join(' ')}`);
process.exit(ok && [...first, ...last].every(v => v === 10000) ? 0 : 1);
P
node t.js

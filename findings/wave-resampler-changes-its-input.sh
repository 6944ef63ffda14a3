#!/bin/bash
# wave-resampler filters the caller's own samples when it lowers the rate: they are changed, and loud 16-bit ones turn over.
#
# npm wave-resampler 1.0.0 (Node.js 20.20.2).
#
# Expected: `resample(samples, oldSampleRate, sampleRate)` is documented to take "the original samples" and to return "the new samples" in a
# Float64Array. The first stay as they are, and an Int16Array gives what the same numbers in a Float64Array give.
#
# Observed: from a lower rate to a higher one that is so. To a lower one it writes the low-passed signal into the samples given. Who makes
# 8 kHz for one peer and then 24 kHz for another of the same 48 kHz gives the second telephone sound. In an Int16Array the filter's
# overshoot of clipped speech or of a square wave does not fit and wraps from +32767 to -32768: loud cracks, in the result too.
#
#   8 to 16 kHz: 0 of 4800 samples changed
#   48 to 8 kHz: 4605 of 4800 samples changed; their tone of 6 kHz is 0, was 8000
#   clipped tone: of 799 results 333 are off by more than 20000 in an Int16Array
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts wave-resampler@1.0.0
cat >t.js <<'P'
const { resample } = require('wave-resampler');
const tone = (f, i) => Math.sin(2 * Math.PI * f * i / 48000);
const make = value => Int16Array.from({ length: 4800 }, (_, i) => Math.round(value(i)));
const level = (x, f) => {
  let c = 0, s = 0;
  for (let i = 480; i < 4320; i++) { c += x[i] * Math.cos(2 * Math.PI * f * i / 48000); s += x[i] * tone(f, i); }
  return Math.round(2 * Math.hypot(c, s) / 3840);
};
const changed = (x, from, to) => { const was = x.slice(); resample(x, from, to); return x.filter((v, i) => v !== was[i]).length; };
const two = i => 16000 * tone(1000, i) + 8000 * tone(6000, i);
const up = changed(make(two), 8000, 16000);
console.log(`8 to 16 kHz: ${up} of 4800 samples changed`);
const given = make(two), before = level(given, 6000), down = changed(given, 48000, 8000), after = level(given, 6000);
console.log(`48 to 8 kHz: ${down} of 4800 samples changed; their tone of 6 kHz is ${after}, was ${before}`);
const clipped = make(i => Math.max(-32767, Math.min(32767, 40000 * tone(440, i))));
const right = resample(Float64Array.from(clipped), 48000, 8000), result = resample(clipped, 48000, 8000);
const off = result.filter((v, i) => Math.abs(v - right[i]) > 20000).length;
console.log(`clipped tone: of ${result.length} results ${off} are off by more than 20000 in an Int16Array`);
process.exit(up === 0 && down > 4000 && before === 8000 && after < 10 && off > 100 ? 0 : 1);
P
node t.js

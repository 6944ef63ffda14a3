#!/bin/bash
# npm g711 makes a crackle of -42 dB of the quietest negative samples: -1 to -7 come back from A-law as -248.
#
# npm g711 1.0.1 (Node.js 20.20.2).
#
# Expected: ITU-T G.711, table 1: the two values next to zero are +1 and -1 on a scale of 4096, +8 and -8 in 16 bits, so what lies
# between -16 and 0 becomes 0x55 (-8). The error is never more than half a step, 8 here.
#
# Observed: -1 to -7 become 0x5A, the last code of the first segment: -248. Each other small value is right. The quiet noise of a room or of a
# dither (-2 to 2) has half of its samples there. A test tone has hardly any, so a check of a loud signal sees nothing.
#
#   -8..8: -8 -248 -248 -248 -248 -248 -248 -248 8 8 8 8 8 8 8 8 8
#   noise of -2..2, RMS 1.4: comes back with RMS 157
#   tone of 8000, RMS 5657: comes back with an error of RMS 64
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts g711@1.0.1
cat >t.js <<'P'
const { alawFromPCM, alawToPCM } = require('g711');
const back = samples => Array.from(alawToPCM(alawFromPCM(Int16Array.from(samples)), 16));
const rms = a => Math.sqrt(a.reduce((sum, v) => sum + v * v, 0) / a.length);
const near = back(Array.from({ length: 17 }, (_, i) => i - 8));
console.log('-8..8:', near.join(' '));
const noise = Array.from({ length: 8000 }, (_, i) => i * 7 % 5 - 2), noisy = rms(back(noise));
console.log(`noise of -2..2, RMS ${rms(noise).toFixed(1)}: comes back with RMS ${noisy.toFixed(0)}`);
const tone = Array.from({ length: 8000 }, (_, i) => Math.round(8000 * Math.sin(i * .7))), there = back(tone);
const error = rms(tone.map((v, i) => there[i] - v));
console.log(`tone of 8000, RMS ${rms(tone).toFixed(0)}: comes back with an error of RMS ${error.toFixed(0)}`);
const seen = [-8, ...Array(7).fill(-248), ...Array(9).fill(8)];
process.exit(near.join() === seen.join() && noisy > 100 && error < 100 ? 0 : 1);
P
node t.js

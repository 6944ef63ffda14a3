#!/bin/bash
# x-law measures 8-bit silence as louder than full scale, and resamples each 32-bit sample to the most negative one.
#
# npm x-law 0.3.1 (Node.js 20.20.2).
#
# Expected: its utilities calculateLoudness and resample take bit depths of 8, 16, 24, 32 (and 48). WAVE holds 8-bit samples without a sign:
# 0x80 is silence, which the package's 16-bit way calls -100 dB. A constant of 1000 stays 1000 at any depth.
#
# Observed: 8-bit samples are read as signed, so silence is +0.07 dB and a tone of full scale -6.3 dB: the quieter, the louder. At 32 bits the limits
# overflow, so that any sample becomes -2147483648. No error is raised.
#
#   loudness, 16 bits: silence -100.00, full tone -3.01
#   loudness,  8 bits: silence 0.07, full tone -6.33
#   1000 at 8 to 16 kHz, 16 bits: 1000; 24 bits: 1000; 32 bits: -2147483648
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts x-law@0.3.1
cat >t.js <<'P'
const { utils } = require('x-law');
const tone = Array.from({ length: 8000 }, (_, i) => Math.sin(i * .7));
const deep = Buffer.alloc(16000); tone.forEach((v, i) => deep.writeInt16LE(Math.round(32767 * v), i * 2));
const flat = Buffer.from(tone.map(v => 128 + Math.round(127 * v)));
const loud = [[Buffer.alloc(16000), 16], [deep, 16], [Buffer.alloc(8000, 0x80), 8], [flat, 8]].map(([b, bits]) => utils.calculateLoudness(b, bits).toFixed(2));
console.log(`loudness, 16 bits: silence ${loud[0]}, full tone ${loud[1]}`);
console.log(`loudness,  8 bits: silence ${loud[2]}, full tone ${loud[3]}`);
const mid = [16, 24, 32].map(bits => utils.resample(Array(160).fill(1000), 8000, 16000, bits)[100]);
console.log(`1000 at 8 to 16 kHz, 16 bits: ${mid[0]}; 24 bits: ${mid[1]}; 32 bits: ${mid[2]}`);
process.exit(loud.join() === '-100.00,-3.01,0.07,-6.33' && mid.join() === '1000,1000,-2147483648' ? 0 : 1);
P
node t.js

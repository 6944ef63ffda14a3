#!/bin/bash
# dtmf-detection-stream never tells the last key, with seconds of silence after it, for one length of the tone in three.
#
# npm dtmf-detection-stream 1.18.0 (Node.js 20.20.2).
#
# Expected: ITU-T Q.24: a signal of 40 ms or more is a key. The package's own page says that a key is told at the end of its tone. One key of
# 65 to 150 ms, then two seconds of digital silence, is one key at any length.
#
# Observed: a key is told when a block of 11.5 ms after it has a smear of tones, the cut edge of the tone, or another key. A block of
# silence tells nothing. If the tone ends near the end of a block, the key waits for the next one: the last digit of a number is lost.
# Lengths below are in steps of 5 ms.
#
#   1: 14 of 18 lengths; not 95 105 130 140
#   5: 13 of 18 lengths; not 70 95 105 130 140
#   9: 13 of 18 lengths; not 95 105 130 140 150
#   0: 10 of 18 lengths; not 70 80 95 105 115 130 140 150
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts dtmf-detection-stream@1.18.0
cat >t.js <<'P'
const Detector = require('dtmf-detection-stream');
const tones = { 1: [697, 1209], 5: [770, 1336], 9: [852, 1477], 0: [941, 1336] };
const hears = (key, ms) => {
  const audio = Buffer.alloc((800 + ms * 8 + 16000) * 2);
  for (let i = 0; i < ms * 8; i++) {
    const v = 5000 * tones[key].reduce((sum, f) => sum + Math.sin(2 * Math.PI * f * i / 8000), 0);
    audio.writeInt16LE(Math.round(v), (800 + i) * 2);
  }
  const d = new Detector({ format: { sampleRate: 8000, bitDepth: 16, channels: 1 } });
  let said = ''; d.on('dtmf', e => { said += e.digit; });
  d.write(audio);
  return said;
};
const lengths = Array.from({ length: 18 }, (_, i) => 65 + i * 5);
let lost = 0, ok = true;
for (const key of '1590') {
  const not = lengths.filter(ms => hears(key, ms) === ''), wrong = lengths.filter(ms => !['', key].includes(hears(key, ms)));
  console.log(`${key}: ${lengths.length - not.length} of ${lengths.length} lengths; not ${not.join(' ')}`);
  lost += not.length; ok &&= wrong.length === 0;
}
process.exit(ok && lost === 22 ? 0 : 1);
P
node t.js

#!/bin/bash
# dtmf-detection-stream hears the beginning of a buffer again and again when the chunks written are parts of it.
#
# npm dtmf-detection-stream 1.18.0 (Node.js 20.20.2).
#
# Expected: a Node.js Buffer is often a view into a larger one (subarray, a pooled Buffer.from, what a WebSocket library hands out); its octets
# begin at byteOffset. The same audio in one piece, in copies of 20 ms and in views of 20 ms holds the same keys. A comment of the
# package's says that it provides for just such buffers.
#
# Observed: it takes as many octets as the chunk has, but always from the beginning of the buffer below. Here these are silence: no key is
# heard, and nothing is said.
#
#   one piece:       12345
#   copies of 20 ms: 12345
#   views of 20 ms:  none
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts dtmf-detection-stream@1.18.0
cat >t.js <<'P'
const Detector = require('dtmf-detection-stream');
const tones = { 1: [697, 1209], 2: [697, 1336], 3: [697, 1477], 4: [770, 1209], 5: [770, 1336] };
const silence = n => Array(n).fill(0);
const key = k => Array.from({ length: 720 }, (_, i) => 5000 * tones[k].reduce((sum, f) => sum + Math.sin(2 * Math.PI * f * i / 8000), 0));
const samples = [...silence(800), ...[...'12345'].flatMap(k => [...key(k), ...silence(800)]), ...silence(800)];
const audio = Buffer.alloc(samples.length * 2);
samples.forEach((v, i) => audio.writeInt16LE(Math.round(v), i * 2));
const hears = chunks => {
  const d = new Detector({ format: { sampleRate: 8000, bitDepth: 16, channels: 1 } });
  let said = ''; d.on('dtmf', e => { said += e.digit; });
  for (const c of chunks) d.write(c);
  return said || 'none';
};
const views = []; for (let i = 0; i < audio.length; i += 320) views.push(audio.subarray(i, i + 320));
const copy = v => { const c = Buffer.alloc(v.length); v.copy(c); return c; };
const all = [hears([audio]), hears(views.map(copy)), hears(views)];
console.log('one piece:      ', all[0]); console.log('copies of 20 ms:', all[1]); console.log('views of 20 ms: ', all[2]);
process.exit(all.join() === '12345,12345,none' ? 0 : 1);
P
node t.js

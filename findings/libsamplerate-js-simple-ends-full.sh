#!/bin/bash
# libsamplerate-js: after one simple() a converter's full() gives one chunk more, and then nothing for ever.
#
# npm @alexanderolsen/libsamplerate-js 2.1.2 (Node.js 20.20.2).
#
# Expected: simple() is for one whole clip and full() for the chunks of a stream; both are methods of one converter. In libsamplerate's own
# C interface src_simple has no state at all, so a clip converted in between, or before, is no matter: fifty chunks of 160 samples at
# 8 kHz give some 15,700 samples at 16 kHz.
#
# Observed: simple() tells the converter that its input has ended, and does not reset it. The first full() after it gives its 320
# samples, each further one an empty array. No error is raised. A call that greets with a clip and then streams falls silent.
#
#   full x 50:              32 320 320 320 320 ... 15712 samples
#   simple, then full x 50: 320 0 0 0 0 ... 320 samples
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts @alexanderolsen/libsamplerate-js@2.1.2
cat >t.mjs <<'P'
import samplerate from '@alexanderolsen/libsamplerate-js';
const tone = Float32Array.from({length: 8000}, (_, i) => .5 * Math.sin(2 * Math.PI * 1000 * i / 8000));
const stream = async first => {
  const src = await samplerate.create(1, 8000, 16000, {converterType: samplerate.ConverterType.SRC_SINC_BEST_QUALITY});
  if (first && src.simple(tone).length !== 16000) throw new Error('simple() itself has changed');
  const sizes = [];
  for (let i = 0; i < 8000; i += 160) sizes.push(src.full(tone.slice(i, i + 160)).length);
  return [sizes.slice(0, 5).join(' '), sizes.reduce((a, b) => a + b)];
};
const alone = await stream(false), after = await stream(true);
console.log(`full x 50:              ${alone[0]} ... ${alone[1]} samples`);
console.log(`simple, then full x 50: ${after[0]} ... ${after[1]} samples`);
process.exit(alone[1] > 15000 && after[0] === '320 0 0 0 0' && after[1] === 320 ? 0 : 1);
P
node t.mjs

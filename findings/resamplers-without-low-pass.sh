#!/bin/bash
# Two small resamplers fold what lies above the new rate's half back into the voice, at full strength; one is a "windowed sinc".
#
# npm @purinton/resampler 1.0.4 ("high-quality ... windowed-sinc filtering"), x-law 0.3.1; beside them wave-resampler 1.0.0 (Node.js 20.20.2).
#
# Expected: the sampling theorem: a signal sampled at 16 kHz holds nothing above 8 kHz, so a resampler from 48 kHz takes a tone of 12 kHz away
# first (ITU-T G.712, out-of-band signals at the input: images are 25 dB down or more). A windowed sinc does so when it is as wide as the lower rate asks.
#
# Observed: @purinton/resampler keeps the width of the higher rate, and x-law only interpolates: the 12 kHz tone is a tone of 4 kHz of the same
# level. The hiss of an "s" lands amid speech, and a detector of tones or of keys hears what nobody sent. wave-resampler takes it away.
#
#   48 to 16 kHz, level at 4 kHz of 8000 sent at 12 kHz: @purinton/resampler 8000, x-law 8000, wave-resampler 0
#   48 to 16 kHz, level at 1 kHz of 8000 sent at 1 kHz: @purinton/resampler 8000, x-law 8000, wave-resampler 7995
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts @purinton/resampler@1.0.4 x-law@0.3.1 wave-resampler@1.0.0
cat >t.mjs <<'P'
import { Resampler } from '@purinton/resampler';
import { utils } from 'x-law';
import wave from 'wave-resampler';
const purinton = async samples => {
  const r = new Resampler({ inRate: 48000, outRate: 16000 }), b = Buffer.alloc(samples.length * 2);
  samples.forEach((v, i) => b.writeInt16LE(v, i * 2));
  r.end(b);
  const out = Buffer.concat(await r.toArray());
  return Array.from({ length: out.length / 2 }, (_, i) => out.readInt16LE(i * 2));
};
const ways = { '@purinton/resampler': purinton, 'x-law': s => utils.resample(s, 48000, 16000, 16), 'wave-resampler': s => wave.resample(s, 48000, 16000) };
const level = (x, f) => {
  let c = 0, s = 0;
  for (let i = 800; i < 15200; i++) { c += x[i] * Math.cos(2 * Math.PI * f * i / 16000); s += x[i] * Math.sin(2 * Math.PI * f * i / 16000); }
  return Math.round(2 * Math.hypot(c, s) / 14400);
};
const say = async (sent, heard) => {
  const tone = () => Array.from({ length: 48000 }, (_, i) => Math.round(8000 * Math.sin(2 * Math.PI * sent * i / 48000)));
  const levels = {};
  for (const [name, way] of Object.entries(ways)) levels[name] = level(await way(tone()), heard);
  console.log(`48 to 16 kHz, level at ${heard / 1000} kHz of 8000 sent at ${sent / 1000} kHz:`, Object.entries(levels).map(e => e.join(' ')).join(', '));
  return Object.values(levels);
};
const high = await say(12000, 4000), low = await say(1000, 1000);
process.exit(high[0] > 7900 && high[1] > 7900 && high[2] < 10 && low.every(v => v > 7900) ? 0 : 1);
P
node t.mjs

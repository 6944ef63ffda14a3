#!/bin/bash
# WebRTC's voice detector at its strictest takes keys, a test tone and a minute of hiss for speech, and judges by the sample rate.
#
# npm @ozymandiasthegreat/vad 2.0.7 (libfvad, WebRTC's detector, as WebAssembly; Node.js 20.20.2), mode VERY_AGGRESSIVE, frames of 10 ms.
#
# Expected: a detector of voice is for telling speech from what is none; its page: "higher mode means fewer false positives". The guess was that a
# steady tone or steady noise becomes the background within seconds, and that the same sound gives the same answer at 8 and at 16 kHz.
#
# Observed: a steady 1 kHz tone and a DTMF pair are speech in each frame of a minute. White noise of -26 dB is speech at 8 kHz for the whole minute,
# and at 16 kHz it is soon not. A dial tone of 425 Hz is never speech. Who tests turn taking with a tone for a voice
# tests the choice of the tone; who sends keys interrupts the bot.
#
#   percent of frames that are speech, first and last 5 s of 60:
#   8000 Hz: tone 1 kHz 100 100, keys 100 100, dial tone 1 0, hiss 98 96
#   16000 Hz: tone 1 kHz 100 100, keys 100 100, dial tone 1 0, hiss 12 0
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts @ozymandiasthegreat/vad@2.0.7
cat >t.mjs <<'P'
import build, { VADMode } from '@ozymandiasthegreat/vad';
const VAD = await build();
const tone = (t, ...f) => f.reduce((sum, hz) => sum + Math.sin(2 * Math.PI * hz * t), 0);
const random = (seed => () => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed / 1073741824 - 1; })(1);
const sounds = { 'tone 1 kHz': t => 8000 * tone(t, 1000), keys: t => 4000 * tone(t, 697, 1209), 'dial tone': t => 3000 * tone(t, 425), hiss: () => 3000 * random() };
const percent = { 8000: {}, 16000: {} };
console.log('percent of frames that are speech, first and last 5 s of 60:');
for (const rate of [8000, 16000]) {
  for (const [name, sound] of Object.entries(sounds)) {
    const vad = new VAD(VADMode.VERY_AGGRESSIVE, rate), n = rate / 100, speech = [];
    for (let f = 0; f < 6000; f++) speech.push(vad.processFrame(Int16Array.from({ length: n }, (_, i) => sound((f * n + i) / rate))));
    vad.destroy();
    percent[rate][name] = [speech.slice(0, 500), speech.slice(-500)].map(s => Math.round(s.filter(v => v === 1).length / 5));
  }
  console.log(`${rate} Hz:`, Object.entries(percent[rate]).map(([name, p]) => `${name} ${p.join(' ')}`).join(', '));
}
const { 8000: low, 16000: high } = percent;
const always = p => p['tone 1 kHz'].concat(p.keys).every(v => v === 100), never = p => p['dial tone'].every(v => v < 3);
process.exit([low, high].every(p => always(p) && never(p)) && low.hiss[1] > 80 && high.hiss[1] < 5 ? 0 : 1);
P
node t.mjs

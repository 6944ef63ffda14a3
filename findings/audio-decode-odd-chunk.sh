#!/bin/bash
# audio-decode finds no audio, and no fault, in a WAV file with a chunk of odd length before its data.
#
# npm audio-decode 3.12.0 (Node.js 20.20.2).
#
# Expected: RIFF: a chunk of odd length is followed by a pad octet that its size does not count. A note chunk of seven octets, or the
# 603 of a bext chunk with one line of history (EBU Tech 3285), before the data changes nothing: 1000 samples at 8000 Hz.
#
# Observed: the pad octet is not skipped, so all chunks after it are off by one and unknown. The promise is kept all the
# same: no channels, sample rate 0, no error. A test that asks "is it silent?" or "does it decode?" passes.
#
#   no such chunk:  1 channel, 1000 samples, 8000 Hz
#   note, 8 octets: 1 channel, 1000 samples, 8000 Hz
#   note, 7 octets: 0 channels, 0 samples, 0 Hz
#   bext, 603:      0 channels, 0 samples, 0 Hz
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts audio-decode@3.12.0
cat >t.mjs <<'P'
import decode from 'audio-decode';
const chunk = (id, data) => {
  const head = Buffer.alloc(8); head.write(id, 0, 'latin1'); head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length & 1)]);
};
const fmt = Buffer.from('01000100401f0000803e000002001000', 'hex'); // PCM, mono, 8000 Hz, 16 bit
const audio = Buffer.alloc(2000); for (let i = 0; i < 1000; i++) audio.writeInt16LE(Math.round(8192 * Math.sin(i * .3)), i * 2);
const wav = (...more) => {
  const body = Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', fmt), ...more, chunk('data', audio)]);
  return chunk('RIFF', body);
};
const say = async file => {
  const r = await decode(file), c = r.channelData ?? [];
  return `${c.length} channel${c.length === 1 ? '' : 's'}, ${c[0]?.length ?? 0} samples, ${r.sampleRate} Hz`;
};
const right = '1 channel, 1000 samples, 8000 Hz', none = '0 channels, 0 samples, 0 Hz';
let ok = true;
for (const [name, file, want] of [['no such chunk: ', wav(), right], ['note, 8 octets:', wav(chunk('note', Buffer.alloc(8))), right],
  ['note, 7 octets:', wav(chunk('note', Buffer.alloc(7))), none], ['bext, 603:     ', wav(chunk('bext', Buffer.alloc(603))), none]]) {
  const said = await say(file); console.log(name, said); ok &&= said === want;
}
process.exit(ok ? 0 : 1);
P
node t.mjs

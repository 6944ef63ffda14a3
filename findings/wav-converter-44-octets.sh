#!/bin/bash
# wav-converter cuts 44 octets off any WAV file and plays the rest, so ffmpeg's name is heard as a click.
#
# npm wav-converter 1.0.0 (Node.js 20.20.2).
#
# Expected: RIFF: chunks come in any number before the data chunk; its size says where the sound ends. ffmpeg writes a LIST chunk with its name before
# the data, others after it, and a fmt chunk of 18 octets is as right as one of 16. decodeWav gives the 16000 octets of the sound.
#
# Observed: it gives all but the first 44 octets, whatever they are: chunk names and texts become samples. With a fmt chunk of 18 octets two octets
# of the header's end come first (the sound is whole, one sample later). No error.
#
#   plain:       16000 octets, the sound begins at 0
#   fmt of 18:   16002 octets, the sound begins at 2
#   LIST before: 16034 octets, the sound begins at 34
#   LIST after:  16034 octets, the sound begins at 0
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts wav-converter@1.0.0
cat >t.js <<'P'
const { decodeWav } = require('wav-converter');
const chunk = (id, data) => {
  const head = Buffer.alloc(8); head.write(id, 0, 'latin1'); head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length & 1)]);
};
const sound = Buffer.alloc(16000); for (let i = 0; i < 8000; i++) sound.writeInt16LE(Math.round(8192 * Math.sin((i + 1) * .3)), i * 2);
const fmt = Buffer.from('01000100401f0000803e000002001000', 'hex'), data = chunk('data', sound);
const list = chunk('LIST', Buffer.concat([Buffer.from('INFO'), chunk('ISFT', Buffer.from('Lavf59.27.100\0'))]));
const wav = (...chunks) => chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));
const files = { 'plain:      ': wav(chunk('fmt ', fmt), data), 'fmt of 18:  ': wav(chunk('fmt ', Buffer.concat([fmt, Buffer.alloc(2)])), data),
  'LIST before:': wav(chunk('fmt ', fmt), list, data), 'LIST after: ': wav(chunk('fmt ', fmt), data, list) };
const said = [];
for (const [name, file] of Object.entries(files)) {
  const pcm = decodeWav(file), at = pcm.indexOf(sound.subarray(0, 64));
  said.push(`${pcm.length} ${at}`);
  console.log(`${name} ${pcm.length} octets, the sound begins at ${at}`);
}
process.exit(said.join() === process.argv[2] ? 0 : 1);
P
node t.js '16000 0,16002 2,16034 34,16034 0'

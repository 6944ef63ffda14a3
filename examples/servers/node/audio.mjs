// Audio of one channel: 16-bit linear PCM (little-endian) and G.711 mu-law.
import { readFileSync } from 'node:fs';

export const FRAME_MS = 20;

const muLawToLinear = (octet) => {
  const bits = ~octet & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return bits & 0x80 ? -magnitude : magnitude;
};

const linearToMuLaw = (sample) => {
  const biased = Math.min(Math.abs(sample), 32635) + 132;
  const segment = 24 - Math.clz32(biased);
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((biased >> (segment + 3)) & 0x0f)) & 0xff;
};

export const L16 = {
  width: 2,
  encode: (samples) => Buffer.from(samples.flatMap((s) => [s & 0xff, (s >> 8) & 0xff])),
  decode: (octets) => Array.from({ length: octets.length / 2 }, (_, i) => octets.readInt16LE(2 * i)),
};
export const MULAW = {
  width: 1,
  encode: (samples) => Buffer.from(samples.map(linearToMuLaw)),
  decode: (octets) => Array.from(octets, muLawToLinear),
};
export const ALAW = { width: 1 }; // carried, not understood

/** The samples of a WAV file, which must be 8 kHz, 16 bit, mono. */
export function readPrompt(path) {
  const wav = readFileSync(path);
  let format = '';
  for (let at = 12; at + 8 <= wav.length; ) {
    const id = wav.toString('latin1', at, at + 4);
    const body = wav.subarray(at + 8, at + 8 + wav.readUInt32LE(at + 4));
    if (id === 'fmt ') format = [0, 2, 14].map((o) => body.readUInt16LE(o)) + ',' + body.readUInt32LE(4);
    if (id === 'data' && format === '1,1,16,8000') return L16.decode(body.subarray(0, body.length & ~1));
    at += 8 + body.length + (body.length & 1);
  }
  throw new Error(`${path}: want a WAV file of 8 kHz, 16 bit, mono`);
}

/** The prompt as encoded frames of exactly 20 ms, the last one filled up with silence. */
export function promptFrames(prompt, { codec, rate }) {
  const factor = rate / 8000;
  const between = (i) => {
    const here = prompt[Math.floor(i / factor)];
    const next = prompt[Math.floor(i / factor) + 1] ?? 0;
    return here + Math.floor(((next - here) * (i % factor)) / factor);
  };
  const size = (rate * FRAME_MS) / 1000;
  const total = prompt.length * factor;
  return Array.from({ length: Math.ceil(total / size) }, (_, n) =>
    codec.encode(Array.from({ length: size }, (_, i) => (n * size + i < total ? between(n * size + i) : 0))));
}

import type { Voice } from "./data";

export const rate = 8000;

// What each octet of µ-law stands for (ITU-T G.711), as a share of full scale.
const linear = new Float32Array(256);
for (let i = 0; i < 256; i++) {
  const octet = ~i & 0xff;
  const size = ((((octet & 0x0f) << 3) + 0x84) << ((octet & 0x70) >> 4)) - 0x84;
  linear[i] = (octet & 0x80 ? -size : size) / 32768;
}

/** Block is how many samples one pair of peaks stands for. */
const block = 32;

/** Track is the voices of one lane on the clock of the run. Times are nanoseconds. */
export interface Track { name: string; sent: boolean; caller: boolean; connection: number; pieces: Placed[]; speech: [number, number][] }
export interface Placed { at: number; until: number; octets: Uint8Array; peaks: Float32Array }

/** placed cuts the audio of a voice into the pieces that are heard one after the other. */
export function placed(v: Voice, audio: Uint8Array): Placed[] {
  return v.pieces.map((p) => {
    const octets = audio.subarray(v.offset + p.from, v.offset + p.from + p.size);
    const peaks = new Float32Array(2 * Math.ceil(octets.length / block));
    for (let i = 0; i < octets.length; i++) {
      const k = 2 * Math.floor(i / block), x = linear[octets[i]!]!;
      if (x < peaks[k]!) peaks[k] = x;
      if (x > peaks[k + 1]!) peaks[k + 1] = x;
    }
    return { at: p.at, until: p.at + (octets.length / rate) * 1e9, octets, peaks };
  });
}

/** extremes gives the least and the greatest sample of a track between two times; null where nothing is heard. */
export function extremes(t: Track, from: number, until: number): [number, number] | null {
  let low = 0, high = 0, heard = false;
  for (const p of t.pieces) {
    if (p.until <= from || p.at >= until) continue;
    heard = true;
    const a = Math.max(0, Math.floor(((from - p.at) / 1e9) * rate)), b = Math.min(p.octets.length, Math.ceil(((until - p.at) / 1e9) * rate));
    if (b - a > 4 * block) {
      for (let k = Math.floor(a / block); k < Math.ceil(b / block); k++) {
        low = Math.min(low, p.peaks[2 * k]!);
        high = Math.max(high, p.peaks[2 * k + 1]!);
      }
    } else {
      for (let i = a; i < b; i++) {
        low = Math.min(low, linear[p.octets[i]!]!);
        high = Math.max(high, linear[p.octets[i]!]!);
      }
    }
  }
  return heard ? [low, high] : null;
}

/** Bins is how many frequencies a column of a spectrogram has, from 0 to 4 kHz. */
export const bins = 128;
const size = 2 * bins;
const hann = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));

/** spectrum gives the levels around a time in dB below full scale; false where nothing is heard. */
export function spectrum(t: Track, at: number, into: Float32Array): boolean {
  const p = t.pieces.find((x) => x.at <= at && at < x.until);
  if (!p) return false;
  const re = new Float32Array(size), im = new Float32Array(size);
  const begin = Math.round(((at - p.at) / 1e9) * rate) - bins;
  for (let i = 0; i < size; i++) {
    const k = begin + i;
    re[i] = k >= 0 && k < p.octets.length ? linear[p.octets[k]!]! * hann[i]! : 0;
  }
  transform(re, im);
  for (let k = 0; k < bins; k++) into[k] = 10 * Math.log10((re[k]! ** 2 + im[k]! ** 2) / (bins / 2) ** 2 / 4 + 1e-12);
  return true;
}

/** transform is the fast Fourier transform in place, by Cooley and Tukey. */
function transform(re: Float32Array, im: Float32Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let length = 2; length <= n; length <<= 1) {
    const angle = (-2 * Math.PI) / length;
    for (let i = 0; i < n; i += length)
      for (let k = 0; k < length / 2; k++) {
        const c = Math.cos(angle * k), s = Math.sin(angle * k), a = i + k, b = a + length / 2;
        const x = re[b]! * c - im[b]! * s, y = re[b]! * s + im[b]! * c;
        re[b] = re[a]! - x;
        im[b] = im[a]! - y;
        re[a] = re[a]! + x;
        im[a] = im[a]! + y;
      }
  }
}

/** Player plays tracks, each piece at its time. */
export class Player {
  private context?: AudioContext;
  private sources: AudioBufferSourceNode[] = [];
  private begun = 0; // of the context, when `from` is heard
  private from = 0;
  private until = 0;
  private timer = 0;
  playing = false;

  constructor(private readonly moved: (at: number) => void, private readonly ended: () => void) {}

  play(tracks: Track[], from: number, until: number): void {
    this.stop();
    const context = (this.context ??= new AudioContext());
    void context.resume();
    this.begun = context.currentTime + 0.05;
    this.from = from;
    this.until = until;
    this.playing = true;
    for (const t of tracks) {
      // Together, the caller is heard left of the middle and the bot right of it.
      const side = context.createStereoPanner();
      side.pan.value = tracks.length < 2 ? 0 : t.caller ? -0.6 : 0.6;
      side.connect(context.destination);
      for (const p of t.pieces) if (p.until > from && p.at < until) this.start(context, side, p);
    }
    const tick = (): void => {
      if (!this.playing) return;
      const at = this.from + (context.currentTime - this.begun) * 1e9;
      if (at >= this.until) {
        this.stop();
        return;
      }
      this.moved(Math.max(this.from, at));
      this.timer = requestAnimationFrame(tick);
    };
    this.timer = requestAnimationFrame(tick);
  }

  private start(context: AudioContext, to: AudioNode, p: Placed): void {
    const skip = Math.max(0, Math.round(((this.from - p.at) / 1e9) * rate));
    const octets = p.octets.subarray(skip, Math.max(skip, Math.ceil(((this.until - p.at) / 1e9) * rate)));
    if (octets.length === 0) return;
    const buffer = context.createBuffer(1, octets.length, rate);
    const samples = buffer.getChannelData(0);
    for (let i = 0; i < octets.length; i++) samples[i] = linear[octets[i]!]!;
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(to);
    source.start(this.begun + Math.max(0, (p.at - this.from) / 1e9));
    this.sources.push(source);
  }

  stop(): void {
    cancelAnimationFrame(this.timer);
    for (const s of this.sources) {
      s.stop();
      s.disconnect();
    }
    this.sources = [];
    if (this.playing) {
      this.playing = false;
      this.ended();
    }
  }
}

/** wav is tracks as a WAV file of µ-law with a channel for each, silence where nothing is heard. */
export function wav(tracks: Track[]): Blob {
  const from = Math.min(...tracks.flatMap((t) => t.pieces.map((p) => p.at)));
  const until = Math.max(...tracks.flatMap((t) => t.pieces.map((p) => p.until)));
  const count = Math.ceil(((until - from) / 1e9) * rate), channels = tracks.length;
  const data = new Uint8Array(count * channels).fill(0xff); // 0xff is silence
  tracks.forEach((t, c) => {
    for (const p of t.pieces) {
      const begin = Math.round(((p.at - from) / 1e9) * rate);
      for (let i = 0; i < p.octets.length && begin + i < count; i++) data[(begin + i) * channels + c] = p.octets[i]!;
    }
  });
  const pad = data.length & 1;
  const head = new DataView(new ArrayBuffer(58));
  const text = (at: number, s: string): void => { for (let i = 0; i < s.length; i++) head.setUint8(at + i, s.charCodeAt(i)); };
  text(0, "RIFF"); head.setUint32(4, 50 + data.length + pad, true); text(8, "WAVEfmt "); head.setUint32(16, 18, true);
  head.setUint16(20, 7, true); head.setUint16(22, channels, true); head.setUint32(24, rate, true); head.setUint32(28, rate * channels, true);
  head.setUint16(32, channels, true); head.setUint16(34, 8, true); head.setUint16(36, 0, true);
  text(38, "fact"); head.setUint32(42, 4, true); head.setUint32(46, count, true); text(50, "data"); head.setUint32(54, data.length, true);
  return new Blob([head.buffer, data, new Uint8Array(pad)], { type: "audio/wav" });
}

/** both gives the stretches that are in both lists, which are in order. */
export function both(a: [number, number][], b: [number, number][]): [number, number][] {
  const out: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const from = Math.max(a[i]![0], b[j]![0]), until = Math.min(a[i]![1], b[j]![1]);
    if (from < until) out.push([from, until]);
    if (a[i]![1] < b[j]![1]) i++;
    else j++;
  }
  return out;
}

/** gaps gives the stretches between the first and the last of some that are in none of them. */
export function gaps(all: [number, number][]): [number, number][] {
  const sorted = [...all].sort((a, b) => a[0] - b[0]);
  const out: [number, number][] = [];
  let end = sorted[0]?.[1] ?? 0;
  for (const [from, until] of sorted) {
    if (from > end) out.push([end, from]);
    end = Math.max(end, until);
  }
  return out;
}

// A small voice server as people write them on the `ws` package: it speaks the media
// protocols of Voximplant, Twilio and Vonage as the application that the platform dials.
// What it does on which path stands in ../README.md.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';
import { FRAME_MS, L16, MULAW, promptFrames, readPrompt } from './audio.mjs';
import { Refusal, Twilio, Voximplant, Vonage } from './wires.mjs';

const MIN_SPEECH_MS = 200; // shorter sounds are neither a barge-in nor a question
const END_OF_SPEECH_MS = 400;
const SPEECH_RMS = (32768 / Math.SQRT2) * 10 ** (-40 / 20); // -40 dBFS; 0 dBFS is a full-scale sine
const MAX_MESSAGE = 1 << 20;

class Echo {
  streams = new Map();

  constructor(wire) {
    this.wire = wire;
  }

  on({ kind, tag, format, octets }) {
    if (kind === 'start') this.streams.set(tag, this.wire.open(format, tag));
    if (kind === 'media') this.streams.get(tag)?.write(octets);
    if (kind !== 'stop') return;
    this.streams.get(tag)?.finish();
    this.streams.delete(tag);
  }

  close() {}
}

class Ivr {
  spokenMs = 0; // speech heard since the caller last fell silent

  constructor(wire, ws) {
    this.wire = wire;
    this.ws = ws;
  }

  on({ kind, tag, format, octets, digit }) {
    if (kind === 'start' && !this.frames) {
      if (!format.codec.decode) throw new Refusal(1003, 'unsupported audio');
      Object.assign(this, { tag, format, frames: prompts.get(format.codec)[format.rate] });
      this.play('greeting');
    }
    if (kind === 'media' && format.codec.decode) this.listen(format, format.codec.decode(octets));
    if (kind === 'dtmf' && digit === '#') this.ws.close(1000, 'bye');
    if (kind === 'hangup') this.close();
  }

  listen({ rate }, samples) {
    const size = (rate * FRAME_MS) / 1000;
    for (let at = 0; at < samples.length; at += size) {
      const window = samples.slice(at, at + size);
      const power = window.reduce((sum, s) => sum + s * s, 0) / window.length;
      if (Math.sqrt(power) < SPEECH_RMS) continue;
      this.spokenMs += (window.length * 1000) / rate;
      clearTimeout(this.silence); // also runs out when no audio arrives at all
      this.silence = setTimeout(() => this.fellSilent(), END_OF_SPEECH_MS);
    }
    if (!this.voice || this.spokenMs < MIN_SPEECH_MS) return;
    clearTimeout(this.next);
    this.voice.interrupt();
    this.voice = null;
  }

  fellSilent() {
    if (this.spokenMs >= MIN_SPEECH_MS) this.play('answer');
    this.spokenMs = 0;
  }

  play(name) {
    const begun = performance.now();
    this.voice = this.wire.open(this.format, this.tag);
    const step = (n) => {
      if (n < this.frames.length) this.voice.write(this.frames[n]);
      if (n + 1 < this.frames.length) {
        this.next = setTimeout(step, begun + (n + 1) * FRAME_MS - performance.now(), n + 1);
        return;
      }
      this.voice.finish(name);
      this.voice = null;
    };
    step(0);
  }

  close() {
    clearTimeout(this.next);
    clearTimeout(this.silence);
    this.voice = null;
  }
}

function serve(ws, Wire, Role) {
  const send = (message) => {
    if (ws.bufferedAmount > MAX_MESSAGE) ws.terminate(); // a peer that does not read
    if (ws.readyState === ws.OPEN) ws.send(Buffer.isBuffer(message) ? message : JSON.stringify(message));
  };
  const wire = new Wire(send);
  const role = new Role(wire, ws);
  ws.on('close', () => role.close());
  const take = (event) => {
    if (event.octets?.length % event.format?.codec.width) throw new Refusal(1007, 'half a sample');
    role.on(event);
  };
  ws.on('message', (data, isBinary) => {
    try {
      if (isBinary && Wire !== Vonage) throw new Refusal(1003, 'text messages only');
      const message = isBinary ? data : JSON.parse(data);
      if (Object(message) !== message || Array.isArray(message)) throw new Refusal(1007, 'malformed message');
      if (message.type === 'ping') send({ ...message, type: 'pong' });
      else take(wire.read(message));
    } catch (problem) {
      const { code, message } = problem instanceof Refusal ? problem : new Refusal(1007, 'malformed message');
      ws.close(code, message);
    }
  });
}

function echoRaw(ws) {
  ws.on('message', (data, binary) => {
    ws.pause(); // until this one is on its way: memory stays bounded
    ws.send(data, { binary }, () => ws.resume());
  });
}

const routes = { '/echo': echoRaw };
for (const [name, Wire] of Object.entries({ voximplant: Voximplant, twilio: Twilio, vonage: Vonage })) {
  routes[`/${name}/echo`] = (ws) => serve(ws, Wire, Echo);
  routes[`/${name}/ivr`] = (ws) => serve(ws, Wire, Ivr);
}
const route = (request) => routes[request.url.split('?')[0]];

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    prompt: { type: 'string', default: fileURLToPath(new URL('../../../fixtures/answer-8k.wav', import.meta.url)) },
  },
});
const prompt = readPrompt(options.prompt);
const encode = (codec, rates) => [codec, Object.fromEntries(rates.map((rate) => [rate, promptFrames(prompt, { codec, rate })]))];
const prompts = new Map([encode(L16, [8000, 16000, 24000]), encode(MULAW, [8000])]); // before anyone calls
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(options.port),
  maxPayload: MAX_MESSAGE,
  perMessageDeflate: true,
  handleProtocols: (offered) => offered.has('chat') && 'chat', // what VoxEngine offers by default
  verifyClient: ({ req }, accept) => accept(Boolean(route(req)), 404),
});
server.on('listening', () => console.log(`listening on ws://127.0.0.1:${server.address().port}`));
server.on('connection', (ws, request) => {
  ws.on('error', () => {}); // the close that follows says the same
  route(request)(ws);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close();
    for (const ws of server.clients) ws.close(1001, 'server stops');
    setTimeout(() => server.clients.forEach((ws) => ws.terminate()), 1000).unref();
  });
}

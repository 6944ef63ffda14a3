// What each vendor's messages mean, seen from the application that the platform dials.
// A wire is made with a function that sends an object as JSON text or a Buffer as binary.
// read(message) says what a message is: {kind: start|media|stop|dtmf|hangup, ...} or {}.
// open(format, tag) begins audio of ours: write(octets), then finish(name) or interrupt().
import { ALAW, FRAME_MS, L16, MULAW } from './audio.mjs';

/** Ends the connection with a close code and a reason. */
export class Refusal extends Error {
  constructor(code, reason) {
    super(reason);
    this.code = code;
  }
}

function payloadOf(media) {
  const octets = Buffer.from(media.payload, 'base64');
  if (octets.toString('base64') !== media.payload) throw new Refusal(1007, 'payload is not base64');
  return octets;
}

export class Voximplant {
  static formats = {
    PCM8: { codec: L16, rate: 8000 },
    PCM16: { codec: L16, rate: 16000 },
    ULAW: { codec: MULAW, rate: 8000 },
    ALAW: { codec: ALAW, rate: 8000 },
  };
  sequenceNumber = 0; // one count for the connection, whatever streams it carries
  formats = new Map(); // of the caller's streams that are open, by tag

  constructor(send) {
    this.send = send;
  }

  read(message) {
    const { event, customEvent, digit } = message;
    if (customEvent === 'dtmf') return { kind: 'dtmf', digit };
    if (!['start', 'media', 'stop'].includes(event)) return {};
    const { tag, mediaFormat, ...body } = message[event];
    if (event === 'start') {
      const format = Voximplant.formats[mediaFormat.encoding];
      if (format?.rate !== Number(mediaFormat.sampleRate)) throw new Refusal(1003, 'unsupported audio');
      this.formats.set(tag, { ...format, encoding: mediaFormat.encoding });
    }
    const format = this.formats.get(tag);
    if (!format) return {}; // media or stop without a start
    if (event === 'stop') this.formats.delete(tag);
    return { kind: event, tag, format, octets: event === 'media' ? payloadOf(body) : undefined };
  }

  open(format, tag) {
    const put = (event, body) => this.send({ event, sequenceNumber: this.sequenceNumber++, [event]: { tag, ...body } });
    let [chunk, timestamp, bytesSent] = [0, 0, 0];
    put('start', { mediaFormat: { encoding: format.encoding, sampleRate: format.rate } });
    const stop = () => put('stop', { mediaInfo: { bytesSent, duration: Math.floor((timestamp * 1000) / format.rate) } });
    return {
      write(octets) {
        put('media', { chunk: chunk++, timestamp, payload: octets.toString('base64') });
        timestamp += octets.length / format.codec.width; // in samples
        bytesSent += octets.length;
      },
      finish: stop,
      interrupt: () => {
        stop();
        this.send({ customEvent: 'interrupted' });
      },
    };
  }
}

export class Twilio {
  static format = { codec: MULAW, rate: 8000 };

  constructor(send) {
    this.send = send;
  }

  read({ event, streamSid, media, dtmf }) {
    const { format } = Twilio;
    if (event === 'start') return { kind: 'start', tag: streamSid, format };
    if (event === 'media') return { kind: 'media', tag: streamSid, format, octets: payloadOf(media) };
    if (event === 'dtmf') return { kind: 'dtmf', digit: dtmf.digit };
    return event === 'stop' ? { kind: 'hangup' } : {};
  }

  open(format, streamSid) {
    return {
      write: (octets) => this.send({ event: 'media', streamSid, media: { payload: octets.toString('base64') } }),
      finish: (name) => this.send({ event: 'mark', streamSid, mark: { name } }),
      interrupt: () => this.send({ event: 'clear', streamSid }),
    };
  }
}

export class Vonage {
  constructor(send) {
    this.send = send;
  }

  read(message) {
    if (Buffer.isBuffer(message)) return this.format ? { kind: 'media', format: this.format, octets: message } : {};
    if (message.event === 'websocket:dtmf') return { kind: 'dtmf', digit: message.digit };
    if (message.event !== 'websocket:connected') return {};
    const rate = Number(/^audio\/l16; *rate=(8000|16000|24000)$/.exec(message['content-type'])?.[1]);
    if (!rate) throw new Refusal(1003, 'unsupported audio');
    this.format = { codec: L16, rate };
    return { kind: 'start', format: this.format };
  }

  open({ rate }) {
    const size = (rate * FRAME_MS * 2) / 1000;
    let rest = Buffer.alloc(0);
    return {
      write: (octets) => {
        for (rest = Buffer.concat([rest, octets]); rest.length >= size; rest = rest.subarray(size)) {
          this.send(rest.subarray(0, size));
        }
      },
      finish: (name) => this.send({ action: 'notify', payload: { name } }),
      interrupt: () => this.send({ action: 'clear' }),
    };
  }
}

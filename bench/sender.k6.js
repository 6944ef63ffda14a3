// The sender in k6: a virtual user and a setInterval for each stream.
// k6 run -e URL=… -e STREAMS=… -e RAMP_MS=… sender.k6.js
import { WebSocket } from 'k6/websockets';

const { URL, STREAMS, RAMP_MS } = __ENV;
const message = JSON.stringify({
  event: 'media', sequenceNumber: 1,
  media: { tag: 'caller', chunk: 1, timestamp: 0, payload: 'u'.repeat(216) },
});
export const options = {
  insecureSkipTLSVerify: true,
  scenarios: {
    streams: {
      executor: 'ramping-vus',
      stages: [{ duration: `${RAMP_MS}ms`, target: +STREAMS }, { duration: '10m', target: +STREAMS }],
    },
  },
};

export default function () {
  const socket = new WebSocket(URL);
  socket.addEventListener('open', () => setInterval(() => socket.send(message), 20));
}

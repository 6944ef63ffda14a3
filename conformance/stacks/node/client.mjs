// A client on npm's ws, which lets a judge such as duologue conformance --listen
// perform its cases with it:
//
//   node client.mjs --stack ws --judge ws://127.0.0.1:9001
import { parseArgs } from 'node:util';
import WebSocket from 'ws';

const { values } = parseArgs({ options: { stack: { type: 'string', default: 'ws' }, judge: { type: 'string' } } });
if (values.stack !== 'ws') {
  console.error(`no client on ${values.stack}`);
  process.exit(2);
}

// dial gives the messages of a connection to answer and waits for its end. Some
// cases are about answers that must be refused, so a dial that fails is no error.
function dial(path, answer) {
  return new Promise((resolve) => {
    const socket = new WebSocket(values.judge + path, { perMessageDeflate: { threshold: 0 }, maxPayload: 32 << 20 });
    socket.on('message', (data, isBinary) => answer(socket, data, isBinary));
    socket.on('error', () => {}); // the library closes the connection
    socket.on('close', resolve);
  });
}

let count = 0;
await dial('/getCaseCount', (_, data) => (count = Number(data)));
if (!count) {
  console.error(`${values.judge} does not say how many cases there are`);
  process.exit(1);
}
for (let n = 1; n <= count; n++) {
  await dial(`/runCase?case=${n}&agent=${values.stack}`, (socket, data, binary) => socket.send(data, { binary }));
}
await dial(`/updateReports?agent=${values.stack}`, () => {});

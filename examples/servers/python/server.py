"""A small voice server as people write them on the `websockets` package: it speaks the media
protocols of Voximplant, Twilio and Vonage as the application that the platform dials.
What it does on which path stands in ../README.md.
"""
import argparse
import asyncio
import functools
import http
import json
import math
import pathlib
import signal

import websockets

from audio import FRAME_MS, L16, MuLaw, prompt_frames, read_prompt
from wires import Refusal, Twilio, Voximplant, Vonage

MIN_SPEECH_MS = 200  # shorter sounds are neither a barge-in nor a question
END_OF_SPEECH = 0.4
SPEECH_POWER = (32768 * 10 ** (-40 / 20)) ** 2 / 2  # -40 dBFS; 0 dBFS is a full-scale sine
MAX_MESSAGE = 1 << 20


class Echo:
    def __init__(self, wire, _ws, _frames_of):
        self._wire, self._voices = wire, {}

    async def on(self, event):
        tag = event.stream and event.stream.tag
        if event.kind == "start":
            self._voices[tag] = await self._wire.open(event.stream)
        if event.kind == "media" and tag in self._voices:
            await self._voices[tag].write(event.octets)
        if event.kind == "stop" and tag in self._voices:
            await self._voices.pop(tag).finish()

    def close(self):
        pass


class Ivr:
    def __init__(self, wire, ws, frames_of):
        self._wire, self._ws, self._frames_of = wire, ws, frames_of
        self._stream = None  # the one we answer on
        self._spoken_ms = 0  # speech heard since the caller last fell silent
        self._playing = self._voice = self._silence = None

    async def on(self, event):
        if event.kind == "start" and not self._stream:
            if not event.stream.codec.decode:
                raise Refusal(1003, "unsupported audio")
            self._stream = event.stream
            self._play("greeting")
        if event.kind == "media" and event.stream.codec.decode:
            await self._listen(event.stream, event.octets)
        if event.kind == "dtmf" and event.digit == "#":
            await self._ws.close(1000, "bye")
        if event.kind == "hangup":
            self.close()

    async def _listen(self, stream, octets):
        samples, size = stream.codec.decode(octets), stream.rate * FRAME_MS // 1000
        for at in range(0, len(samples), size):
            window = samples[at:at + size]
            if sum(s * s for s in window) < SPEECH_POWER * len(window):
                continue
            self._spoken_ms += len(window) * 1000 / stream.rate
            if self._silence:
                self._silence.cancel()  # it also runs out when no audio arrives at all
            self._silence = asyncio.get_running_loop().call_later(END_OF_SPEECH, self._fell_silent)
        if not self._voice or self._spoken_ms < MIN_SPEECH_MS:
            return
        self._playing.cancel()
        voice, self._voice = self._voice, None
        await voice.interrupt()

    def _fell_silent(self):
        if self._spoken_ms >= MIN_SPEECH_MS:
            self._play("answer")
        self._spoken_ms = 0

    def _play(self, name):
        self._playing = asyncio.create_task(self._speak(name))

    async def _speak(self, name):
        loop = asyncio.get_running_loop()
        frames, begun = self._frames_of(self._stream.codec, self._stream.rate), loop.time()
        try:
            self._voice = await self._wire.open(self._stream)
            for n, frame in enumerate(frames):
                await asyncio.sleep(begun + n * FRAME_MS / 1000 - loop.time())
                await self._voice.write(frame)
            voice, self._voice = self._voice, None
            await voice.finish(name)
        except websockets.ConnectionClosed:
            pass

    def close(self):
        self._voice = None
        for pending in (self._playing, self._silence):
            if pending:
                pending.cancel()


async def serve(ws, wire_type, role_type, frames_of):
    async def send(message):
        await ws.send(message if isinstance(message, bytes) else json.dumps(message))

    wire = wire_type(send)
    role = role_type(wire, ws, frames_of)

    async def take(data):
        if isinstance(data, bytes) and wire_type is not Vonage:
            raise Refusal(1003, "text messages only")
        message = data if isinstance(data, bytes) else json.loads(data)
        if isinstance(message, dict) and message.get("type") == "ping":
            return await send({**message, "type": "pong"})
        event = wire.read(message)
        if event and event.stream and len(event.octets) % event.stream.codec.width:
            raise Refusal(1007, "half a sample")
        if event:
            await role.on(event)

    try:
        async for data in ws:
            await take(data)
    except Refusal as refusal:
        await ws.close(refusal.code, refusal.reason)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        await ws.close(1007, "malformed message")
    except websockets.ConnectionClosed:
        pass
    finally:
        role.close()


async def echo_raw(ws):
    try:
        async for message in ws:
            await ws.send(message)
    except websockets.ConnectionClosed:
        pass


def routes(prompt):
    frames_of = functools.lru_cache(maxsize=None)(functools.partial(prompt_frames, prompt))
    for form in ((L16, 8000), (L16, 16000), (L16, 24000), (MuLaw, 8000)):
        frames_of(*form)  # encoded before anyone calls: no call waits for another's prompt
    table = {"/echo": echo_raw}
    for wire in (Voximplant, Twilio, Vonage):
        for role in (Echo, Ivr):
            path = f"/{wire.__name__}/{role.__name__}".lower()
            table[path] = functools.partial(serve, wire_type=wire, role_type=role, frames_of=frames_of)
    return table


async def main():
    fixtures = pathlib.Path(__file__).resolve().parents[3] / "fixtures"
    options = argparse.ArgumentParser(description="A small voice server to run the example suites against.")
    options.add_argument("--port", type=int, default=8080, help="0 picks a free one")
    options.add_argument("--prompt", default=str(fixtures / "answer-8k.wav"), help="WAV file, 8 kHz, 16 bit, mono")
    args = options.parse_args()
    table = routes(read_prompt(args.prompt))

    async def refuse_unknown(path, _headers):
        return None if path.split("?")[0] in table else (http.HTTPStatus.NOT_FOUND, [], b"")

    async def handle(ws):
        await table[ws.path.split("?")[0]](ws)

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with websockets.serve(
        handle, "127.0.0.1", args.port, process_request=refuse_unknown, max_size=MAX_MESSAGE,
        subprotocols=["chat"],  # what VoxEngine offers by default
        ping_interval=None, close_timeout=1,
    ) as server:
        print(f"listening on ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await stopped.wait()


asyncio.run(main())

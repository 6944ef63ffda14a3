"""What each vendor's messages mean, seen from the application that the platform dials.

A wire is made with a coroutine function that sends a dict as JSON text or bytes as binary.
read(message) says what a message is: an Event, or None for what is of no interest here.
open(stream) begins audio of ours: write(octets), then finish(name) or interrupt().
"""
import base64
import binascii
import re
from typing import NamedTuple, Optional

from audio import FRAME_MS, ALaw, L16, MuLaw


class Refusal(Exception):
    """Ends the connection with a close code and a reason."""

    def __init__(self, code, reason):
        super().__init__(reason)
        self.code, self.reason = code, reason


class Stream(NamedTuple):
    """A caller's stream: tag is what the vendor tells streams apart by."""

    codec: type
    rate: int
    tag: Optional[str] = None
    encoding: Optional[str] = None


class Event(NamedTuple):
    """kind is start, media, stop, dtmf or hangup."""

    kind: str
    stream: Optional[Stream] = None
    octets: bytes = b""
    digit: Optional[str] = None


def payload_of(media):
    try:
        return base64.b64decode(media["payload"], validate=True)
    except binascii.Error:
        raise Refusal(1007, "payload is not base64")


class Voximplant:
    FORMATS = {"PCM8": (L16, 8000), "PCM16": (L16, 16000), "ULAW": (MuLaw, 8000), "ALAW": (ALaw, 8000)}

    def __init__(self, send):
        self._send = send
        self._streams = {}  # of the caller's, those that are open, by tag
        self._sequence_number = 0  # one count for the connection, whatever streams it carries

    def read(self, message):
        if message.get("customEvent") == "dtmf":
            return Event("dtmf", digit=message.get("digit"))
        event = message.get("event")
        if event not in ("start", "media", "stop"):
            return None
        body = message[event]
        tag = body.get("tag")
        if event == "start":
            encoding, rate = body["mediaFormat"]["encoding"], int(body["mediaFormat"]["sampleRate"])
            codec, wanted = self.FORMATS.get(encoding, (None, None))
            if rate != wanted:
                raise Refusal(1003, "unsupported audio")
            self._streams[tag] = Stream(codec, rate, tag, encoding)
        stream = self._streams.get(tag)
        if not stream:
            return None  # media or stop without a start
        if event == "stop":
            del self._streams[tag]
        return Event(event, stream, payload_of(body) if event == "media" else b"")

    async def put(self, event, stream, body):
        tag = {} if stream.tag is None else {"tag": stream.tag}
        number, self._sequence_number = self._sequence_number, self._sequence_number + 1
        await self._send({"event": event, "sequenceNumber": number, event: {**tag, **body}})

    async def open(self, stream):
        await self.put("start", stream, {"mediaFormat": {"encoding": stream.encoding, "sampleRate": stream.rate}})
        return VoximplantVoice(self, stream, self._send)


class VoximplantVoice:
    def __init__(self, wire, stream, send):
        self._wire, self._stream, self._send = wire, stream, send
        self._chunk = self._bytes = 0

    async def write(self, octets):
        chunk, timestamp = self._chunk, self._bytes // self._stream.codec.width  # in samples
        self._chunk += 1
        self._bytes += len(octets)
        payload = base64.b64encode(octets).decode()
        await self._wire.put("media", self._stream, {"chunk": chunk, "timestamp": timestamp, "payload": payload})

    async def finish(self, _name=None):
        duration = self._bytes * 1000 // self._stream.codec.width // self._stream.rate
        await self._wire.put("stop", self._stream, {"mediaInfo": {"bytesSent": self._bytes, "duration": duration}})

    async def interrupt(self):
        await self.finish()
        await self._send({"customEvent": "interrupted"})


class Twilio:
    def __init__(self, send):
        self._send = send

    def read(self, message):
        event, stream = message.get("event"), Stream(MuLaw, 8000, message.get("streamSid"))
        if event == "start":
            return Event("start", stream)
        if event == "media":
            return Event("media", stream, payload_of(message["media"]))
        if event == "dtmf":
            return Event("dtmf", digit=message["dtmf"]["digit"])
        return Event("hangup") if event == "stop" else None

    async def open(self, stream):
        return TwilioVoice(stream.tag, self._send)


class TwilioVoice:
    def __init__(self, stream_sid, send):
        self._sid, self._send = {"streamSid": stream_sid}, send

    async def write(self, octets):
        await self._send({"event": "media", **self._sid, "media": {"payload": base64.b64encode(octets).decode()}})

    async def finish(self, name):
        await self._send({"event": "mark", **self._sid, "mark": {"name": name}})

    async def interrupt(self):
        await self._send({"event": "clear", **self._sid})


class Vonage:
    def __init__(self, send):
        self._send, self._stream = send, None

    def read(self, message):
        if isinstance(message, bytes):
            return Event("media", self._stream, message) if self._stream else None
        if message.get("event") == "websocket:dtmf":
            return Event("dtmf", digit=message.get("digit"))
        if message.get("event") != "websocket:connected":
            return None
        declared = re.fullmatch(r"audio/l16; *rate=(8000|16000|24000)", str(message.get("content-type")))
        if not declared:
            raise Refusal(1003, "unsupported audio")
        self._stream = Stream(L16, int(declared[1]))
        return Event("start", self._stream)

    async def open(self, stream):
        return VonageVoice(stream.rate, self._send)


class VonageVoice:
    def __init__(self, rate, send):
        self._size, self._send, self._rest = rate * FRAME_MS * 2 // 1000, send, b""

    async def write(self, octets):
        self._rest += octets
        while len(self._rest) >= self._size:
            frame, self._rest = self._rest[:self._size], self._rest[self._size:]
            await self._send(frame)

    async def finish(self, name):
        await self._send({"action": "notify", "payload": {"name": name}})

    async def interrupt(self):
        await self._send({"action": "clear"})

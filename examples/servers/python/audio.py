"""Audio of one channel: 16-bit linear PCM (little-endian) and G.711 mu-law."""
import struct
import wave

FRAME_MS = 20


def _mulaw_to_linear(octet):
    bits = ~octet & 0xFF
    magnitude = ((((bits & 0x0F) << 3) + 132) << ((bits >> 4) & 7)) - 132
    return -magnitude if bits & 0x80 else magnitude


def _linear_to_mulaw(sample):
    biased = min(abs(sample), 32635) + 132
    segment = biased.bit_length() - 8
    return ~((0x80 if sample < 0 else 0) | segment << 4 | biased >> (segment + 3) & 0x0F) & 0xFF


class L16:
    width = 2

    @staticmethod
    def encode(samples):
        return struct.pack(f"<{len(samples)}h", *samples)

    @staticmethod
    def decode(octets):
        return struct.unpack(f"<{len(octets) // 2}h", octets)


class MuLaw:
    width = 1
    _table = [_mulaw_to_linear(octet) for octet in range(256)]

    @staticmethod
    def encode(samples):
        return bytes(map(_linear_to_mulaw, samples))

    @classmethod
    def decode(cls, octets):
        return [cls._table[octet] for octet in octets]


class ALaw:
    width = 1  # carried, not understood
    decode = None


def read_prompt(path):
    """The samples of a WAV file, which must be 8 kHz, 16 bit, mono."""
    with wave.open(path) as wav:
        if (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) != (1, 2, 8000):
            raise SystemExit(f"{path}: want a WAV file of 8 kHz, 16 bit, mono")
        return L16.decode(wav.readframes(wav.getnframes()))


def prompt_frames(prompt, codec, rate):
    """The prompt as encoded frames of exactly 20 ms, the last one filled up with silence."""
    factor = rate // 8000
    samples = []
    for here, after in zip(prompt, (*prompt[1:], 0)):
        samples += (here + (after - here) * part // factor for part in range(factor))
    size = rate * FRAME_MS // 1000
    samples += [0] * (-len(samples) % size)
    return [codec.encode(samples[at:at + size]) for at in range(0, len(samples), size)]

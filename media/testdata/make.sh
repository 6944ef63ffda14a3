#!/bin/sh
# Makes the WAV files of this directory with SoX 14.4.2 and Python 3: 100 ms of a
# sine of 440 Hz at half of full scale, as different programs write it.
set -eu
cd "$(dirname "$0")"
tone="synth 0.1 sine 440 vol 0.5"
for bits in 8 16 24 32; do
	sox -D -R -n -r 8000 -c 1 -b $bits sox-pcm$bits.wav $tone
done
sox -D -R -n -r 8000 -c 1 -b 32 -e floating-point sox-float32.wav $tone
sox -D -R -n -r 8000 -c 1 -b 64 -e floating-point sox-float64.wav $tone
sox -D -R -n -r 8000 -c 1 -e a-law sox-alaw.wav $tone
sox -D -R -n -r 8000 -c 1 -e u-law sox-ulaw.wav $tone
sox -D -R -n -r 44100 -c 2 -b 24 sox-stereo.wav $tone
sox -D -R -n -r 8000 -c 1 -b 16 -t wav - $tone | cat >sox-pipe.wav
python3 - <<'PY'
import math, wave
with wave.open("python.wav", "wb") as w:
    w.setparams((1, 2, 16000, 0, "NONE", "none"))
    w.writeframes(b"".join(round(16384 * math.sin(2 * math.pi * 440 * i / 16000)).to_bytes(2, "little", signed=True) for i in range(1600)))
PY

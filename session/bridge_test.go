package session

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/media"
)

// A bridge between two rates passes on the same octets as resampling the whole
// stream at once, however the stream is cut into chunks.
func TestBridgeBetweenRates(t *testing.T) {
	narrow, wide := media.Format{Codec: media.L16BE, Rate: 8000}, media.Format{Codec: media.L16LE, Rate: 16000}
	for _, f := range []struct{ from, to media.Format }{{narrow, wide}, {wide, narrow}} {
		tk := testConn().talk
		tk.hearing.noteHeld(&dialect.MediaStarted{Tag: "a", Format: f.from}, 0)
		out := &arrivals{}
		if err := tk.bridge("a", out, f.to); err != nil {
			t.Fatal(err)
		}
		clip := media.Sweep(300, 3000, 200*time.Millisecond, -6, f.from.Rate)
		octets, err := f.from.Encode(clip)
		if err != nil {
			t.Fatal(err)
		}
		const chunk = 322
		for rest := octets; len(rest) > 0; rest = rest[min(chunk, len(rest)):] {
			tk.hearing.noteHeld(&dialect.Chunk{Tag: "a", Format: f.from, Data: rest[:min(chunk, len(rest))]}, 0)
		}
		tk.hearing.noteHeld(&dialect.MediaEnded{Tag: "a", By: dialect.ByStop}, 0)
		whole, err := f.from.Decode(octets)
		if err != nil {
			t.Fatal(err)
		}
		want, err := f.to.Encode(media.Resample(whole, f.to.Rate))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.octets, want) {
			t.Errorf("%s to %s: %d octets leave that are not the %d of the whole", f.from, f.to, len(out.octets), len(want))
		}
	}
}

// Opaque audio cannot be converted, so a bridge to another format is refused.
func TestNoBridgeFromOpaque(t *testing.T) {
	tk := testConn().talk
	tk.hearing.noteHeld(&dialect.MediaStarted{Tag: "a", Format: media.Format{Codec: media.Opaque, Rate: 48000}}, 0)
	err := tk.bridge("a", &arrivals{}, media.Format{Codec: media.ULaw, Rate: 8000})
	if err == nil || !strings.Contains(err.Error(), "opaque audio can only be passed on as it is") {
		t.Errorf("bridge() = %v, want a refusal", err)
	}
}

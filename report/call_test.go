package report

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
)

// tone is a stream of 20 ms chunks of a full tone that plays without a pause from an offset on.
func tone(t *testing.T, sent bool, f media.Format, at, length time.Duration) trace.Stream {
	t.Helper()
	octets, err := f.Encode(media.Tone(400, length, -6, f.Rate))
	if err != nil {
		t.Fatal(err)
	}
	s := trace.Stream{Tag: "a", Sent: sent, Format: f, Octets: octets}
	const chunk = 20 * time.Millisecond
	for k := time.Duration(0); k < length; k += chunk {
		c := trace.Chunk{At: at + k, After: at + k, Size: f.Octets(chunk)}
		if sent {
			c.Due = at + k
		} else {
			c.Played, c.PlayedEnd = at+k, at+k+chunk
		}
		s.Chunks = append(s.Chunks, c)
	}
	return s
}

// loud gives the stretches of a clip, in ms, in which something is heard.
func loud(c media.Clip) [][2]int {
	var out [][2]int
	step := c.Rate.Samples(10 * time.Millisecond)
	for k := 0; k < len(c.Samples); k += step {
		var most float64
		for _, v := range c.Samples[k:min(k+step, len(c.Samples))] {
			most = max(most, math.Abs(float64(v)))
		}
		at := k / step * 10
		switch n := len(out); {
		case most < 0.2:
		case n > 0 && out[n-1][1] == at:
			out[n-1][1] = at + 10
		default:
			out = append(out, [2]int{at, at + 10})
		}
	}
	return out
}

func TestCallOf(t *testing.T) {
	const ms = time.Millisecond
	ulaw, wide := media.Format{Codec: media.ULaw, Rate: 8000}, media.Format{Codec: media.L16LE, Rate: 16000}
	cleared := tone(t, false, ulaw, 300*ms, 200*ms)
	cleared.Cleared = []time.Duration{300*ms + 100*ms}
	for k := range cleared.Chunks { // it all came at once
		cleared.Chunks[k].At = 300 * ms
	}
	full := tone(t, false, ulaw, 300*ms, 200*ms)
	for k := range full.Chunks[5:] { // there was no room for the rest
		full.Chunks[5+k].Played, full.Chunks[5+k].PlayedEnd = 400*ms, 400*ms
	}
	early := tone(t, true, ulaw, 300*ms, 200*ms)
	for k := range early.Chunks { // sent as soon as possible
		early.Chunks[k].At, early.Chunks[k].Due = 300*ms, 300*ms
	}
	lost := tone(t, true, ulaw, 300*ms, 200*ms)
	lost.Octets = nil
	tests := []struct {
		name        string
		role        string
		streams     []trace.Stream
		from        time.Duration
		rate        media.Rate
		caller, app [][2]int
	}{
		{"one after the other", "platform", []trace.Stream{tone(t, false, ulaw, 700*ms, 200*ms), tone(t, true, ulaw, 300*ms, 200*ms)}, 300 * ms, 8000, [][2]int{{0, 200}}, [][2]int{{400, 600}}},
		{"we are the app", "app", []trace.Stream{tone(t, false, ulaw, 700*ms, 200*ms), tone(t, true, ulaw, 300*ms, 200*ms)}, 300 * ms, 8000, [][2]int{{400, 600}}, [][2]int{{0, 200}}},
		{"two rates", "platform", []trace.Stream{tone(t, false, wide, 300*ms, 200*ms), tone(t, true, ulaw, 300*ms, 200*ms)}, 300 * ms, 16000, [][2]int{{0, 200}}, [][2]int{{0, 200}}},
		{"cleared", "platform", []trace.Stream{cleared}, 300 * ms, 8000, nil, [][2]int{{0, 100}}},
		{"no room", "platform", []trace.Stream{full}, 300 * ms, 8000, nil, [][2]int{{0, 100}}},
		{"as soon as possible", "platform", []trace.Stream{early}, 300 * ms, 8000, [][2]int{{0, 200}}, nil},
		{"not kept", "platform", []trace.Stream{lost}, 0, 0, nil, nil},
		{"opaque", "platform", []trace.Stream{{Format: media.Format{Codec: media.Opaque, Rate: 48000}, Octets: []byte("x"), Chunks: []trace.Chunk{{Size: 1}}}}, 0, 0, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			call, ok := CallOf(&trace.Connection{Role: tt.role, Streams: tt.streams})
			if ok != (tt.rate != 0) {
				t.Fatalf("CallOf() reports %v", ok)
			}
			if call.From != tt.from || call.Caller.Rate != tt.rate || call.App.Rate != tt.rate {
				t.Errorf("it begins at %v with %d and %d Hz, want %v and %d", call.From, call.Caller.Rate, call.App.Rate, tt.from, tt.rate)
			}
			if got := loud(call.Caller); !slices.Equal(got, tt.caller) {
				t.Errorf("the caller is heard in %v ms, want %v", got, tt.caller)
			}
			if got := loud(call.App); !slices.Equal(got, tt.app) {
				t.Errorf("the app is heard in %v ms, want %v", got, tt.app)
			}
		})
	}
}

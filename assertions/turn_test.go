package assertions_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// turn reads checks as a step would write them.
func turn(t *testing.T, yaml string) *spec.Turn {
	t.Helper()
	var out diag.List
	s := spec.Parse("t.yaml", "scenarios: [{name: n, steps: [{assert: {turn: {caller: c, bot: b, "+yaml+"}}}]}]", &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", yaml, out.Err())
	}
	bound, err := s.Scenarios[0].Steps[0].Action.(*spec.Assert).Turn.Bind(expr.Env{Names: expr.Map{}})
	if err != nil {
		t.Fatal(err)
	}
	return bound
}

// said is a stream that has ended. It alternates silence and tone of the given
// lengths, and plays from a time on.
func said(t *testing.T, at time.Duration, lengths ...time.Duration) trace.Stream {
	t.Helper()
	var parts []media.Clip
	for i, d := range lengths {
		part := media.Silence(d, 8000)
		if i%2 == 1 {
			part = media.Tone(400, d, -20, 8000)
		}
		parts = append(parts, part)
	}
	s := received(t, media.Concat(8000, parts...), media.L16LE, "PCM8")
	for k := range s.Chunks {
		c := &s.Chunks[k]
		c.At += at - time.Second
		c.Played, c.PlayedEnd = c.At, c.At+20*ms
	}
	s.Start, s.Ended = at, true
	s.End = s.Chunks[len(s.Chunks)-1].At
	return s
}

// sent is such a stream that we send.
func sent(t *testing.T, at time.Duration, lengths ...time.Duration) trace.Stream {
	t.Helper()
	s := said(t, at, lengths...)
	s.Sent = true
	for k := range s.Chunks {
		c := &s.Chunks[k]
		*c = trace.Chunk{Due: c.At, At: c.At, After: c.At, Size: c.Size}
	}
	return s
}

// allAtOnce makes all chunks come together with the first, and play one after
// the other.
func allAtOnce(s trace.Stream) trace.Stream {
	s.Chunks = slices.Clone(s.Chunks)
	for k := range s.Chunks {
		s.Chunks[k].At = s.Chunks[0].At
	}
	return s
}

// cutOff makes the playback buffer have no room for what would play after a
// time.
func cutOff(s trace.Stream, after time.Duration) trace.Stream {
	s.Chunks = slices.Clone(s.Chunks)
	for k := range s.Chunks {
		c := &s.Chunks[k]
		c.PlayedEnd = max(c.Played, min(c.PlayedEnd, after))
	}
	return s
}

func TestTurn(t *testing.T) {
	caller := sent(t, 0, 100*ms, 400*ms, 100*ms) // speaks from 100 to 500 ms
	answer := said(t, 800*ms, 100*ms, 600*ms, 200*ms, 100*ms)
	greeting := said(t, 0, 0, time.Second) // speaks from 0 to 1 s
	still := answer
	still.Ended = false
	silent := said(t, 800*ms, 500*ms)
	stopped := said(t, 0, 0, 300*ms)
	halved := answer
	halved.Octets = answer.Octets[:len(answer.Octets)-1]
	late := said(t, time.Second, 3200*ms, 400*ms)
	tests := []struct {
		name  string
		talk  assertions.Talk
		check string
		want  string // the beginning of the figure; "" if the check passes
	}{
		{"response", assertions.Talk{Caller: caller, Bot: answer}, "response: {$between: [390ms, 400ms]}", ""},
		{"response, too late", assertions.Talk{Caller: caller, Bot: answer}, "response: {$lt: 390ms}", "39"},
		{"response before the question ends", assertions.Talk{Caller: caller, Bot: greeting}, "response: {$lt: 1s}", "-50"},
		{"response of a silent bot", assertions.Talk{Caller: caller, Bot: silent}, "response: {$lt: 9s}", "not measurable: the bot: "},
		{"response to a silent caller", assertions.Talk{Caller: silent, Bot: answer}, "response: {$lt: 9s}", "not measurable: the caller: "},
		{"response to a caller who goes on", assertions.Talk{Caller: still, Bot: answer}, "response: {$lt: 9s}", "not measurable: the caller: the stream has not ended yet"},
		{"response from a moment", assertions.Talk{Bot: answer, From: 700 * ms, Asked: true}, "response: {$between: [195ms, 205ms]}", ""},
		{"first audio", assertions.Talk{Caller: caller, Bot: answer}, "first_audio: {$between: [390ms, 400ms]}", ""},
		{"first audio counts arrival, not playing", assertions.Talk{Caller: caller, Bot: shifted(answer, 300*ms)}, "first_audio: {$between: [390ms, 400ms]}", ""},
		{"response counts playing", assertions.Talk{Caller: caller, Bot: shifted(answer, 300*ms)}, "response: {$between: [690ms, 700ms]}", ""},
		{"first audio after 3 s", assertions.Talk{Caller: caller, Bot: late}, "first_audio: {$lt: 9s}", "not measurable: the bot: there is no speech in the first 3 s"},
		{"no over-talk", assertions.Talk{Caller: caller, Bot: answer}, "over_talk: 0ms", ""},
		{"over-talk", assertions.Talk{Caller: caller, Bot: greeting}, "over_talk: {$between: [390ms, 410ms]}", ""},
		{"too much over-talk", assertions.Talk{Caller: caller, Bot: greeting}, "over_talk: {$lt: 300ms}", "4"},
		{"over-talk of a stream that runs", assertions.Talk{Caller: caller, Bot: still}, "over_talk: 0ms", "not measurable: the bot: the stream has not ended yet"},
		{"over-talk of one with two", assertions.Talk{Caller: sent(t, 0, 0, time.Second), Bot: said(t, 0, 100*ms, 200*ms, 400*ms, 200*ms)}, "over_talk: {$between: [380ms, 420ms]}", ""},
		{"over-talk of two with one", assertions.Talk{Caller: sent(t, 0, 100*ms, 200*ms, 400*ms, 200*ms), Bot: said(t, 0, 0, time.Second)}, "over_talk: {$between: [380ms, 420ms]}", ""},
		{"over-talk of a silent bot", assertions.Talk{Caller: caller, Bot: silent}, "over_talk: 0ms", "not measurable: the bot: the audio is silent throughout"},
		{"nobody speaks yet", assertions.Talk{Caller: sent(t, 0, 2*time.Second, 400*ms), Bot: said(t, 2500*ms, 0, 400*ms)}, "dead_air: {$between: [80ms, 120ms]}", ""},
		{"chunks that are a little uneven", assertions.Talk{Caller: caller, Bot: uneven(greeting)}, "dead_air: 0ms", ""},
		{"dead air of a stream that runs", assertions.Talk{Caller: caller, Bot: still}, "dead_air: {$lt: 9s}", "not measurable: the bot: the stream has not ended yet"},
		{"dead air after the bot", assertions.Talk{Caller: sent(t, 0, time.Second, 400*ms), Bot: said(t, 0, 0, 300*ms)}, "dead_air: {$between: [680ms, 720ms]}", ""},
		{"first audio to a silent caller", assertions.Talk{Caller: silent, Bot: answer}, "first_audio: {$lt: 9s}", "not measurable: the caller: "},
		{"first audio of a bot that sends none", assertions.Talk{Caller: caller}, "first_audio: {$lt: 9s}", "not measurable: the bot: no audio has come yet"},
		{"first audio that is opaque", assertions.Talk{Caller: caller, Bot: relabel(answer, media.Opaque)}, "first_audio: {$lt: 9s}", "not measurable: the bot: decode opaque at 8000 Hz: "},
		{"over-talk of a bot that sends nothing", assertions.Talk{Caller: caller}, "over_talk: 0ms", "not measurable: the bot: no audio has come yet"},
		{"over-talk that is opaque", assertions.Talk{Caller: caller, Bot: relabel(answer, media.Opaque)}, "over_talk: 0ms", "not measurable: the bot: opaque audio cannot be heard"},
		{"over-talk of half a sample", assertions.Talk{Caller: caller, Bot: halved}, "over_talk: 0ms", "not measurable: the bot: decode l16le at 8000 Hz: 15999 octets are not whole samples"},
		{"over-talk of a moment", assertions.Talk{Caller: caller, Bot: said(t, 0, 40*ms)}, "over_talk: 0ms", "not measurable: the bot: the audio is too short to measure: speech lasts at least 50 ms"},
		{"over-talk of what was cleared before it played", assertions.Talk{Caller: caller, Bot: allAtOnce(greeting), Cleared: []time.Duration{0}}, "over_talk: 0ms", "not measurable: the bot: nothing was said"},
		{"over-talk of what found no room", assertions.Talk{Caller: caller, Bot: cutOff(greeting, 310*ms)}, "over_talk: {$between: [200ms, 220ms]}", ""},
		{"dead air", assertions.Talk{Caller: caller, Bot: answer}, "dead_air: {$between: [390ms, 400ms]}", ""},
		{"too much dead air", assertions.Talk{Caller: caller, Bot: answer}, "dead_air: {$lt: 350ms}", "39"},
		{"dead air within one side", assertions.Talk{Caller: caller, Bot: said(t, 500*ms, 0, 100*ms, 300*ms, 100*ms)}, "dead_air: {$between: [280ms, 300ms]}", ""},
		{"talked over for good", assertions.Talk{Caller: caller, Bot: greeting}, "barge_in: {heard: {$lt: 500ms}}", "9"},
		{"fell silent", assertions.Talk{Caller: caller, Bot: stopped, Stopped: []time.Duration{310 * ms}},
			"barge_in: {heard: {$between: [195ms, 210ms]}, told: {$between: [205ms, 220ms]}, last_chunk: {$between: [175ms, 190ms]}, ahead: {$between: [15ms, 25ms]}}", ""},
		{"cleared", assertions.Talk{Caller: caller, Bot: allAtOnce(greeting), Cleared: []time.Duration{350 * ms}},
			"barge_in: {heard: {$between: [245ms, 260ms]}, told: {$between: [245ms, 260ms]}, last_chunk: 0ms, ahead: {$between: [890ms, 910ms]}}", ""},
		{"cleared, and talks on", assertions.Talk{Caller: caller, Bot: greeting, Cleared: []time.Duration{350 * ms}}, "barge_in: {heard: {$lt: 500ms}}", "9"},
		{"cleared, and answers later", assertions.Talk{Caller: caller, Bot: said(t, 0, 0, 300*ms, 600*ms, 400*ms), Cleared: []time.Duration{310 * ms}},
			"barge_in: {heard: {$lt: 300ms}, last_chunk: {$lt: 300ms}}", ""},
		{"cleared, and goes on after a breath", assertions.Talk{Caller: caller, Bot: said(t, 0, 0, 350*ms, 100*ms, 500*ms), Cleared: []time.Duration{350 * ms}},
			"barge_in: {heard: {$lt: 500ms}}", "8"},
		{"cleared in silence, and answers later", assertions.Talk{Caller: caller, Bot: said(t, 0, 0, 290*ms, 600*ms, 400*ms), Cleared: []time.Duration{500 * ms}},
			"barge_in: {last_chunk: {$between: [175ms, 190ms]}}", ""},
		{"silent in the same stream", assertions.Talk{Caller: caller, Bot: said(t, 0, 0, 290*ms, 600*ms)}, "barge_in: {last_chunk: {$between: [175ms, 190ms]}}", ""},
		{"told before the caller spoke", assertions.Talk{Caller: caller, Bot: greeting, Cleared: []time.Duration{50 * ms}}, "barge_in: {told: {$lt: 9s}}", "not measurable: neither a clear nor a stop came"},
		{"cleared before the caller spoke", assertions.Talk{Caller: sent(t, 0, time.Second, 400*ms), Bot: said(t, 0, 0, 200*ms, 600*ms, 500*ms), Cleared: []time.Duration{210 * ms}},
			"barge_in: {heard: {$between: [280ms, 320ms]}}", ""},
		{"the last chunk alone", assertions.Talk{Caller: caller, Bot: stopped}, "barge_in: {last_chunk: {$lt: 100ms}}", "18"},
		{"ahead alone", assertions.Talk{Caller: caller, Bot: stopped}, "barge_in: {ahead: {$gt: 100ms}}", "2"},
		{"a silent caller breaks in", assertions.Talk{Caller: silent, Bot: greeting}, "barge_in: {heard: {$lt: 9s}}", "not measurable: the caller: "},
		{"a silent bot is talked over", assertions.Talk{Caller: caller, Bot: silent}, "barge_in: {heard: {$lt: 9s}}", "not measurable: the bot: "},
		{"never told", assertions.Talk{Caller: caller, Bot: stopped}, "barge_in: {told: {$lt: 9s}}", "not measurable: neither a clear nor a stop came"},
		{"nothing to talk over", assertions.Talk{Caller: caller, Bot: answer}, "barge_in: {heard: {$lt: 9s}}", "not measurable: the bot was not speaking"},
		{"it had ended", assertions.Talk{Caller: sent(t, 0, 2*time.Second, 100*ms), Bot: greeting}, "barge_in: {heard: {$lt: 9s}}", "not measurable: the bot was not speaking"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checks := assertions.Turn(turn(t, tt.check), tt.talk)
			if len(checks) == 0 {
				t.Errorf("%s checks nothing", tt.check)
			}
			for _, c := range checks {
				switch {
				case tt.want == "" && c.Verdict != trace.Passed:
					t.Errorf("%s: %s, want %s", c.Subject, c.Actual, c.Expected)
				case tt.want != "" && (c.Verdict != trace.Failed || !strings.HasPrefix(c.Actual, tt.want)):
					t.Errorf("%s is %s with %q, want it to fail with %q", c.Subject, c.Verdict, c.Actual, tt.want)
				}
			}
		})
	}
}

// shifted makes a stream play later than it comes.
func shifted(s trace.Stream, by time.Duration) trace.Stream {
	s.Chunks = slices.Clone(s.Chunks)
	for k := range s.Chunks {
		s.Chunks[k].Played += by
		s.Chunks[k].PlayedEnd += by
	}
	return s
}

// uneven makes every second chunk play 5 ms late.
func uneven(s trace.Stream) trace.Stream {
	s.Chunks = slices.Clone(s.Chunks)
	for k := range s.Chunks {
		if k%2 == 1 {
			s.Chunks[k].Played += 5 * ms
			s.Chunks[k].PlayedEnd += 5 * ms
		}
	}
	return s
}

// Each check of how the bot fell silent tells all four figures.
func TestBargeInTells(t *testing.T) {
	talk := assertions.Talk{Caller: sent(t, 0, 100*ms, 400*ms, 100*ms), Bot: said(t, 0, 0, 300*ms)}
	for _, tt := range []struct {
		stopped []time.Duration
		want    string
	}{
		{nil, "never told: neither a clear nor a stop came, last chunk "},
		{[]time.Duration{310 * ms}, "told 21"},
	} {
		talk.Stopped = tt.stopped
		got := assertions.Turn(turn(t, "barge_in: {heard: {$lt: 9s}}"), talk)[0].Actual
		if !strings.Contains(got, " (heard 20") || !strings.Contains(got, tt.want) || !strings.Contains(got, ", ahead 2") {
			t.Errorf("stopped at %v: %q, want %q in it", tt.stopped, got, tt.want)
		}
	}
}

// Our own lateness excuses exactly what it can explain.
func TestTurnExcuses(t *testing.T) {
	talk := assertions.Talk{Caller: sent(t, 0, 100*ms, 400*ms), Bot: said(t, 800*ms, 100*ms, 600*ms)} // answers after 400 ms
	for _, tt := range []struct {
		check string
		late  time.Duration
		from  time.Duration // 0 for the end of the caller's speech
		want  trace.Verdict
	}{
		{"response: {$lt: 380ms}", 0, 0, trace.Failed},
		{"response: {$lt: 380ms}", 10 * ms, 0, trace.Failed},
		{"response: {$lt: 380ms}", 30 * ms, 0, trace.Inconclusive},
		{"response: {$between: [370ms, 372ms]}", 40 * ms, 0, trace.Inconclusive},
		{"response: {$gt: 420ms}", 30 * ms, 0, trace.Inconclusive},
		{"response: {$lt: 420ms}", 30 * ms, 0, trace.Passed},
		{"barge_in: {heard: {$lt: 9s}}", 30 * ms, 0, trace.Failed}, // not measurable
		{"response: {$lt: 0ms}", 30 * ms, 890 * ms, trace.Failed},  // no answer comes before its question
	} {
		talk.Late, talk.From, talk.Asked = tt.late, tt.from, tt.from != 0
		if got := assertions.Turn(turn(t, tt.check), talk)[0]; got.Verdict != tt.want {
			t.Errorf("%s when late by %s is %s (%s), want %s", tt.check, tt.late, got.Verdict, got.Actual, tt.want)
		}
	}
}

// A check of a turn tells which stretch of time was measured, if it is a single one.
func TestTurnTellsWhen(t *testing.T) {
	caller := sent(t, 0, 100*ms, 400*ms, 100*ms) // speaks from 100 to 500 ms
	asked := assertions.Talk{Caller: caller, Bot: said(t, 800*ms, 100*ms, 600*ms)}
	interrupted := assertions.Talk{Caller: caller, Bot: said(t, 0, 0, 300*ms), Stopped: []time.Duration{320 * ms}}
	tests := []struct {
		check       string
		talk        assertions.Talk
		from, until time.Duration // 0, 0: none
	}{
		{"response: {$lt: 1ms}", asked, 500 * ms, 900 * ms},
		{"first_audio: {$lt: 9s}", asked, 500 * ms, 900 * ms},
		{"dead_air: {$lt: 9s}", asked, 500 * ms, 900 * ms},
		{"dead_air: {$lt: 1ms}", interrupted, 0, 0}, // there is none
		{"over_talk: {$lt: 9s}", interrupted, 0, 0}, // a sum
		{"barge_in: {heard: {$lt: 9s}}", interrupted, 100 * ms, 300 * ms},
		{"barge_in: {told: {$lt: 9s}}", interrupted, 100 * ms, 320 * ms},
		{"barge_in: {last_chunk: {$lt: 9s}}", interrupted, 100 * ms, 280 * ms},
		{"barge_in: {ahead: {$lt: 9s}}", interrupted, 280 * ms, 300 * ms},
		{"response: {$lt: 9s}", assertions.Talk{Caller: caller}, 0, 0}, // not measurable
	}
	for _, tt := range tests {
		c := assertions.Turn(turn(t, tt.check), tt.talk)[0]
		if (c.From-tt.from).Abs() > 10*ms || (c.Until-tt.until).Abs() > 10*ms || (c.Until == 0) != (tt.until == 0) {
			t.Errorf("%s was measured from %s to %s, want %s to %s", tt.check, c.From, c.Until, tt.from, tt.until)
		}
		if c.Until != 0 && (c.Until-c.From).Round(time.Microsecond) != time.Duration(c.Figure.Value) {
			t.Errorf("%s: from %s to %s, but the figure is %s", tt.check, c.From, c.Until, time.Duration(c.Figure.Value))
		}
	}
}

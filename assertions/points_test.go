package assertions_test

import (
	"slices"
	"testing"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/trace"
)

// The audio is 200 ms of silence, 400 ms of tone and 200 ms of silence, in
// chunks of 100 ms that are heard 50 ms after they came. The rows give the
// points of the stream, or why there is none.
func TestPoint(t *testing.T) {
	audio := media.Concat(8000, media.Silence(200*ms, 8000), media.Tone(440, 400*ms, -10, 8000), media.Silence(200*ms, 8000))
	speech, err := measure.Speech(audio)
	if err != nil {
		t.Fatal(err)
	}
	format := media.Format{Codec: media.L16LE, Rate: 8000}
	all, err := format.Encode(audio)
	if err != nil {
		t.Fatal(err)
	}
	received := trace.Stream{Format: format, Octets: all, Ended: true}
	sent := received
	sent.Sent = true
	for k := range 8 {
		at := time.Second + time.Duration(k)*100*ms
		received.Chunks = append(received.Chunks, trace.Chunk{At: at, Played: at + 50*ms, Size: 1600})
		sent.Chunks = append(sent.Chunks, trace.Chunk{Due: at, At: at + ms, After: at + 2*ms, Played: at + 70*ms, Size: 1600})
	}
	open := func(s trace.Stream) trace.Stream { s.Ended = false; return s }
	until := func(s trace.Stream, chunks int) trace.Stream { // all octets are known, but not all chunks have left
		s.Chunks = s.Chunks[:chunks]
		return s
	}
	late := received // its last chunks are heard 500 ms later
	late.Chunks = slices.Clone(received.Chunks)
	for k := 3; k < 8; k++ {
		late.Chunks[k].Played += 500 * ms
	}
	quiet := func(s trace.Stream, from time.Duration) trace.Stream { // silence ended it, and more came later
		s.By, s.Quiet = "silence", from
		return s
	}
	silent := received
	silent.Octets = make([]byte, len(all))
	opaque := received
	opaque.Format.Codec = media.Opaque
	one := until(received, 1)
	heard := time.Second + 50*ms
	tests := []struct {
		name, point string
		stream      trace.Stream
		want        time.Duration
		err         string
	}{
		{"the first chunk was read", "start", received, time.Second, ""},
		{"the first chunk was written", "start", sent, time.Second + ms, ""},
		{"one chunk is enough", "start", one, time.Second, ""},
		{"the last chunk was read", "end", received, 1700 * ms, ""},
		{"the last chunk was written", "end", sent, 1702 * ms, ""},
		{"the first sample is heard", "played_start", received, 1050 * ms, ""},
		{"the first sample left", "played_start", sent, 1001 * ms, ""},
		{"the last sample is heard", "played_end", received, 1850 * ms, ""},
		{"the last sample left", "played_end", sent, 1801 * ms, ""},
		{"speech begins", "speech_start", received, heard + speech.Start, ""},
		{"speech ends", "speech_end", received, heard + speech.End, ""},
		{"speech begins in what is sent", "speech_start", sent, time.Second + ms + speech.Start, ""},
		{"speech ends in what is sent", "speech_end", open(sent), time.Second + ms + speech.End, ""},
		{"speech begins before the gap", "speech_start", late, heard + speech.Start, ""},
		{"speech ends after the gap", "speech_end", late, heard + speech.End + 500*ms, ""},
		{"speech begins in a stream that goes on", "speech_start", open(received), heard + speech.Start, ""},
		{"speech that goes on", "speech_end", open(received), 0, "the stream has not ended yet"},
		{"the end of a stream that goes on", "end", open(received), 0, "the stream has not ended yet"},
		{"the last sample of a stream that goes on", "played_end", open(received), 0, "the stream has not ended yet"},
		{"speech that has not left yet", "speech_start", open(until(sent, 1)), 0, "that part of the audio has not been sent yet"},
		{"the end of speech that has not left yet", "speech_end", open(until(sent, 3)), 0, "that part of the audio has not been sent yet"},
		{"an ended stream goes on behind its last chunk", "speech_end", until(sent, 1), time.Second + ms + speech.End, ""},
		{"the last chunk before the silence", "end", quiet(received, 1650*ms), 1500 * ms, ""},
		{"a chunk that is silent from its begin on", "end", quiet(received, 1650*ms+1), 1600 * ms, ""},
		{"nothing but silence", "end", quiet(received, heard), time.Second, ""},
		{"the last sample before the silence", "played_end", quiet(received, 1640*ms), 1640 * ms, ""},
		{"speech before the silence", "speech_end", quiet(received, 1640*ms), heard + speech.End, ""},
		{"no audio", "start", trace.Stream{Ended: true}, 0, "no audio has come yet"},
		{"no speech", "speech_start", silent, 0, "the audio is silent throughout"},
		{"opaque audio", "speech_end", opaque, 0, "decode opaque at 8000 Hz: opaque audio can be neither encoded nor decoded"},
		{"another word", "at", received, 0, "a stream has no such point"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := assertions.Point(tt.stream, tt.point)
			if got != tt.want || (err != nil) != (tt.err != "") {
				t.Fatalf("Point(%s) = %v, %v, want %v, %q", tt.point, got, err, tt.want, tt.err)
			}
			if err != nil && err.Error() != tt.err {
				t.Errorf("Point(%s): error %q, want %q", tt.point, err, tt.err)
			}
		})
	}
}

// Speech that begins exactly with a chunk is heard when that chunk is, and not
// when the one before it is.
func TestSpeechAtTheSeam(t *testing.T) {
	audio := media.Concat(8000, media.Silence(200*ms, 8000), media.Tone(440, 400*ms, -10, 8000))
	speech, err := measure.Speech(audio)
	if err != nil {
		t.Fatal(err)
	}
	format := media.Format{Codec: media.L16LE, Rate: 8000}
	all, err := format.Encode(audio)
	if err != nil {
		t.Fatal(err)
	}
	first := format.Octets(speech.Start)
	s := trace.Stream{Format: format, Octets: all, Ended: true, Chunks: []trace.Chunk{
		{Played: time.Second, Size: first}, {Played: 3 * time.Second, Size: len(all) - first}}}
	if got, err := assertions.Point(s, "speech_start"); got != 3*time.Second || err != nil {
		t.Errorf("Point(speech_start) = %v, %v, want 3s", got, err)
	}
}

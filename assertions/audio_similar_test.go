package assertions_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
)

// Each check of the chunks of a reference passes for a good stream, and fails
// for one that is broken in just that way. The diagnosis names the fault.
func TestAudioChunksOfAReference(t *testing.T) {
	greeting := clip(t, "greeting-8k.wav")
	good := received(t, greeting, media.ULaw, "ULAW")
	const k = 51
	blanked := good
	blanked.Octets = slices.Clone(good.Octets)
	for i := range 160 {
		blanked.Octets[k*160+i] = 0xff
	}
	padded := rebuild(good, upTo(150))
	padded.Octets = slices.Insert(slices.Clone(padded.Octets), k*160, slices.Repeat([]byte{0xff}, 320)...)
	padded.Chunks = received(t, media.Concat(8000, greeting, media.Silence(40*ms, 8000)), media.ULaw, "ULAW").Chunks
	tests := []struct {
		name      string
		asks      string
		stream    trace.Stream
		want      []string
		diagnosis []string
	}{
		{"whole", `polarity: same, drift: {$between: [-30ppm, 30ppm]}, lost: 0, damaged: 0, repeated: 0, reordered: 0, inserted: 0, si_sdr: {$gt: 30dB}, segmental_snr: {$gt: 30dB}, spectral_distance: {$lt: 3dB}`, good, nil, nil},
		{"three lost", `lost: 0`, rebuild(good, slices.Delete(upTo(150), k, k+3)), []string{"similar_to.lost: 3 at 1.02s, 1.04s, 1.06s"},
			[]string{"lost frames: 3 frames never came: at 1.02s, 1.04s, 1.06s of the reference"}},
		{"one blanked", `damaged: 0`, blanked, []string{"similar_to.damaged: 1 at 1.02s"},
			[]string{"blank frames: 1 frame came as silence: at 1.02s of the reference"}},
		{"one repeated", `repeated: 0`, rebuild(good, slices.Insert(upTo(150), k, k-1)), []string{"similar_to.repeated: 1 at 1.02s"},
			[]string{"repeated frames: 1 frame came again: at 1.02s of the audio"}},
		{"two swapped", `reordered: 0`, rebuild(good, slices.Concat(upTo(150)[:k], []int{k + 1, k}, upTo(150)[k+2:])), []string{"similar_to.reordered: 1 at 1.02s"},
			[]string{"reordered frames: 1 frame came after later ones: at 1.02s of the reference"}},
		{"silence put in", `inserted: 0`, padded, []string{"similar_to.inserted: 2 at 1.02s, 1.04s"},
			[]string{"inserted audio: 2 frames are not of the reference: at 1.02s, 1.04s of the audio"}},
		{"reversed", `polarity: same`, received(t, negative(greeting), media.ULaw, "ULAW"), []string{"similar_to.polarity"},
			[]string{"reversed polarity: every sample has the other sign"}},
		{"wrong law", `lost: 0`, relabel(received(t, greeting, media.ALaw, "ULAW"), media.ULaw), []string{"similar_to.lost: not measurable: the audio is too unlike the reference"},
			[]string{"wrong companding law: A-law was read as µ-law"}},
		{"a part is no drift", `drift: {$lt: 10ppm}`, received(t, greeting.Slice(time.Second, 1500*ms), media.ULaw, "ULAW"), []string{"similar_to.drift: not measurable: the audio is too short to measure"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := assertions.Heard{Stream: tt.stream, Reference: assertions.Reference{Clip: greeting, Start: time.Second}}
			checks := assertions.Audio(audio(t, "similar_to: {source: x, "+tt.asks+"}"), h)
			if diff := cmp.Diff(tt.want, failures(checks)); diff != "" {
				t.Errorf("Audio(%s) fails (-want +got):\n%s", tt.asks, diff)
			}
			var diagnosis []string
			for _, c := range checks {
				diagnosis = append(diagnosis, c.Diagnosis...)
			}
			if tt.want != nil && tt.diagnosis == nil {
				return
			}
			if diff := cmp.Diff(tt.diagnosis, diagnosis); diff != "" {
				t.Errorf("Audio(%s) is diagnosed (-want +got):\n%s", tt.asks, diff)
			}
		})
	}
}

// Without a reference there is no diagnosis.
func TestNoDiagnosisWithoutReference(t *testing.T) {
	silent := received(t, media.Silence(time.Second, 8000), media.ULaw, "ULAW")
	for _, tt := range []struct {
		reference assertions.Reference
		want      []string
	}{
		{assertions.Reference{Clip: clip(t, "greeting-8k.wav")}, []string{"silence: the audio is silent throughout"}},
		{assertions.ReferenceTo(trace.Stream{}), nil},
	} {
		got := assertions.Audio(audio(t, "similar_to: {source: x, score: {$gt: 90%}}"), assertions.Heard{Stream: silent, Reference: tt.reference})
		if diff := cmp.Diff(tt.want, got[0].Diagnosis); diff != "" {
			t.Errorf("silence, with the reference %+v, is diagnosed (-want +got):\n%s", tt.reference.Err, diff)
		}
	}
}

// Frames are as long as the chunks of the stream if these have 10 to 60 ms, and
// 20 ms otherwise.
func TestFramesAreChunks(t *testing.T) {
	greeting := clip(t, "greeting-8k.wav")
	octets, err := media.Format{Codec: media.ULaw, Rate: 8000}.Encode(greeting)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		chunk time.Duration
		want  string // how many chunks are told if 120 ms are lost
	}{
		{5 * ms, "6"}, {10 * ms, "12"}, {20 * ms, "6"}, {60 * ms, "2"}, {120 * ms, "6"},
	} {
		s := trace.Stream{Format: media.Format{Codec: media.ULaw, Rate: 8000}, Start: time.Second}
		s.Octets = slices.Delete(slices.Clone(octets), 8*960, 9*960)
		for chunk := range slices.Chunk(s.Octets, s.Format.Octets(tt.chunk)) {
			at := time.Second + time.Duration(len(s.Chunks))*tt.chunk
			s.Chunks = append(s.Chunks, trace.Chunk{At: at, Played: at, PlayedEnd: at + tt.chunk, Size: len(chunk)})
		}
		got := assertions.Audio(audio(t, "similar_to: {source: x, lost: 0}"), assertions.Heard{Stream: s, Reference: assertions.Reference{Clip: greeting, Start: time.Second}})
		if lost, _, _ := strings.Cut(got[0].Actual, " "); len(got) != 1 || lost != tt.want {
			t.Errorf("with chunks of %s %s frames are lost, want %s", tt.chunk, got[0].Actual, tt.want)
		}
	}
}

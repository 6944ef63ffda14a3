package measure

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/duologue/duologue/internal/race"
	"github.com/duologue/duologue/media"
)

// inFrames is a clip of other frames of 20 ms: each number names one of the
// original, blank is silence and anything below that noise.
func inFrames(c media.Clip, order []int) media.Clip {
	const blank = -1
	out := media.Clip{Rate: c.Rate}
	size := c.Rate.Samples(20 * ms)
	noise := media.Noise(20*ms, -20, 3, c.Rate)
	for _, k := range order {
		switch {
		case k == blank:
			out.Samples = append(out.Samples, make([]float32, size)...)
		case k < blank:
			out.Samples = append(out.Samples, noise.Samples...)
		default:
			out.Samples = append(out.Samples, c.Samples[k*size:min((k+1)*size, len(c.Samples))]...)
		}
	}
	return out
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// amidSpeech is a frame after which all of the next six are loud.
func amidSpeech(c media.Clip) int {
	size := c.Rate.Samples(20 * ms)
	for k, run := 40, 0; ; k++ {
		level, err := Level(media.Clip{Rate: c.Rate, Samples: c.Samples[k*size : (k+1)*size]})
		if run++; err != nil || level < -30 {
			run = 0
		}
		if run == 7 {
			return k - 6
		}
	}
}

func TestFrames(t *testing.T) {
	if race.Enabled {
		t.Skip("one goroutine; the run without the race detector has it")
	}
	at := func(frames ...int) []int { return frames }
	type want struct{ lost, blank, damaged, repeated, reordered, inserted []int } // frames after the one
	edits := []struct {
		name string
		edit func(all []int, k int) []int
		want want
	}{
		{"nothing", func(a []int, k int) []int { return a }, want{}},
		{"one lost", func(a []int, k int) []int { return slices.Delete(a, k, k+1) }, want{lost: at(0)}},
		{"five lost", func(a []int, k int) []int { return slices.Delete(a, k, k+5) }, want{lost: at(0, 1, 2, 3, 4)}},
		{"one blank", func(a []int, k int) []int { a[k] = -1; return a }, want{blank: at(0)}},
		{"one is noise", func(a []int, k int) []int { a[k] = -2; return a }, want{damaged: at(0)}},
		{"one repeated", func(a []int, k int) []int { return slices.Insert(a, k+1, k) }, want{repeated: at(1)}},
		{"one repeated over the next", func(a []int, k int) []int { a[k+1] = k; return a }, want{lost: at(1), repeated: at(1)}},
		{"two swapped", func(a []int, k int) []int { a[k], a[k+1] = a[k+1], a[k]; return a }, want{reordered: at(0)}},
		{"silence put in", func(a []int, k int) []int { return slices.Insert(a, k, -1, -1, -1, -1) }, want{inserted: at(0, 1, 2, 3)}},
		{"noise put in", func(a []int, k int) []int { return slices.Insert(a, k, -2) }, want{inserted: at(0)}},
	}
	for i, name := range spoken {
		x := fixture(t, name+"-8k")
		k := amidSpeech(x)
		times := func(frames []int) []time.Duration {
			var out []time.Duration
			for _, f := range frames {
				out = append(out, time.Duration(k+f)*20*ms)
			}
			return out
		}
		for j, tt := range edits {
			codec := []media.Codec{media.L16LE, media.ULaw, media.ALaw}[(i+j)%3]
			lead := time.Duration(j%2) * 777 * ms
			t.Run(fmt.Sprint(name, ", ", tt.name, ", ", codec, ", ", lead), func(t *testing.T) {
				y := inFrames(x, tt.edit(upTo(len(x.Samples)/160), k))
				y = media.Concat(8000, media.Silence(lead, 8000), recode(t, y, codec, codec))
				w := tt.want
				checkFrames(t, x, y, lead, Frames{Lost: times(w.lost), Blank: times(w.blank), Damaged: times(w.damaged),
					Repeated: times(w.repeated), Reordered: times(w.reordered), Inserted: times(w.inserted)})
			})
		}
	}
}

func checkFrames(t *testing.T, x, y media.Clip, lead time.Duration, want Frames) {
	t.Helper()
	c, err := Compare(x, y)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Frames(20 * ms)
	if err != nil {
		t.Fatalf("Frames() = %+v, %v", got, err)
	}
	got = Frames{Head: got.Head, Lost: got.Lost, Tail: got.Tail, Blank: got.Blank, Damaged: got.Damaged,
		Repeated: got.Repeated, Reordered: got.Reordered, Inserted: got.Inserted, Clicks: got.Clicks}
	for _, list := range []*[]time.Duration{&got.Repeated, &got.Inserted} {
		for i := range *list {
			(*list)[i] -= lead
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("Frames() = %+v, want %+v", got, want)
	}
}

func TestFramesAtTheEnds(t *testing.T) {
	x := fixture(t, "greeting-8k")
	spans := func(from, to time.Duration) (out []time.Duration) {
		for ; from < to; from += 20 * ms {
			out = append(out, from)
		}
		return out
	}
	checkFrames(t, x, x.Slice(0, 2500*ms), 0, Frames{Tail: spans(2500*ms, 2900*ms)})
	checkFrames(t, x, x.Slice(400*ms, 3*time.Second), 0, Frames{Head: spans(100*ms, 400*ms)})
	checkFrames(t, x, x.Slice(80*ms, 2900*ms), 0, Frames{}) // just silence
}

// What becomes of the first or the last frame is told as of any other, but where
// silence comes in its place it is missing: silence may always be around.
func TestFirstAndLastFrame(t *testing.T) {
	if race.Enabled {
		t.Skip("one goroutine; the run without the race detector has it")
	}
	whole := fixture(t, "greeting-8k")
	x := whole.Slice(140*ms, 540*ms) // sound throughout
	const last = 19
	at := func(k int) []time.Duration { return []time.Duration{time.Duration(k) * 20 * ms} }
	tests := []struct {
		name string
		edit func(a []int) []int
		want Frames
	}{
		{"first lost", func(a []int) []int { return a[1:] }, Frames{Head: at(0)}},
		{"first two lost", func(a []int) []int { return a[2:] }, Frames{Head: []time.Duration{0, 20 * ms}}},
		{"last lost", func(a []int) []int { return a[:last] }, Frames{Tail: at(last)}},
		{"first is silence", func(a []int) []int { a[0] = -1; return a }, Frames{Head: at(0)}},
		{"last is silence", func(a []int) []int { a[last] = -1; return a }, Frames{Tail: at(last)}},
		{"first is noise", func(a []int) []int { a[0] = -2; return a }, Frames{Damaged: at(0)}},
		{"last is noise", func(a []int) []int { a[last] = -2; return a }, Frames{Damaged: at(last)}},
		{"first twice", func(a []int) []int { return slices.Insert(a, 0, 0) }, Frames{Repeated: at(1)}},
		{"last twice", func(a []int) []int { return append(a, last) }, Frames{Repeated: at(last + 1)}},
		{"first two swapped", func(a []int) []int { a[0], a[1] = 1, 0; return a }, Frames{Reordered: at(0)}},
		{"last two swapped", func(a []int) []int { a[last-1], a[last] = last, last-1; return a }, Frames{Reordered: at(last - 1)}},
	}
	for _, tt := range tests {
		for _, lead := range []time.Duration{0, 777 * ms} {
			for _, codec := range []media.Codec{media.L16LE, media.ULaw, media.ALaw} {
				t.Run(fmt.Sprint(tt.name, ", ", lead, ", ", codec), func(t *testing.T) {
					y := inFrames(x, tt.edit(upTo(last+1)))
					checkFrames(t, x, media.Concat(8000, media.Silence(lead, 8000), recode(t, y, codec, codec)), lead, tt.want)
				})
			}
		}
	}
}

// A filter takes some samples from the ends, and no frame.
func TestFramesOfWhatAFilterCut(t *testing.T) {
	x := fixture(t, "greeting-8k").Slice(140*ms, 540*ms)
	for _, cut := range []int{1, 5, 20} {
		checkFrames(t, x, media.Clip{Rate: 8000, Samples: x.Samples[cut:]}, 0, Frames{})
		checkFrames(t, x, media.Clip{Rate: 8000, Samples: x.Samples[:len(x.Samples)-cut]}, 0, Frames{})
	}
}

func TestFramesThatCannotBeFound(t *testing.T) {
	x := fixture(t, "greeting-8k")
	for name, y := range map[string]media.Clip{"other speech": fixture(t, "answer-8k"), "noise": media.Noise(3*time.Second, -20, 1, 8000), "wrong law": recode(t, x, media.ULaw, media.ALaw)} {
		c, err := Compare(x, y)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Frames(20 * ms); !errors.Is(err, ErrUnlike) {
			t.Errorf("Frames(%s) = %+v, %v, want %v", name, got, err, ErrUnlike)
		}
	}
}

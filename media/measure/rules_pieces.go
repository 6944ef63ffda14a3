package measure

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/media"
)

const somePieces = "some pieces of the reference did not come; it cannot be told which: the reference repeats itself"

// untold says that something happened to pieces which cannot be told apart.
func (e explanation) untold() string {
	if !errors.Is(e.err, ErrRepeats) {
		return ""
	}
	by := e.rate.Duration(abs(sounds(e.y, e.rate) - sounds(e.x, e.rate))).Round(time.Millisecond)
	switch {
	case by < aroundStep:
		return somePieces
	case sounds(e.y, e.rate) < sounds(e.x, e.rate):
		return fmt.Sprintf("%v of sound are missing; it cannot be told where: the reference repeats itself", by)
	}
	return fmt.Sprintf("there is %v of sound too much; it cannot be told where: the reference repeats itself", by)
}

// sounds is how many samples lie from the first sound to the last.
func sounds(x []float64, rate media.Rate) int {
	step := rate.Samples(aroundStep)
	first, last := len(x), 0
	for at := 0; at < len(x); at += step {
		if end := min(at+step, len(x)); power(x, at, end) > aroundSound {
			first, last = min(first, at), end
		}
	}
	return max(last-first, 0)
}

func (e explanation) around() Around {
	a, _ := e.Around(e.chunk) // found: it has none but zeros where there is nothing to tell
	return a
}

func (e explanation) sound(d time.Duration, where string) string {
	if d < aroundStep || e.mixed() {
		return "" // what is mixed in goes on beside the reference
	}
	return fmt.Sprintf("there is %v of other sound %s", d.Round(time.Millisecond), where)
}

// again finds the reference once more behind itself.
func (e explanation) again() string {
	from := e.rate.Duration(max(e.lag+len(e.x), 0))
	rest := e.audio.Slice(from, e.audio.Duration())
	if rest.Duration() < e.reference.Duration()/2 || e.err != nil && !errors.Is(e.err, ErrRepeats) {
		return ""
	}
	c, err := locate(&original{clip: e.reference}, rest)
	if err != nil || c.likeness() < explainsWell {
		return ""
	}
	return fmt.Sprintf("the reference comes again, at %v of the audio", (from + e.rate.Duration(max(c.lag, 0))).Round(time.Millisecond))
}

const (
	paddingLeast = time.Millisecond
	paddingLoud  = 0.003 // of full scale
)

// paddings are octets that are taken for silence, and what they are instead.
var paddings = []struct {
	value float32
	is    string
}{
	{-32124.0 / 32768, "0x00 of µ-law"},
	{-5504.0 / 32768, "0x00 of A-law"},
	{848.0 / 32768, "0xFF of A-law"},
	{-848.0 / 32768, "0x7F of A-law"},
	{-32640.0 / 32768, "0x80 of 16-bit samples"},
	{-1, "the zero of unsigned samples"},
}

// padding finds one sample, over and over, that is no silence, at the beginning or
// the end of the audio.
func (e explanation) padding() string {
	x := e.audio.Samples
	backwards := slices.Clone(x)
	slices.Reverse(backwards)
	for _, side := range []struct {
		samples []float32
		name    string
		free    int // samples, at the audio's rate, that are none of the reference
	}{
		{backwards, "ends", len(x) - e.audio.Rate.Samples(e.rate.Duration(max(e.lag+len(e.x), 0)))},
		{x, "begins", e.audio.Rate.Samples(e.rate.Duration(max(e.lag, 0)))},
	} {
		n := run(side.samples)
		if d := e.audio.Rate.Duration(n); n <= side.free+1 && d >= paddingLeast && math.Abs(float64(side.samples[0])) >= paddingLoud {
			return fmt.Sprintf("the audio %s with %v of one sample, %+.1f %% of full scale%s", side.name, d, 100*side.samples[0], octetOf(side.samples[0]))
		}
	}
	return ""
}

// run is how often the first sample comes in a row.
func run(x []float32) int {
	n := slices.IndexFunc(x, func(v float32) bool { return v != x[0] })
	if n < 0 {
		return len(x)
	}
	return n
}

func octetOf(v float32) string {
	for _, p := range paddings {
		if math.Abs(float64(v-p.value)) < 1.0/65536 {
			return ": that is " + p.is
		}
	}
	return ""
}

// coarse finds samples of 16 bits that have 8.
func (e explanation) coarse() string {
	fine := func(c media.Clip) bool {
		return slices.ContainsFunc(c.Samples, func(v float32) bool { return v*128 != float32(math.Trunc(float64(v*128))) })
	}
	if fine(e.audio) || !fine(e.reference) {
		return ""
	}
	return "the samples have 8 bits: the low octet of each is 0"
}

const (
	edgesShare  = 0.9 // of what differs
	edgesWidth  = 0.1 // of a chunk, that it is in
	edgesChunks = 0.5 // of the chunks with sound, in which it is
	edgesLeast  = 1e-6
)

// edges finds the same few samples of each chunk wrong.
func (e explanation) edges() string {
	size := e.rate.Samples(e.chunk)
	y := e.over()
	gain := dot(e.x, y) / dot(e.x, e.x)
	fold := make([]float64, size) // what differs, by its place in the chunk
	for i, v := range y {
		d := v - gain*e.x[i]
		fold[((e.lag+i)%size+size)%size] += d * d
	}
	all := 0.0
	for _, p := range fold {
		all += p
	}
	if all < edgesLeast*dot(y, y) {
		return ""
	}
	at, width := narrowest(fold, edgesShare*all)
	if float64(width) > edgesWidth*float64(size) || e.spoilt(y, gain, at, width, size) < edgesChunks {
		return ""
	}
	place := "amid it"
	switch {
	case at == 0:
		place = "at its beginning"
	case at+width == size:
		place = "at its end"
	case at+width > size:
		place = "at its ends"
	}
	return fmt.Sprintf("%s of the %d samples of each chunk of %v %s wrong, %s", fmt.Sprint(width), size, e.chunk, map[bool]string{true: "is", false: "are"}[width == 1], place)
}

// narrowest is the shortest stretch, round and round, that holds so much.
func narrowest(fold []float64, much float64) (at, width int) {
	n := len(fold)
	for width = 1; width < n; width++ {
		for at = range n {
			sum := 0.0
			for i := range width {
				sum += fold[(at+i)%n]
			}
			if sum >= much {
				return at, width
			}
		}
	}
	return 0, n
}

// spoilt is the share of the chunks with sound in which a stretch differs more than
// the rest of the chunk, sample by sample.
func (e explanation) spoilt(y []float64, gain float64, at, width, size int) float64 {
	begin := ((at-e.lag)%size + size) % size // of the stretch, in the reference
	loudest := 0.0
	for from := begin; from+size <= len(y); from += size {
		loudest = max(loudest, dot(e.x[from:from+size], e.x[from:from+size]))
	}
	chunks, wrong := 0, 0
	for from := begin; from+size <= len(y); from += size {
		if dot(e.x[from:from+size], e.x[from:from+size]) < loudest*matchQuiet {
			continue
		}
		chunks++
		inside, rest := 0.0, 0.0
		for i := range size {
			d := y[from+i] - gain*e.x[from+i]
			if i < width {
				inside += d * d
			} else {
				rest += d * d
			}
		}
		if inside/float64(width) > 4*rest/float64(size-width) {
			wrong++
		}
	}
	return float64(wrong) / float64(max(chunks, 1))
}

// listOf tells containers by their names, and where the first of each are.
func listOf(all []media.Container) string {
	at := map[string][]time.Duration{}
	var names []string
	for _, c := range all {
		if at[c.Name] == nil {
			names = append(names, c.Name)
		}
		at[c.Name] = append(at[c.Name], c.At)
	}
	var out []string
	for _, n := range names {
		out = append(out, fmt.Sprintf("%s, at %s of the audio", n, placesOf(at[n])))
	}
	return strings.Join(out, "; ")
}

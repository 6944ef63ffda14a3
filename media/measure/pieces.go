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

package measure

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/media"
)

// Finding is one thing that is wrong with audio, in words.
type Finding struct {
	Name string `json:"name"` // of the rule that found it, such as "wrong companding law"
	Text string `json:"text"` // a sentence with its figures
}

// Diagnose says what happened to a reference on its way; a chunk is the length of
// the pieces in which it may have been lost. Nothing is found where the audio is
// the reference but for what a codec does, with silence around it.
//
// No single number is trusted. If the audio is not the reference, each mistake that
// is known to be made is undone in turn: the one whose undoing brings most of the
// reference back is the one that was made. The rules then tell what is wrong besides.
func Diagnose(reference, audio media.Clip, chunk time.Duration) []Finding {
	if _, err := Level(audio); err != nil {
		return []Finding{{"silence", err.Error()}}
	}
	c, err := Compare(reference, audio)
	switch {
	case errors.Is(err, ErrSilent):
		return []Finding{{"silence", err.Error()}}
	case err != nil:
		return nil
	}
	return c.Diagnose(chunk)
}

// Diagnose does what the function of this name does.
func (c *Comparison) Diagnose(chunk time.Duration) []Finding {
	if files := media.Containers(c.audio, media.Opaque); len(files) > len(media.Containers(c.reference, media.Opaque)) {
		return append([]Finding{{"container octets", listOf(files)}}, c.without(files, chunk)...)
	}
	plain := c.as(chunk)
	switch {
	case errors.Is(plain.err, ErrShort):
		return nil
	case plain.clear():
		return plain.repeatedThroughout()
	}
	m := mistaken(c.reference, c.audio, plain.frames.share(), chunk)
	found, sure := plain.byMistake(m)
	if sure {
		return found
	}
	for _, explain := range []func(explanation) []Finding{explanation.byEcho, explanation.byMistakeMidway} {
		if other := explain(plain); other != nil {
			return other
		}
	}
	if plain.found() {
		return plain.findings(true)
	}
	return plain.unfound(found)
}

// unfound says what can be said where the reference is not in the audio; likely is
// a mistake that may have been made, if there is one.
func (e explanation) unfound(likely []Finding) []Finding {
	repeats := e.repeats(e.rate.Samples(e.chunk))
	switch size := math.Abs(e.Correlation); {
	case likely != nil && !repeats:
		return likely
	case size >= unlikeMost && repeats:
		return []Finding{{"pieces", somePieces}}
	case size < mixedLeast:
		return []Finding{{"other audio", "the audio is not the reference, and no known mistake makes it that"}}
	}
	if text := e.clipping(); text != "" {
		return []Finding{{"clipping", text}}
	}
	return []Finding{e.residue()}
}

// without says what is wrong besides some octets of files in the audio.
func (c *Comparison) without(files []media.Container, chunk time.Duration) []Finding {
	rest, ok := media.WithoutContainers(c.audio, files)
	if !ok {
		return nil
	}
	after, err := Compare(c.reference, rest)
	if err != nil {
		return nil
	}
	if e := after.as(chunk); e.clear() {
		return e.findings(false)
	}
	return nil
}

// explanation is what the audio is, as it came or with a mistake undone.
type explanation struct {
	*Comparison
	frames Frames
	chunk  time.Duration // what a frame lasts
	err    error         // why the frames cannot be told

	// What several rules look at, found when the first of them asks.
	clipped, narrow func() bool
	around          func() Around
}

func (c *Comparison) as(chunk time.Duration) explanation {
	f, err := c.Frames(chunk)
	return explanation{
		Comparison: c, frames: f, chunk: chunk, err: err,
		clipped: sync.OnceValue(c.clips), narrow: sync.OnceValue(c.narrows),
		around: sync.OnceValue(func() Around {
			a, _ := c.Around(chunk) //nolint:errcheck // where the reference is not in the audio there is nothing around it
			return a
		}),
	}
}

const (
	mixedLeast      = 0.4  // the correlation from which on the reference is in the audio
	explainsWell    = 0.9  // of the reference
	explainsMore    = 0.1  // than what comes without undoing anything
	explainsAll     = 0.98 // and so exactly that no other can explain more
	explainsExactly = 60   // dB
	explainsFully   = 0.8  // with less, it is not sure
	explainsSome    = 0.3  // with less beside other sound, neither
)

// found reports whether the reference is in the audio.
func (e explanation) found() bool {
	return e.err == nil || errors.Is(e.err, ErrRepeats) || errors.Is(e.err, ErrHidden)
}

// clear reports whether nothing needs to be undone: what is wrong are things that
// the rules name.
func (e explanation) clear() bool { return e.found() && e.frames.share() > explainsWell }

// findings applies the rules; where a mistake was undone, some samples are not
// what they were, and the rules that look at single ones are left out.
func (e explanation) findings(exact bool) []Finding {
	var out []Finding
	told := map[string]bool{}
	for _, r := range rules {
		if r.exact && !exact || r.pieces && e.err != nil || slices.ContainsFunc(r.unless, func(n string) bool { return told[n] }) {
			continue
		}
		if text := r.finds(e); text != "" {
			told[r.name] = true
			out = append(out, Finding{r.name, text})
		}
	}
	if exact && e.mixed() && !told["edges of chunks"] && !told["8 bits"] {
		out = append(out, e.residue())
	}
	return out
}

// How much is looked at for mistakes: enough to tell, and each is tried.
const (
	mistakeReference = time.Second
	mistakeAudio     = 10 * time.Second
)

// byMistake says what is wrong if a mistake was made, and whether that is sure.
func (e explanation) byMistake(m *mistake) (found []Finding, sure bool) {
	if m == nil {
		return nil, false
	}
	repaired, _ := m.undo(e.audio, e.chunk)
	after, err := Compare(e.reference, repaired)
	if err != nil {
		return []Finding{{m.name, m.text}}, false
	}
	undone := after.as(e.chunk)
	found = []Finding{{m.name, m.text + undone.doubtful()}}
	if !undone.found() {
		return found, false
	}
	for _, f := range undone.findings(false) {
		if !slices.Contains(m.covers, f.Name) {
			found = append(found, f)
		}
	}
	return found, undone.sure()
}

// repeatedThroughout applies the rules; where each chunk comes twice, it says that
// once.
func (e explanation) repeatedThroughout() []Finding {
	if once, ok := onceEach(e.audio, e.chunk); ok && len(e.frames.Repeated) > e.frames.came/2 {
		if after, err := Compare(e.reference, once); err == nil && after.as(e.chunk).clear() {
			return append([]Finding{{"repeated chunks", eachTwice}}, after.as(e.chunk).findings(false)...)
		}
	}
	return e.findings(true)
}

// sure reports whether the reference is all there, whatever else is.
func (e explanation) sure() bool {
	return e.frames.Matched >= explainsFully && e.frames.share() >= explainsSome
}

// doubtful says how much a mistake explains, where that is not all.
func (e explanation) doubtful() string {
	if e.sure() {
		return ""
	}
	return fmt.Sprintf(" (not sure: so read, %.0f %% of the reference is there)", 100*e.frames.share())
}

// mistaken finds the mistake whose undoing brings most of the reference back, and
// more than came of it; nil where there is none.
func mistaken(reference, audio media.Clip, came float64, chunk time.Duration) *mistake {
	x, y := &original{clip: loudest(reference, mistakeReference)}, audio.Slice(0, mistakeAudio)
	var found *mistake
	best := came + explainsMore
	for i := range mistakes {
		undone, ok := mistakes[i].undo(y, chunk)
		if !ok {
			continue
		}
		c, err := locate(x, undone)
		if err != nil || c.likeness() < mixedLeast || c.compare() != nil {
			continue
		}
		f, _, err := c.counted(chunk)
		share := f.share()
		if c.Inverted {
			share -= explainsMore / 2 // two mistakes: what needs one is likelier
		}
		if err == nil && share > best {
			found, best = &mistakes[i], share
		}
		if best > explainsAll && f.Noise > explainsExactly {
			break
		}
	}
	return found
}

// loudest is the loudest stretch of a clip that is so long and begins a multiple
// of a quarter of it from its beginning.
func loudest(c media.Clip, length time.Duration) media.Clip {
	best, most := c.Slice(0, length), 0.0
	for at := time.Duration(0); at+length <= c.Duration() && at < mistakeAudio-length; at += length / 4 {
		part := c.Slice(at, at+length)
		sum := 0.0
		for _, s := range part.Samples {
			sum += float64(s) * float64(s)
		}
		if sum > most {
			best, most = part, sum
		}
	}
	return best
}

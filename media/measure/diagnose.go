package measure

import (
	"errors"
	"math"
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
// the reference but for what a codec does, and for what stands around it.
//
// No single number is trusted. If the audio is not the reference, each mistake that
// is known to be made is undone in turn: the one whose undoing brings the reference
// back is the one that was made. What is wrong besides is then told by the rules.
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
	e, err := c.evidence(chunk)
	if err == nil {
		return e.findings(true)
	}
	if !errors.Is(err, ErrUnlike) {
		return nil
	}
	if m, repaired := mistaken(c.reference, c.audio, e.frames.Matched, chunk); m != nil {
		found := []Finding{{m.name, m.text}}
		if after, err := Compare(c.reference, repaired); err == nil {
			if e, err := after.evidence(chunk); err == nil {
				found = append(found, e.findings(false)...)
			}
		}
		return found
	}
	if math.Abs(c.Correlation) < mixedLeast {
		return []Finding{{"other audio", "the audio is not the reference, and no known mistake makes it that"}}
	}
	if text := e.clipping(); text != "" {
		return []Finding{{"clipping", text}}
	}
	return []Finding{e.residue()}
}

// mixedLeast is the correlation from which on the reference is in the audio.
const mixedLeast = 0.4

// evidence is what the rules look at.
type evidence struct {
	*Comparison
	frames Frames
	chunk  time.Duration // what a frame lasts
}

// evidence finds the reference in the audio; ErrUnlike where it is not in it.
func (c *Comparison) evidence(chunk time.Duration) (evidence, error) {
	f, err := c.Frames(chunk)
	return evidence{c, f, chunk}, err
}

// findings applies the rules; where a mistake was undone, some samples are not
// what they were, and the rules that look at single ones are left out.
func (e evidence) findings(exact bool) []Finding {
	var out []Finding
	for _, r := range rules {
		if r.exact && !exact {
			continue
		}
		if text := r.finds(e); text != "" {
			out = append(out, Finding{r.name, text})
		}
	}
	if exact && e.mixed() {
		out = append(out, e.residue())
	}
	return out
}

// How much is looked at for mistakes: enough to tell, and each is tried.
const (
	mistakeReference = time.Second
	mistakeAudio     = 10 * time.Second
	mistakeBetter    = 0.2 // of the energy that came, over what comes without undoing anything
)

// mistaken finds the mistake whose undoing brings more of the reference back than
// came of it, and undoes it; nil where there is none.
func mistaken(reference, audio media.Clip, came float64, chunk time.Duration) (*mistake, media.Clip) {
	x, y := &original{clip: loudest(reference, mistakeReference)}, audio.Slice(0, mistakeAudio)
	var found *mistake
	best := came + mistakeBetter
	for i := range mistakes {
		undone, ok := mistakes[i].undo(y)
		if !ok {
			continue
		}
		c, err := locate(x, undone)
		if err != nil || c.likeness() < mixedLeast || c.compare() != nil {
			continue
		}
		if f, err := c.Frames(chunk); err == nil && f.Matched > best {
			found, best = &mistakes[i], f.Matched
		}
	}
	if found == nil {
		return nil, audio
	}
	repaired, _ := found.undo(audio)
	return found, repaired
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

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
	if _, err := prepare(audio, audio.Rate); err != nil {
		return []Finding{{"silence", err.Error()}}
	}
	e, err := examine(reference, audio, chunk)
	if err != nil && !errors.Is(err, ErrUnlike) {
		return nil
	}
	if err == nil {
		return e.findings(true)
	}
	if m, repaired := mistaken(reference, audio, chunk); m != nil {
		found := []Finding{{m.name, m.text}}
		if e, err := examine(reference, repaired, chunk); err == nil {
			found = append(found, e.findings(false)...)
		}
		return found
	}
	if e.comparison != nil && math.Abs(e.comparison.Correlation) >= mixedLeast {
		if text := e.clipping(); text != "" {
			return []Finding{{"clipping", text}}
		}
		return []Finding{e.residue()}
	}
	return []Finding{{"other audio", "the audio is not the reference, and no known mistake makes it that"}}
}

// mixedLeast is the correlation from which on the reference is in the audio.
const mixedLeast = 0.4

// evidence is what the rules look at.
type evidence struct {
	reference, audio media.Clip
	comparison       *Comparison
	frames           Frames
}

// examine finds the reference in the audio; ErrUnlike where it is not in it.
func examine(reference, audio media.Clip, chunk time.Duration) (evidence, error) {
	e := evidence{reference: reference, audio: audio}
	var err error
	if e.comparison, err = Compare(reference, audio); err != nil {
		return e, err
	}
	e.frames, err = e.comparison.Frames(chunk)
	return e, err
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
	mistakeReference = 3 * time.Second
	mistakeAudio     = 10 * time.Second
	mistakeBetter    = 0.2 // of the energy that came, over what comes without undoing anything
)

// mistaken finds the mistake whose undoing brings the reference back, and undoes
// it; nil where there is none.
func mistaken(reference, audio media.Clip, chunk time.Duration) (*mistake, media.Clip) {
	x, y := reference, audio.Slice(0, mistakeAudio)
	if span, err := Speech(reference); err == nil {
		x = reference.Slice(span.Start, min(span.End, span.Start+mistakeReference))
	} else {
		x = reference.Slice(0, mistakeReference)
	}
	before, _ := examine(x, y, chunk)
	var found *mistake
	best := before.frames.Matched + mistakeBetter
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

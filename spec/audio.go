package spec

import (
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Audio is the checks of one stream. The stream is chosen by the label of the
// step that sent it or saw it begin, or by its tag on the step's connection. A
// measurement that cannot be made fails its check.
type Audio struct {
	During Name
	Tag    Value[string]
	From   *Moment      // nil: from its beginning
	To     *Moment      // nil: to its end
	Checks []AudioCheck // in the order of [AudioRows]

	// How the checks are made.
	Pause     Value[time.Duration] // of speech: a shorter one does not separate two segments
	Threshold Value[Decibels]      // audio below it is silence
	Source    Source               // the reference; a source of kind file may also be the label of a stream
	Chunk     Value[time.Duration] // how long each chunk should be
	Buffer    Value[time.Duration] // of the player that pacing.underruns simulates
}

// AudioCheck is one row that the suite asks for.
type AudioCheck struct {
	Row  *AudioRow
	Pos  diag.Pos
	Want Quantity // not set if the row takes a plain value
}

// The values of settings that the suite does not give.
const (
	DefaultPause     = 200 * time.Millisecond // longer than pauses within words and most pauses between words
	DefaultThreshold = Decibels(-50)          // the level below which dialects call audio silent, too
	DefaultBuffer    = 60 * time.Millisecond  // three chunks of the usual length
)

// Polarities are the words of similar_to.polarity.
const (
	SamePolarity     = "same"
	ReversedPolarity = "reversed"
)

// Keys names the keys of `audio`.
func (a *Audio) Keys(k *yamldoc.Keys) {
	k.Key("during", nameShape(&a.During), "The label of a media_started, or of a send_media.")
	k.Key("tag", Text(&a.Tag), "Instead of during: the tag of the stream that began last under it.")
	k.Key("from", yamldoc.Optional(&a.From, MomentShape), "Only what is heard from this moment on.")
	k.Key("to", yamldoc.Optional(&a.To, MomentShape), "Only what is heard before this moment.")
	a.checklist().name(k, "")
	k.Whole(func(n *yamldoc.Node, out *diag.List) {
		if (a.During.Text == "") == !a.Tag.IsSet() {
			out.Hintf(n.Pos, "such as during: answer, or tag: caller", "a stream is chosen by either during or tag")
		}
	})
}

func (a *Audio) checklist() checklist { return checklist{audioKeys(a), audioGroups} }

// labels gives the labels that choose the stream and a part of it.
func (a *Audio) labels() []Name { return append(momentLabels(a.From, a.To), a.During) }

// Asks reports whether one of the checks is of that aspect.
func (a *Audio) Asks(of Aspect) bool {
	return slices.ContainsFunc(a.Checks, func(c AudioCheck) bool { return c.Row.Of == of })
}

// Bind gives the checks with every ${…} computed, except those of the source.
func (a *Audio) Bind(env expr.Env) (*Audio, error) {
	b := *a
	if err := b.Tag.bind(env); err != nil {
		return nil, err
	}
	for i := range audioRows {
		if err := audioRows[i].bind(&b, env); err != nil {
			return nil, err
		}
	}
	b.Checks = slices.Clone(a.Checks)
	for i := range b.Checks {
		if err := b.Checks[i].Want.bind(env); err != nil {
			return nil, err
		}
	}
	return &b, nil
}

package spec

import (
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Audio are the checks of one stream. A measurement that cannot be made fails
// its check. A stream is chosen by the label of the step that saw it begin or
// sent it, or by its tag on the step's connection.
type Audio struct {
	During Name
	Tag    Value[string]
	From   *Moment      // nil: from its beginning
	To     *Moment      // nil: to its end
	Checks []AudioCheck // in the order of [AudioRows]

	// How the checks are made.
	Pause     Value[time.Duration] // of speech: shorter ones do not part segments
	Threshold Value[Decibels]      // what is below is silence
	Source    Source               // the reference; of kind file it may be the label of a stream, too
	Chunk     Value[time.Duration] // what each chunk is to last
	Buffer    Value[time.Duration] // of the player that pacing.underruns speaks of
}

// AudioCheck is one row that is asked for.
type AudioCheck struct {
	Row  *AudioRow
	Pos  diag.Pos
	Want Quantity // unset for a row that is held against a plain value
}

// What counts where a setting is not said.
const (
	DefaultPause     = 200 * time.Millisecond // longer than those within words and between most of them
	DefaultThreshold = Decibels(-50)          // dialects draw the line there too
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

// Asks reports whether one of the checks is of an aspect.
func (a *Audio) Asks(of Aspect) bool {
	return slices.ContainsFunc(a.Checks, func(c AudioCheck) bool { return c.Row.Of == of })
}

// Bind computes every ${…} once, but those of the source.
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

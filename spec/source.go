package spec

import (
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Source is the audio that a stream carries: a WAV file, a generated signal, a stream that
// another connection receives, or a list of files and signals.
type Source struct {
	Pos        diag.Pos
	Kind       string // file, tone, silence, noise, sweep, dtmf, connection, list
	File       Value[string]
	Frequency  Value[float64] // of a tone, in Hz
	Sweep      Sweep
	Noise      string
	Digits     Value[string]
	Duration   Value[time.Duration]
	Level      Value[float64] // RMS in dBFS
	Connection Value[string]
	Tag        Value[string]
	List       []Source
}

// Sweep is a sine that goes from one frequency to another.
type Sweep struct {
	From Value[float64]
	To   Value[float64]
}

// DefaultLevel is the level of a signal that gives none, in dBFS.
const DefaultLevel = -20.0

// sourceKinds is the registry of signals: the keys that decide the kind of a source.
var sourceKinds = []string{"tone", "silence", "noise", "sweep", "dtmf", "connection"}

// SourceShape takes a source.
func SourceShape(s *Source) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		s.Pos = n.Pos
		switch n.Kind {
		case yamldoc.Scalar:
			s.Kind = "file"
			Text(&s.File).Decode(n, out)
		case yamldoc.Sequence:
			s.Kind = "list"
			if len(n.Items) == 0 {
				yamldoc.Expected(n, "a list of sources that is not empty", out)
			}
			yamldoc.List(&s.List, SourceShape).Decode(n, out)
			for _, item := range s.List {
				if item.Kind == "connection" {
					out.Addf(item.Pos, "a live stream has no end, so nothing can come after it in a list")
				}
			}
		default:
			s.decodeSignal(n, out)
		}
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return d.Define("sources", func() *yamldoc.Schema {
			return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "string"},
				{Type: "array", Items: &yamldoc.Schema{Ref: "#/$defs/sources"}}, yamldoc.Map(&Source{}).Describe(d)}}
		})
	})
}

// IsSet reports whether a source was written.
func (s *Source) IsSet() bool { return s.Kind != "" }

// connections gives the connections that the source or one of its parts is bridged from.
func (s *Source) connections() []Name {
	var out []Name
	if name, ok := s.Connection.Known(); ok {
		out = append(out, Name{s.Connection.Pos, name})
	}
	for i := range s.List {
		out = append(out, s.List[i].connections()...)
	}
	return out
}

// has reports whether the source or one of its parts is of that kind.
func (s *Source) has(kind string) bool {
	return s.Kind == kind || slices.ContainsFunc(s.List, func(part Source) bool { return part.has(kind) })
}

func (s *Source) decodeSignal(n *yamldoc.Node, out *diag.List) {
	for _, kind := range sourceKinds {
		if n.Get(kind) == nil {
			continue
		}
		if s.Kind != "" {
			out.Addf(n.Pos, "a source is one thing, found %s and %s", s.Kind, kind)
			return
		}
		s.Kind = kind
	}
	yamldoc.Whole(yamldoc.Map(s), s.check).Decode(n, out)
}

// check makes the complaints that need several keys of a signal.
func (s *Source) check(n *yamldoc.Node, out *diag.List) {
	switch s.Kind {
	case "":
		out.Hintf(n.Pos, "a WAV file, tone, silence, noise, sweep, dtmf or connection", "this is no source")
	case "tone", "noise", "sweep":
		if !s.Duration.IsSet() {
			out.Hintf(n.Pos, "such as duration: 2s", "a %s needs a duration", s.Kind)
		}
	}
}

// Keys names the keys of a source.
func (s *Source) Keys(k *yamldoc.Keys) {
	k.Key("tone", frequencyValue(&s.Frequency), "A sine of this frequency.")
	k.Key("silence", Duration(&s.Duration), "Silence of this length.")
	k.Key("noise", yamldoc.Word(&s.Noise, "white"), "Noise.")
	k.Key("sweep", yamldoc.Map(&s.Sweep), "A sine that goes from one frequency to another.")
	k.Key("dtmf", valueShape(&s.Digits, digitsUnit), "Keys, each 80 ms with a pause of 80 ms (ITU-T Q.23).")
	k.Key("connection", Text(&s.Connection), "What this connection receives, live.")
	k.Key("tag", Text(&s.Tag), "The tag of the stream that it receives.")
	k.Key("duration", Duration(&s.Duration), "The length of a tone, noise or sweep.")
	k.Key("level", levelValue(&s.Level), "RMS level in dBFS; default: -20dB.")
}

// Keys names the keys of `sweep`.
func (s *Sweep) Keys(k *yamldoc.Keys) {
	k.Key("from", frequencyValue(&s.From), "Where it begins.", yamldoc.Required)
	k.Key("to", frequencyValue(&s.To), "Where it ends.", yamldoc.Required)
}

func frequencyValue(v *Value[float64]) yamldoc.Shape { return valueShape(v, frequency) }
func levelValue(v *Value[float64]) yamldoc.Shape     { return valueShape(v, levelUnit) }

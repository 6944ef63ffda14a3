package spec

import (
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// SendMedia streams a source in the background.
type SendMedia struct {
	From      Source
	Tag       Value[string]
	Encoding  Value[string]
	Custom    value.Data
	Chunk     Value[time.Duration]
	Gain      Value[float64]
	Loop      bool
	Speed     Value[float64] // as a multiple of real time; 0 sends everything at once
	KeepAlive string
	Wait      bool
}

func (s *SendMedia) shape() yamldoc.Shape { return yamldoc.Map(s) }

// Names gives the source, and the connections that it is bridged from.
func (s *SendMedia) Names() Names {
	return Names{Sources: []*Source{&s.From}, Connections: s.From.connections()}
}

// Keys names the keys of `send_media`.
func (s *SendMedia) Keys(k *yamldoc.Keys) {
	k.Key("from", SourceShape(&s.From), "What to stream.", yamldoc.Required)
	k.Key("tag", Text(&s.Tag), "The stream's tag, where the dialect has several.")
	k.Key("encoding", Text(&s.Encoding), "The encoding, in the dialect's words.")
	k.Key("customParameters", value.JSON(&s.Custom), "Values that travel in the stream's start.")
	k.Key("chunk", Duration(&s.Chunk), "How much audio a message holds; default: what the dialect has (20ms).")
	k.Key("gain", levelValue(&s.Gain), "Louder or softer by this.")
	k.Key("loop", yamldoc.Flag(&s.Loop), "Begin again at the end, until the stream is stopped.")
	k.Key("pace", valueShape(&s.Speed, paceUnit), "realtime, a multiple such as 4x, or asap.")
	k.Key("keep_alive", yamldoc.Word(&s.KeepAlive, "silence"), "Go on with silence after the end, until the stream is stopped.")
	k.Key("wait", yamldoc.Flag(&s.Wait), "Wait for the end of the stream.")
}

// paceUnit reads the pace of a stream as a multiple of real time.
var paceUnit = unit[float64]{"realtime, asap or a multiple such as 4x", func(s string) (float64, error) {
	switch s {
	case "realtime":
		return 1, nil
	case "asap":
		return 0, nil
	}
	number, ok := strings.CutSuffix(s, "x")
	v, _ := strconv.ParseFloat(number, 64)
	if !ok || !(v > 0 && v <= 1000) { // a text that is not a number gives 0, infinity or NaN
		return 0, diag.Hinted("realtime, asap or a multiple such as 4x", "%q is no pace", s)
	}
	return v, nil
}}

// StopMedia ends a stream with the dialect's stop.
type StopMedia struct {
	Label Name
	Tag   Value[string]
}

func (s *StopMedia) shape() yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Scalar {
			nameShape(&s.Label).Decode(n, out)
			return
		}
		yamldoc.DecodeKeys(n, s, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "string"}, yamldoc.Map(&StopMedia{}).Describe(d)}}
	})
}

// Names gives the label of the stream.
func (s *StopMedia) Names() Names { return Names{Labels: []Name{s.Label}} }

// Keys names the keys of `stop_media`.
func (s *StopMedia) Keys(k *yamldoc.Keys) {
	k.Key("tag", Text(&s.Tag), "The stream's tag.")
}

// ClearMedia empties a playback buffer: the platform's by the dialect's clear,
// or our own.
type ClearMedia struct {
	Tag Value[string]
}

func (c *ClearMedia) shape() yamldoc.Shape { return yamldoc.Map(c) }

// Names gives nothing.
func (c *ClearMedia) Names() Names { return Names{} }

// Keys names the keys of `clear_media`.
func (c *ClearMedia) Keys(k *yamldoc.Keys) {
	k.Key("tag", Text(&c.Tag), "The stream's tag; default: all of them.")
}

// SendMark sends a mark.
type SendMark struct {
	Name Value[string]
}

func (s *SendMark) shape() yamldoc.Shape { return Text(&s.Name) }

// Names gives nothing.
func (s *SendMark) Names() Names { return Names{} }

// SendDTMF sends DTMF keys.
type SendDTMF struct {
	Digits Value[string]
}

func (s *SendDTMF) shape() yamldoc.Shape { return Text(&s.Digits) }

// Names gives nothing.
func (s *SendDTMF) Names() Names { return Names{} }

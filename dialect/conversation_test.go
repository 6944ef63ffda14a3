package dialect_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/duologue/duologue/dialect"
)

// side is one end of a made-up conversation.
type side struct {
	flow    *dialect.Flow
	streams map[string]*dialect.Stream
	said    [][]byte // audio, in order
	heard   [][]byte
	marks   map[string]bool // sent and not returned yet
	ended   int
	started int
}

// Two sides that keep the rules never tell violations, whatever they say in
// whatever order. All audio arrives as it was sent, every mark comes back if the
// dialect returns marks on clear, and every stream that started has ended.
func TestConversationsAreClean(t *testing.T) {
	for _, name := range dialect.Names() {
		for seed := range uint64(40) {
			t.Run(fmt.Sprintf("%s %d", name, seed), func(t *testing.T) {
				c := &chat{t: t, rand: rand.New(rand.NewPCG(seed, 0)), name: name,
					a: newSide(flow(t, name, dialect.Platform, dialect.Options{})), b: newSide(flow(t, name, dialect.App, dialect.Options{}))}
				c.deliver(c.a, c.b, c.a.flow.Opening())
				for range 300 {
					c.step()
				}
				c.finish()
			})
		}
	}
}

func newSide(f *dialect.Flow) *side {
	return &side{flow: f, streams: map[string]*dialect.Stream{}, marks: map[string]bool{}}
}

type chat struct {
	t    *testing.T
	rand *rand.Rand
	name string
	now  time.Duration
	a, b *side
}

// step lets some time pass and one side do something.
func (c *chat) step() {
	c.pass(time.Duration(c.rand.IntN(60)) * ms)
	from, to := c.a, c.b
	if c.rand.IntN(2) == 0 {
		from, to = to, from
	}
	tag := ""
	if c.name == "voximplant" {
		tag = string(rune('a' + c.rand.IntN(3)))
	}
	switch c.rand.IntN(12) {
	case 0:
		if s := from.streams[tag]; s != nil && c.name == "voximplant" {
			c.deliver(from, to, s.Stop())
			delete(from.streams, tag)
		}
	case 1:
		name := fmt.Sprint("m", c.rand.Int())
		if marks, err := from.flow.Mark(name); err == nil {
			from.marks[name] = true
			c.deliver(from, to, marks)
		}
	case 2:
		if r, err := from.flow.Clear(c.now, ""); err == nil {
			c.take(from, to, r)
			if c.name == "vonage" {
				clear(c.b.marks) // they go with the buffer
			}
		}
	case 3:
		if keys, err := from.flow.DTMF("1#"); err == nil {
			c.deliver(from, to, keys)
		}
	default:
		c.speak(from, to, tag)
	}
}

// speak sends a chunk. If there is no stream, it starts one.
func (c *chat) speak(from, to *side, tag string) {
	s := from.streams[tag]
	if s == nil {
		var sent []dialect.Message
		var err error
		if s, sent, err = from.flow.Start(dialect.StreamOptions{Tag: tag}); err != nil {
			c.t.Fatal(err)
		}
		from.streams[tag] = s
		c.deliver(from, to, sent)
	}
	length, exact := s.ChunkLength()
	if !exact {
		length = time.Duration(1+c.rand.IntN(40)) * ms
	}
	audio := make([]byte, s.Format().Octets(length))
	if c.rand.IntN(4) > 0 {
		for i := range audio {
			audio[i] = byte(c.rand.Int())
		}
	}
	from.said = append(from.said, audio)
	c.deliver(from, to, []dialect.Message{s.Chunk(audio)})
}

// deliver carries messages to the other side.
func (c *chat) deliver(from, to *side, messages []dialect.Message) {
	for _, m := range messages {
		r := to.flow.Receive(c.now, m)
		if !r.Plumbing {
			c.t.Errorf("%s is not understood", m.Data)
		}
		c.take(to, from, r)
	}
}

// take notes what came to one side, and delivers its replies.
func (c *chat) take(at, other *side, r dialect.Received) {
	for _, e := range r.Events {
		switch e := e.(type) {
		case *dialect.Violation:
			c.t.Errorf("%v: %s: %s", e.At, e.Rule, e.Text)
		case *dialect.Chunk:
			at.heard = append(at.heard, e.Data)
		case *dialect.Mark:
			delete(at.marks, e.Name)
		case *dialect.MediaStarted:
			at.started++
		case *dialect.MediaEnded:
			at.ended++
			if e.Duration < 0 || e.Duration != e.PlayedEnd-e.PlayedStart {
				c.t.Errorf("ended = %+v, want its duration", e)
			}
		}
	}
	c.deliver(at, other, r.Replies)
}

// pass lets time go by, and stops wherever something is due.
func (c *chat) pass(d time.Duration) {
	end := c.now + d
	for {
		next, who, other := end, (*side)(nil), (*side)(nil)
		for _, pair := range [][2]*side{{c.a, c.b}, {c.b, c.a}} {
			if due, ok := pair[0].flow.Due(); ok && due <= next {
				next, who, other = due, pair[0], pair[1]
			}
		}
		if who == nil {
			break
		}
		c.now = max(c.now, next)
		c.take(who, other, who.flow.Advance(next))
	}
	c.now = end
}

// finish lets everything that waits be played, and closes.
func (c *chat) finish() {
	c.pass(time.Minute)
	for _, pair := range [][2]*side{{c.a, c.b}, {c.b, c.a}} {
		c.take(pair[0], pair[1], pair[0].flow.Closing(c.now))
		if len(pair[0].marks) > 0 {
			c.t.Errorf("%d marks did not come back", len(pair[0].marks))
		}
		if pair[0].started != pair[0].ended {
			c.t.Errorf("%d streams started and %d ended", pair[0].started, pair[0].ended)
		}
		if !slices.EqualFunc(pair[0].said, pair[1].heard, bytes.Equal) {
			c.t.Errorf("%d chunks were said and %d heard, or not the same", len(pair[0].said), len(pair[1].heard))
		}
	}
}

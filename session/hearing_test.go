package session

import (
	"testing"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/media"
)

// A chunk belongs to the stream in which it plays, not to the one that was open when it
// came. The silence after a stream belongs to that stream, however long it is.
func TestChunksAroundAnEndBySilence(t *testing.T) {
	const ms = time.Millisecond
	c := testConn()
	format := media.Format{Codec: media.ULaw, Rate: 8000}
	chunk := func(at, played time.Duration, octet byte) {
		c.talk.hearing.noteHeld(&dialect.Chunk{At: at, Format: format, Data: []byte{octet}, PlayedStart: played, PlayedEnd: played + 20*ms}, at)
	}
	c.talk.hearing.noteHeld(&dialect.MediaStarted{Format: format}, 0)
	chunk(0, 0, 'a')
	chunk(0, 20*ms, 'b')   // speech ends in its middle
	chunk(0, 40*ms, '.')   // silence
	chunk(0, 1500*ms, 'c') // speech that is heard much later
	c.talk.hearing.noteHeld(&dialect.MediaEnded{By: dialect.BySilence, PlayedStart: 0, PlayedEnd: 30 * ms}, 1030*ms)
	chunk(1100*ms, 1520*ms, 'd')
	c.talk.hearing.noteHeld(&dialect.MediaStarted{Format: format, Again: true, First: 3}, 1505*ms)
	chunk(1510*ms, 1540*ms, 'e')
	c.talk.hearing.noteHeld(&dialect.MediaEnded{By: dialect.BySilence, PlayedStart: 1500 * ms, PlayedEnd: 1560 * ms}, 2560*ms)
	chunk(2600*ms, 2600*ms, '.')
	streams := c.Streams()
	if len(streams) != 2 {
		t.Fatalf("%d streams, want 2", len(streams))
	}
	for i, want := range []string{"ab.", "cde."} {
		if got := string(streams[i].Octets); got != want || len(streams[i].Chunks) != len(want) {
			t.Errorf("stream %d holds %q in %d chunks, want %q", i, got, len(streams[i].Chunks), want)
		}
	}
}

// testConn returns a connection without a wire, to which events of a dialect can be
// given.
func testConn() *Conn {
	j := &journal{name: "main", log: NewLog(time.Now(), nil), ending: newEnding(false)}
	t := newTalk(j, false, true)
	return &Conn{journal: j, link: newLink(""), talk: t, streams: &streams{talk: t}}
}

// testReader returns a reader to which messages can be given.
func testReader(c *Conn) *reader { return &reader{journal: c.journal, talk: c.talk} }

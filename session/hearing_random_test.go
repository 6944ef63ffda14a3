package session

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// caller is a peer that sends chunks of 20 ms, at once or in real time, with
// silence of any length between, and clears now and then.
type caller struct {
	c    *Conn
	r    *reader // of c
	rng  *rand.Rand
	at   time.Duration
	came []byte
	ends []trace.Stream // each as it was when the next one had begun
}

const chunkOctets = 640 // 20 ms at 16 kHz

func (p *caller) send(binary bool, data []byte) {
	p.r.message(&wire.Message{Binary: binary, Data: data}, p.at)
	if binary {
		p.came = append(p.came, data...)
	}
}

// speak sends some chunks that are loud or silent. Each has a number in its first
// octets, which is too quiet to change that.
func (p *caller) speak(loud bool) {
	paced := p.rng.IntN(2) == 0
	for range 1 + p.rng.IntN(100) {
		chunk := make([]byte, chunkOctets)
		if loud {
			chunk = bytes.Repeat([]byte{0, 0x20}, chunkOctets/2)
		}
		chunk[0], chunk[2] = byte(len(p.came)/chunkOctets), byte(len(p.came)/chunkOctets>>8)
		p.send(true, chunk)
		if paced {
			p.at += 20 * time.Millisecond
			p.look()
		}
	}
}

// look keeps the streams that are shown and followed by another one.
func (p *caller) look() {
	streams := p.c.Streams()
	for len(p.ends) < len(streams)-1 {
		p.ends = append(p.ends, streams[len(p.ends)])
	}
}

// step does one thing at random, and lets the dialect act by its clock.
func (p *caller) step() {
	switch p.rng.IntN(6) {
	case 0, 1:
		p.speak(true)
	case 2, 3:
		p.speak(false)
	case 4:
		p.at += time.Duration(p.rng.IntN(3000)) * time.Millisecond
	case 5:
		p.send(false, []byte(`{"action":"clear"}`))
	}
	p.c.talk.advance(p.at)
	p.look()
}

// Every chunk that came belongs to exactly one stream, even if it is silent, late or
// cleared. A stream does not change once the next one has begun.
func TestNothingThatCameIsLost(t *testing.T) {
	d, err := dialect.Builtin("vonage")
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c := testConn()
			if c.talk.flow, err = d.Flow(dialect.Platform, dialect.Options{}); err != nil {
				t.Fatal(err)
			}
			p := &caller{c: c, r: testReader(c), rng: rand.New(rand.NewPCG(seed, 1))}
			for range 12 {
				p.step()
			}
			c.talk.end(p.at)
			p.check(t)
		})
	}
}

// check holds the streams against what was sent.
func (p *caller) check(t *testing.T) {
	t.Helper()
	streams := p.c.Streams()
	var all []byte
	for i, s := range streams {
		all = append(all, s.Octets...)
		if len(s.Octets) != chunkOctets*len(s.Chunks) {
			t.Errorf("stream %d has %d octets in %d chunks", i, len(s.Octets), len(s.Chunks))
		}
		if i > 0 && (len(s.Chunks) == 0 || s.Chunks[0].Played > s.Start || s.Chunks[0].PlayedEnd <= s.Start || s.Octets[5] == 0) {
			t.Errorf("stream %d of %d does not begin with the sound that was heard anew at %s", i, len(streams), s.Start)
		}
	}
	if !bytes.Equal(all, p.came) {
		t.Errorf("%d streams hold %d octets, and %d came", len(streams), len(all), len(p.came))
	}
	for i, s := range p.ends {
		if !bytes.Equal(s.Octets, streams[i].Octets) {
			t.Errorf("stream %d had %d octets when the next one began, and later %d", i, len(s.Octets), len(streams[i].Octets))
		}
	}
}

// A stream that has ended by silence is shown without the chunks of the next stream,
// which have come but do not play yet.
func TestWhatWaitsIsNotShown(t *testing.T) {
	d, err := dialect.Builtin("raw")
	if err != nil {
		t.Fatal(err)
	}
	c := testConn()
	if c.talk.flow, err = d.Flow(dialect.Platform, dialect.Options{}); err != nil {
		t.Fatal(err)
	}
	r := testReader(c)
	loud, quiet := bytes.Repeat([]byte{0, 0x20}, 16000), make([]byte, 2*32000)
	for _, data := range [][]byte{loud, quiet, loud} { // 1 s, 2 s, 1 s
		r.message(&wire.Message{Binary: true, Data: data}, 0)
	}
	for _, tt := range []struct {
		at   time.Duration
		want []int
	}{
		{time.Second, []int{4}}, // the stream has not ended: all that came
		{2500 * time.Millisecond, []int{3}},
		{3500 * time.Millisecond, []int{3, 1}},
		{9 * time.Second, []int{3, 1}},
	} {
		c.talk.advance(tt.at)
		var got []int
		for _, s := range c.Streams() {
			got = append(got, len(s.Octets)/32000)
		}
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("at %s the streams hold %v seconds, want %v", tt.at, got, tt.want)
		}
	}
}

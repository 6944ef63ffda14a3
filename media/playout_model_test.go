package media

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A queue is what Playout computes, told one millisecond at a time: a line of
// milliseconds of audio, each of a message, and of marks.
type queue struct {
	limit        Limit
	now          int
	line         []entry
	passed       []Passed
	played, lost int
}

type entry struct {
	message int    // 0 for a mark
	mark    string // its name
}

func (q *queue) audio() (n int) {
	for _, e := range q.line {
		if e.message > 0 {
			n++
		}
	}
	return n
}

func (q *queue) messages() int {
	n, last := 0, 0
	for _, e := range q.line {
		if e.message > 0 && e.message != last {
			n, last = n+1, e.message
		}
	}
	return n
}

// pass takes the marks off the front.
func (q *queue) pass() {
	for len(q.line) > 0 && q.line[0].message == 0 {
		q.passed = append(q.passed, Passed{Name: q.line[0].mark, At: time.Duration(q.now) * ms})
		q.line = q.line[1:]
	}
}

// eat takes a millisecond of audio off the front.
func (q *queue) eat() bool {
	if len(q.line) == 0 {
		return false
	}
	q.line = q.line[1:]
	q.pass()
	return true
}

func (q *queue) tick(until int) {
	for q.now < until {
		q.now++
		if q.eat() {
			q.played++
		}
	}
}

func (q *queue) push(message, length int) {
	want, full := length, q.limit.Messages > 0 && q.messages() >= q.limit.Messages
	most := int(q.limit.Duration / ms)
	switch {
	case length == 0:
		return
	case q.limit.Overflow == DiscardNew && full:
		length = 0
	case q.limit.Overflow == DiscardNew && most > 0:
		length = min(length, most-q.audio())
	case q.limit.Overflow == DiscardOld:
		if most > 0 {
			length = min(length, most)
		}
		for full && q.messages() >= q.limit.Messages || most > 0 && q.audio() > 0 && q.audio()+length > most {
			q.eat()
			q.lost++
		}
	}
	q.lost += want - length
	for range length {
		q.line = append(q.line, entry{message: message})
	}
}

func (q *queue) clear() (lost int, marks []Passed) {
	for _, e := range q.line {
		if e.message == 0 {
			marks = append(marks, Passed{Name: e.mark, At: time.Duration(q.now) * ms, Cleared: true})
		}
	}
	lost = q.audio()
	q.lost += lost
	q.line = nil
	return lost, marks
}

// FuzzPlayout holds the arithmetic against the queue. The first three octets are
// the limit, each further pair what is done and for how long or after how long.
func FuzzPlayout(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 20, 3, 0, 0, 10, 1, 20, 3, 0, 0, 100, 1, 5})
	f.Add([]byte{30, 0, 0, 1, 20, 3, 0, 1, 20, 3, 0, 0, 10, 1, 20, 3, 0, 0, 100})
	f.Add([]byte{30, 0, 1, 1, 20, 3, 0, 1, 20, 3, 0, 0, 10, 1, 200, 3, 0, 0, 100})
	f.Add([]byte{0, 2, 1, 1, 20, 3, 0, 1, 20, 3, 0, 0, 10, 1, 20, 3, 0, 1, 7, 2, 0, 0, 100})
	f.Add([]byte{40, 3, 1, 1, 20, 3, 0, 1, 20, 3, 0, 0, 25, 1, 9, 3, 0, 1, 7, 2, 3, 1, 9, 0, 100})
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) < 3 || len(ops) > 100 {
			return
		}
		limit := Limit{Duration: time.Duration(ops[0]%128) * ms, Messages: int(ops[1] % 8), Overflow: Overflow(ops[2] % 2)}
		p, q := Playout{Limit: limit}, queue{limit: limit}
		var pushed, played time.Duration
		for i := 3; i+1 < len(ops); i += 2 {
			op, n := ops[i]%4, int(ops[i+1]%64)
			at := time.Duration(q.now) * ms
			switch op {
			case 0:
				q.tick(q.now + n)
			case 1:
				q.push(i, n)
				p.Push(at, time.Duration(n)*ms)
				pushed += time.Duration(n) * ms
			case 2:
				wantLost, wantMarks := q.clear()
				lost, marks := p.Clear(at)
				if diff := cmp.Diff(wantMarks, marks); diff != "" || lost != time.Duration(wantLost)*ms {
					t.Fatalf("Clear(%v) = %v, want %d ms, marks -want +got:\n%s", at, lost, wantLost, diff)
				}
			case 3:
				q.line = append(q.line, entry{mark: fmt.Sprint(i)})
				p.Mark(at, fmt.Sprint(i))
				if q.audio() == 0 {
					q.pass()
				}
			}
			if next, ok := p.Next(); ok && len(q.passed) > 0 && next != q.passed[0].At {
				t.Fatalf("Next() = %v, want %v", next, q.passed[0].At)
			}
			at = time.Duration(q.now) * ms
			if diff := cmp.Diff(q.passed, p.Advance(at)); diff != "" {
				t.Fatalf("Advance(%v), -want +got:\n%s", at, diff)
			}
			q.passed = nil
			got := [3]time.Duration{p.Buffered(), p.Played(), p.Discarded()}
			want := [3]time.Duration{time.Duration(q.audio()) * ms, time.Duration(q.played) * ms, time.Duration(q.lost) * ms}
			if got != want {
				t.Fatalf("at %v held, played, discarded = %v, want %v", at, got, want)
			}
			if got[0]+got[1]+got[2] != pushed {
				t.Fatalf("at %v held, played and discarded are %v of %v", at, got, pushed)
			}
			if got[1] < played || got[1] > at {
				t.Fatalf("at %v %v have played, before it was %v", at, got[1], played)
			}
			played = got[1]
		}
	})
}

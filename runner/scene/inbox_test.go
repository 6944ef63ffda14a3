package scene

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// Whatever comes and is read in whatever order, the inbox gives what a list of all
// unread events would, and holds what these and the history take.
func TestInbox(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 0))
		account := memory.New(1 << 40).Open()
		w := plan.Wants{Kinds: map[string]bool{"pong": r.IntN(2) == 0}, Listed: map[string]bool{"message": r.IntN(2) == 0}}
		log := session.NewLog(time.Now(), account)
		b := inbox{log: log, account: account, wants: &w,
			past: history{wants: &w, all: r.IntN(4) == 0, account: account, stills: func(time.Duration) []lateness.Window { return nil }}}
		var model []trace.Event
		pull := func() {
			b.receive()
			for _, ev := range b.pending {
				if ev.Kind() == "error" && r.IntN(3) == 0 { // a listener takes it
					b.taken(ev, "ears")
					model = slices.DeleteFunc(model, func(o trace.Event) bool { return o.Seq == ev.Seq })
					continue
				}
				b.add(ev)
			}
			b.pending = nil
		}
		for range 2_000 {
			switch r.IntN(5) {
			case 0:
				pull()
			case 1:
				if waiting := b.waiting(); len(waiting) > 0 {
					ev := waiting[r.IntN(len(waiting))]
					b.take(ev)
					b.take(ev) // a second time changes nothing
					model = slices.DeleteFunc(model, func(o trace.Event) bool { return o.Seq == ev.Seq })
				}
			default:
				ev := log.Append([]string{"a", "b"}[r.IntN(2)], r.IntN(4) == 0, time.Duration(log.Len()), detailOf(r))
				if !ev.Sent && w.Reads(ev) {
					model = append(model, ev)
				}
			}
		}
		pull()
		b.retire("a")
		if !slices.EqualFunc(b.unread(), model, sameEvent) {
			t.Fatalf("seed %d: %d events are unread, want %d", seed, len(b.unread()), len(model))
		}
		ofB := slices.DeleteFunc(slices.Clone(model), func(ev trace.Event) bool { return ev.Connection == "a" })
		if !slices.EqualFunc(b.waiting(), ofB, sameEvent) {
			t.Fatalf("seed %d: %d events wait, want %d", seed, len(b.waiting()), len(ofB))
		}
		from := r.IntN(log.Len())
		later := slices.DeleteFunc(ofB, func(ev trace.Event) bool { return ev.Seq < from })
		if got := slices.Collect(b.from(from)); !slices.EqualFunc(got, later, sameEvent) {
			t.Fatalf("seed %d: from %d on %d events wait, want %d", seed, from, len(got), len(later))
		}
		if b.held+b.past.held != account.Held() {
			t.Fatalf("seed %d: %d are held unread and %d in the history, but %d in all", seed, b.held, b.past.held, account.Held())
		}
		if b.empty(); account.Held() != 0 {
			t.Fatalf("seed %d: %d are held when all was let go of", seed, account.Held())
		}
	}
}

func sameEvent(a, b trace.Event) bool { return a.Seq == b.Seq && a.Detail == b.Detail }

func detailOf(r *rand.Rand) trace.Detail {
	switch r.IntN(4) {
	case 0:
		return &trace.Pong{}
	case 1:
		return &trace.Error{Text: "x"}
	}
	return &trace.Message{Data: make([]byte, r.IntN(20)*1000)}
}

// The last lines of a connection, and when what we owed left after a standstill,
// are known however much was let go of.
func TestHistory(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		var stills []lateness.Window
		for k := range r.IntN(4) {
			from := time.Duration(k)*5*time.Second + time.Duration(r.IntN(3000))*time.Millisecond
			stills = append(stills, lateness.Window{From: from, To: from + time.Duration(r.IntN(1000))*time.Millisecond})
		}
		// A standstill is known once it is over.
		at := time.Duration(0)
		known := func(since time.Duration) []lateness.Window {
			return slices.DeleteFunc(slices.Clone(stills), func(w lateness.Window) bool { return w.To < since || w.To > at })
		}
		w := plan.Wants{}
		lean := history{wants: &w, stills: known}
		all := history{wants: &w, all: true, stills: known}
		for seq := range 20_000 {
			at += time.Duration(r.IntN(2000)) * time.Microsecond
			ev := trace.Event{Seq: seq, At: at, Connection: []string{"a", "b"}[r.IntN(2)], Sent: r.IntN(2) == 0, Detail: &trace.Message{Data: make([]byte, r.IntN(100))}}
			for _, h := range []*history{&lean, &all} {
				h.add(ev, false)
				h.trim()
			}
		}
		if len(lean.events) > 2_000 || len(lean.debts) > 5_000 {
			t.Errorf("seed %d: %d events and %d debts are kept", seed, len(lean.events), len(lean.debts))
		}
		got, still, found := lean.owed(known(0))
		want, wantStill, wantFound := all.owed(known(0))
		if found != wantFound || got.at != want.at || got.what != want.what || still != wantStill {
			t.Errorf("seed %d: owed %v in %v, %v, want %v in %v, %v", seed, got, still, found, want, wantStill, wantFound)
		}
		for _, name := range []string{"a", "b"} {
			last, wantLast := lean.of(name), all.of(name)
			n := min(len(last), recentLines)
			if n < recentLines || !slices.EqualFunc(last[len(last)-n:], wantLast[len(wantLast)-n:], sameEvent) {
				t.Errorf("seed %d: the last events of %s are others", seed, name)
			}
		}
	}
}

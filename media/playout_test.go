package media

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const ms = time.Millisecond

func TestPlayoutReachesMarks(t *testing.T) {
	var p Playout
	p.Mark(5*ms, "before anything")
	p.Push(10*ms, 100*ms)
	p.Mark(10*ms, "first")
	p.Push(20*ms, 100*ms)
	p.Mark(20*ms, "second")
	if at, ok := p.Next(); !ok || at != 5*ms {
		t.Errorf("Next() = %v, %v, want 5ms, true", at, ok)
	}
	want := []Passed{{Name: "before anything", At: 5 * ms}, {Name: "first", At: 110 * ms}}
	if diff := cmp.Diff(want, p.Advance(209*ms)); diff != "" {
		t.Errorf("Advance(209ms), -want +got:\n%s", diff)
	}
	if at, ok := p.Next(); !ok || at != 210*ms {
		t.Errorf("Next() = %v, %v, want 210ms, true", at, ok)
	}
	if diff := cmp.Diff([]Passed{{Name: "second", At: 210 * ms}}, p.Advance(210*ms)); diff != "" {
		t.Errorf("Advance(210ms), -want +got:\n%s", diff)
	}
	p.Mark(300*ms, "on an empty buffer")
	if diff := cmp.Diff([]Passed{{Name: "on an empty buffer", At: 300 * ms}}, p.Advance(300*ms)); diff != "" {
		t.Errorf("Advance(300ms), -want +got:\n%s", diff)
	}
	if at, ok := p.Next(); ok {
		t.Errorf("Next() = %v, true, want none", at)
	}
}

func TestPlayoutPlaysInRealTime(t *testing.T) {
	var p Playout
	if _, ok := p.PlayedStart(); ok {
		t.Error("PlayedStart() before any audio = true, want false")
	}
	if got, want := p.Push(100*ms, 50*ms), (Pushed{Start: 100 * ms, End: 150 * ms}); got != want {
		t.Errorf("Push(100ms) = %+v, want %+v", got, want)
	}
	if got, want := p.Push(110*ms, 50*ms), (Pushed{Start: 150 * ms, End: 200 * ms}); got != want {
		t.Errorf("Push(110ms) = %+v, want %+v", got, want)
	}
	p.Advance(170 * ms)
	if played, held := p.Played(), p.Buffered(); played != 70*ms || held != 30*ms {
		t.Errorf("at 170ms %v have played and %v are held, want 70ms and 30ms", played, held)
	}
	p.Push(200*ms, 20*ms) // just in time
	p.Push(225*ms, 20*ms) // 5 ms late
	p.Advance(time.Second)
	start, _ := p.PlayedStart()
	end, _ := p.PlayedEnd()
	if start != 100*ms || end != 245*ms {
		t.Errorf("played from %v to %v, want 100ms to 245ms", start, end)
	}
	if diff := cmp.Diff([]Gap{{Chunk: 3, At: 220 * ms, Length: 5 * ms}}, p.Underruns()); diff != "" {
		t.Errorf("Underruns(), -want +got:\n%s", diff)
	}
	if got := p.Played(); got != 140*ms {
		t.Errorf("Played() = %v, want 140ms", got)
	}
}

func TestPlayoutClear(t *testing.T) {
	var p Playout
	p.Push(0, 100*ms)
	p.Mark(0, "played")
	p.Push(0, time.Second)
	p.Mark(0, "pending")
	p.Mark(0, "pending too")
	lost, marks := p.Clear(300 * ms)
	if want := 800 * ms; lost != want {
		t.Errorf("Clear() lost %v, want %v", lost, want)
	}
	want := []Passed{{Name: "pending", At: 300 * ms, Cleared: true}, {Name: "pending too", At: 300 * ms, Cleared: true}}
	if diff := cmp.Diff(want, marks); diff != "" {
		t.Errorf("Clear(), -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]Passed{{Name: "played", At: 100 * ms}}, p.Advance(time.Second)); diff != "" {
		t.Errorf("Advance(), -want +got:\n%s", diff)
	}
	if end, _ := p.PlayedEnd(); end != 300*ms {
		t.Errorf("PlayedEnd() = %v, want 300ms", end)
	}
	if got, want := p.Push(2*time.Second, 20*ms), (Pushed{Start: 2 * time.Second, End: 2020 * ms}); got != want {
		t.Errorf("Push() = %+v, want %+v", got, want)
	}
	if gaps := p.Underruns(); len(gaps) > 0 {
		t.Errorf("Underruns() = %v, want none for the silence after a clear", gaps)
	}
	p.Push(2050*ms, 20*ms)
	if diff := cmp.Diff([]Gap{{Chunk: 3, At: 2020 * ms, Length: 30 * ms}}, p.Underruns()); diff != "" {
		t.Errorf("Underruns() of what came after the clear, -want +got:\n%s", diff)
	}
	if lost, _ := p.Clear(3 * time.Second); lost != 0 {
		t.Errorf("Clear() of an empty buffer lost %v", lost)
	}
	if end, _ := p.PlayedEnd(); end != 2070*ms {
		t.Errorf("PlayedEnd() after an idle clear = %v, want 2.07s", end)
	}
}

func TestPlayoutIgnoresEmptyMessages(t *testing.T) {
	p := Playout{Limit: Limit{Messages: 1, Overflow: DiscardOld}}
	p.Push(0, 100*ms)
	if got, want := p.Push(0, 0), (Pushed{Start: 100 * ms, End: 100 * ms}); got != want || p.Buffered() != 100*ms {
		t.Errorf("Push() of nothing = %+v with %v held, want %+v with 100ms", got, p.Buffered(), want)
	}
}

func TestPlayoutClearAtTheEndComesTooLate(t *testing.T) {
	var p Playout
	p.Push(0, 100*ms)
	p.Mark(0, "a")
	if lost, marks := p.Clear(100 * ms); lost != 0 || len(marks) > 0 {
		t.Errorf("Clear() = %v, %v, want nothing", lost, marks)
	}
	if diff := cmp.Diff([]Passed{{Name: "a", At: 100 * ms}}, p.Advance(100*ms)); diff != "" {
		t.Errorf("Advance(), -want +got:\n%s", diff)
	}
}

func TestPlayoutTimeNeverRunsBackwards(t *testing.T) {
	var p Playout
	p.Push(100*ms, 20*ms)
	if got, want := p.Push(50*ms, 20*ms), (Pushed{Start: 120 * ms, End: 140 * ms}); got != want {
		t.Errorf("Push() in the past = %+v, want %+v", got, want)
	}
	if got := p.Push(200*ms, -time.Second); got.Start != got.End {
		t.Errorf("Push() of a negative length = %+v, want nothing", got)
	}
}

func TestPlayoutLimit(t *testing.T) {
	tests := []struct {
		name      string
		limit     Limit
		discarded time.Duration
		passed    []Passed
	}{
		{"none", Limit{}, 0, []Passed{{Name: "a", At: 100 * ms}, {Name: "b", At: 200 * ms}, {Name: "c", At: 300 * ms}}},
		{"300 ms", Limit{Duration: 300 * ms}, 0, []Passed{{Name: "a", At: 100 * ms}, {Name: "b", At: 200 * ms}, {Name: "c", At: 300 * ms}}},
		{"150 ms, the new", Limit{Duration: 150 * ms}, 150 * ms,
			[]Passed{{Name: "a", At: 100 * ms}, {Name: "b", At: 150 * ms}, {Name: "c", At: 150 * ms}}},
		{"150 ms, the old", Limit{Duration: 150 * ms, Overflow: DiscardOld}, 150 * ms,
			[]Passed{{Name: "a"}, {Name: "b", At: 50 * ms}, {Name: "c", At: 150 * ms}}},
		{"50 ms, the old", Limit{Duration: 50 * ms, Overflow: DiscardOld}, 250 * ms,
			[]Passed{{Name: "a"}, {Name: "b"}, {Name: "c", At: 50 * ms}}},
		{"2 messages, the new", Limit{Messages: 2}, 100 * ms,
			[]Passed{{Name: "a", At: 100 * ms}, {Name: "b", At: 200 * ms}, {Name: "c", At: 200 * ms}}},
		{"2 messages, the old", Limit{Messages: 2, Overflow: DiscardOld}, 100 * ms,
			[]Passed{{Name: "a"}, {Name: "b", At: 100 * ms}, {Name: "c", At: 200 * ms}}},
		{"3 messages", Limit{Messages: 3}, 0, []Passed{{Name: "a", At: 100 * ms}, {Name: "b", At: 200 * ms}, {Name: "c", At: 300 * ms}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Playout{Limit: tt.limit}
			for _, name := range []string{"a", "b", "c"} {
				p.Push(0, 100*ms)
				p.Mark(0, name)
			}
			if got := p.Discarded(); got != tt.discarded {
				t.Errorf("Discarded() = %v, want %v", got, tt.discarded)
			}
			if diff := cmp.Diff(tt.passed, p.Advance(time.Second)); diff != "" {
				t.Errorf("Advance(), -want +got:\n%s", diff)
			}
		})
	}
}

func ExamplePlayout() {
	p := Playout{Limit: Limit{Duration: 10 * time.Second}}
	p.Push(0, 300*time.Millisecond)
	p.Mark(0, "greeting")
	p.Push(0, 5*time.Second)
	p.Mark(0, "question")
	lost, cleared := p.Clear(time.Second)
	fmt.Println(p.Advance(time.Second))
	fmt.Println(lost, cleared)
	// Output:
	// [{greeting 300ms false}]
	// 4.3s [{question 1s true}]
}

package memory_test

import (
	"sync"
	"testing"

	"github.com/duologue/duologue/internal/memory"
)

// The one that holds most must end, whoever asked for more. The others then have
// room.
func TestHeaviestEnds(t *testing.T) {
	budget := memory.New(100)
	light, heavy, late := budget.Open(), budget.Open(), budget.Open()
	light.Hold(30)
	heavy.Hold(60)
	late.Hold(10)
	if light.Over() || heavy.Over() || late.Over() {
		t.Fatal("someone ends, though no more is held than may be")
	}
	light.Hold(1)
	if !heavy.Over() || light.Over() || late.Over() {
		t.Fatalf("ends: light %v, heavy %v, late %v, want only heavy", light.Over(), heavy.Over(), late.Over())
	}
	select {
	case <-heavy.Ends():
	default:
		t.Error("nobody is told")
	}
	heavy.Hold(1000) // it has not ended yet
	light.Hold(59)   // 100 together with the 10 of late
	if light.Over() || late.Over() {
		t.Error("what the one that ends holds is still counted")
	}
	if got := heavy.Held(); got != 60 {
		t.Errorf("Held() = %d, want what it was when it had to end, 60", got)
	}
	if got := light.Held(); got != 90 {
		t.Errorf("Held() = %d, want 90", got)
	}
}

// What is released, and what an ended scenario held, is free for others.
func TestRoom(t *testing.T) {
	budget := memory.New(100)
	a, b := budget.Open(), budget.Open()
	a.Hold(90)
	a.Hold(-80)
	b.Hold(90)
	if a.Over() || b.Over() {
		t.Fatal("what was let go of still counts")
	}
	b.Close()
	b.Close()
	a.Hold(90)
	if a.Over() {
		t.Error("what a scenario held that has ended still counts")
	}
	a.Hold(1)
	if !a.Over() {
		t.Error("one octet too many, and nobody ends")
	}
}

// However many hold and release at once, nothing is held in the end.
func TestNothingIsLost(t *testing.T) {
	budget := memory.New(1000)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			a := budget.Open()
			defer a.Close()
			for k := range 100 {
				a.Hold(k)
				a.Hold(-k / 2)
			}
		})
	}
	all.Wait()
	a := budget.Open()
	if a.Hold(1000); a.Over() {
		t.Error("something is held still")
	}
}

// A nil account counts nothing and never ends.
func TestNoAccount(t *testing.T) {
	var none *memory.Account
	none.Hold(1 << 40)
	none.Close()
	if none.Over() {
		t.Error("it ends")
	}
}

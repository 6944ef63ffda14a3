package network

import (
	"testing"
	"time"
)

// As many chunks are disturbed as was said, and the same ones with the same seed.
func TestShares(t *testing.T) {
	m := Media{Loss: 0.1, Duplicate: 0.2, Reorder: 0.3}
	f, again, other := NewFates(m, 0, 7, "a"), NewFates(m, 0, 7, "a"), NewFates(m, 0, 7, "b")
	lost, twice, swapped, differ := 0, 0, 0, 0
	const all = 10_000
	for i := range all {
		due := time.Duration(i) * 20 * ms
		got := f.Next(due)
		if also := again.Next(due); also != got {
			t.Fatalf("chunk %d: %+v, and with the same seed %+v", i, got, also)
		}
		if other.Next(due) != got {
			differ++
		}
		switch {
		case got.Lost && (got.Twice || got.Swapped):
			t.Fatalf("chunk %d is lost, and still sent: %+v", i, got)
		case got.Lost:
			lost++
		}
		if got.Twice {
			twice++
		}
		if got.Swapped {
			swapped++
		}
	}
	for _, share := range []struct {
		what      string
		got, want int
	}{{"lost", lost, all / 10}, {"twice", twice, all * 18 / 100}, {"swapped", swapped, all * 27 / 100}} {
		if share.got < share.want*9/10 || share.got > share.want*11/10 {
			t.Errorf("%d chunks %s, want about %d", share.got, share.what, share.want)
		}
	}
	if differ < all/4 {
		t.Errorf("another stream differs in only %d chunks", differ)
	}
}

// What becomes of one chunk does not depend on whether others were in a gap.
func TestGapDrawsToo(t *testing.T) {
	with, without := NewFates(Media{Gap: Spell{Length: time.Second}, Loss: 0.5}, 0, 7, ""), NewFates(Media{Loss: 0.5}, 0, 7, "")
	for i := range 100 {
		due := time.Duration(i) * 20 * ms
		got, want := with.Next(due), without.Next(due)
		if due < time.Second {
			want.Lost = true
		}
		if got != want {
			t.Errorf("chunk %d: %+v, want %+v", i, got, want)
		}
	}
}

func TestSpells(t *testing.T) {
	const since = 5 * time.Second
	once := NewFates(Media{Burst: Spell{Length: 100 * ms}}, since, 0, "")
	often := NewFates(Media{Burst: Spell{Length: 100 * ms, Every: time.Second}}, since, 0, "")
	var never Fates
	for _, tt := range []struct {
		at          time.Duration
		once, often time.Duration // until when it is held; 0: it is not
	}{
		{0, 0, 0}, {since - 1, 0, 0}, {since, since + 100*ms, since + 100*ms}, {since + 99*ms, since + 100*ms, since + 100*ms},
		{since + 100*ms, 0, 0}, {since + 999*ms, 0, 0}, {since + 3050*ms, 0, since + 3100*ms},
	} {
		for _, is := range []struct {
			f    *Fates
			want time.Duration
		}{{&once, tt.once}, {&often, tt.often}, {&never, 0}} {
			if until, held := is.f.Held(tt.at); held != (is.want > 0) || held && until != is.want {
				t.Errorf("%+v at %s: held %v until %s, want until %s", is.f.media, tt.at, held, until, is.want)
			}
		}
	}
	gap := NewFates(Media{Gap: Spell{Length: 100 * ms, Every: time.Second}}, since, 0, "")
	if !gap.Next(since+1050*ms).Lost || gap.Next(since+1150*ms).Lost {
		t.Error("chunks are lost at other times than in a gap")
	}
	if got := never.Next(since); got != (Fate{}) {
		t.Errorf("without any disturbance: %+v", got)
	}
}

func TestClock(t *testing.T) {
	var right Clock
	if got := right.When(time.Hour + 1); got != time.Hour+1 {
		t.Errorf("a right clock shows an hour and a nanosecond at %s", got)
	}
	fast := right.Drifting(10*time.Second, 1000)
	for _, tt := range []struct{ shows, want time.Duration }{
		{10 * time.Second, 10 * time.Second}, {10*time.Second + 1001*ms, 11 * time.Second},
	} {
		if got := fast.When(tt.shows); (got - tt.want).Abs() > time.Microsecond {
			t.Errorf("the fast clock shows %s at %s, want %s", tt.shows, got, tt.want)
		}
	}
	slow := fast.Drifting(11*time.Second, -1000)
	if got, want := slow.When(10*time.Second+1001*ms+999*ms), 12*time.Second; (got - want).Abs() > time.Microsecond {
		t.Errorf("the clock that was fast and is slow shows 12s at %s", got)
	}
	again := slow.Drifting(12*time.Second, 0)
	if got, want := again.When(13*time.Second), 13*time.Second; (got - want).Abs() > time.Microsecond {
		t.Errorf("the clock that was fast, slow and is right shows 13s at %s", got)
	}
}

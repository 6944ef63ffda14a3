package session_test

import (
	"sync"
	"testing"
	"time"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// Taking from the log gives every event once and in order, however many goroutines
// write.
func TestLogLosesNothing(t *testing.T) {
	const writers, each = 8, 500
	log := session.NewLog(time.Now(), nil)
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for range each {
				log.Append("main", false, 0, &trace.Ping{})
			}
		})
	}
	for seen := 0; seen < writers*each; {
		events, changed := log.Take(nil)
		for _, ev := range events {
			if ev.Seq != seen {
				t.Fatalf("event %d stands at %d", ev.Seq, seen)
			}
			seen++
		}
		if seen < writers*each {
			<-changed
		}
	}
	writing.Wait()
}

// Events that were taken out do not change when more come.
func TestLogGivesValues(t *testing.T) {
	log := session.NewLog(time.Now(), nil)
	log.Append("a", false, 0, &trace.Ping{})
	events, changed := log.Take(nil)
	select {
	case <-changed:
		t.Error("changed before there was more")
	default:
	}
	log.Append("b", true, 0, &trace.Ping{})
	<-changed
	if len(events) != 1 || events[0].Connection != "a" || log.Len() != 2 {
		t.Errorf("%v of %d events, want the first of 2", events, log.Len())
	}
}

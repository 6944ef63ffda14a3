package runner

import (
	"testing"
	"time"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// What is unread is bounded, in number and in octets; what was read counts no
// more.
func TestInboxOverflow(t *testing.T) {
	nobody := func(trace.Event) bool { return false }
	tests := []struct {
		name  string
		count int
		data  []byte
		take  bool
		want  string
	}{
		{"as many events as may be", maxUnread, nil, false, ""},
		{"one more", maxUnread + 1, nil, false, "more than 100000 events are unread"},
		{"one more, of which one was read", maxUnread + 1, nil, true, ""},
		{"as many octets as may be", 64, make([]byte, 1<<20), false, ""},
		{"a message more", 65, make([]byte, 1<<20), false, "unread messages hold more than 64 MiB"},
		{"a message more, of which one was read", 65, make([]byte, 1<<20), true, ""},
	}
	for _, tt := range tests {
		b := inbox{log: session.NewLog(time.Now())}
		for range tt.count {
			b.log.Append("main", false, 0, &trace.Message{Data: tt.data})
		}
		b.pull(nobody)
		if tt.take {
			b.take(b.waiting()[0])
		}
		if got := b.overflow(); got != tt.want {
			t.Errorf("%s: overflow() = %q, want %q", tt.name, got, tt.want)
		}
		b.retire("main") // another connection of that name does not make them less
		if got := b.overflow(); got != tt.want {
			t.Errorf("%s, retired: overflow() = %q, want %q", tt.name, got, tt.want)
		}
	}
}

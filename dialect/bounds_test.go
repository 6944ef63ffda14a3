package dialect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/duologue/duologue/dialect"
)

// A peer cannot make a flow remember more than its limits. Anything beyond them
// is a violation and is not kept.
func TestBounds(t *testing.T) {
	count := func(f *dialect.Flow, n int, message func(i int) string) map[string]int {
		rules := map[string]int{}
		for i := range n {
			for _, e := range f.Receive(0, text(message(i))).Events {
				if v, ok := e.(*dialect.Violation); ok {
					rules[v.Rule]++
				}
			}
		}
		return rules
	}
	start := func(i int) string {
		return fmt.Sprintf(`{"event":"start","sequenceNumber":%d,"start":{"tag":"%d","mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`, i, i)
	}
	tests := []struct {
		name, dialect string
		n             int
		message       func(i int) string
		rule          string
		want          int
	}{
		{"256 streams", "voximplant", 256, start, "voximplant: streams", 0},
		{"too many streams", "voximplant", 300, start, "voximplant: streams", 44},
		{"a long tag", "voximplant", 1, func(i int) string {
			return strings.Replace(start(0), `"tag":"`, `"tag":"`+strings.Repeat("x", 2000), 1)
		}, "voximplant: streams", 1},
		{"many marks", "twilio", 1000, markAfterAudio("m"), "twilio: marks", 0},
		{"too many marks", "twilio", 20_000, markAfterAudio("m"), "twilio: marks", 20_000 - 1 - 1<<20/65},
		{"huge marks", "twilio", 12, markAfterAudio(strings.Repeat("m", 1<<17)), "twilio: marks", 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var vars map[string]any
			if tt.dialect == "twilio" {
				vars = twilioVars
			}
			f := flow(t, tt.dialect, dialect.Platform, dialect.Options{Vars: vars})
			if got := count(f, tt.n, tt.message)[tt.rule]; got != tt.want {
				t.Errorf("violations of %s = %d, want %d", tt.rule, got, tt.want)
			}
		})
	}
}

// markAfterAudio gives one chunk of audio, then marks that wait for it.
func markAfterAudio(name string) func(i int) string {
	return func(i int) string {
		if i == 0 {
			return `{"event":"media","streamSid":"MZ1","media":{"payload":"` + strings.Repeat("gACA", 1000) + `"}}`
		}
		return `{"event":"mark","streamSid":"MZ1","mark":{"name":"` + name + `"}}`
	}
}

// A stopped tag makes room for another.
func TestStoppedTagsMakeRoom(t *testing.T) {
	f := flow(t, "voximplant", dialect.App, dialect.Options{})
	for i := range 1000 {
		f.Receive(0, text(fmt.Sprintf(`{"event":"start","sequenceNumber":%d,"start":{"tag":"%d","mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`, 2*i, i)))
		r := f.Receive(0, text(fmt.Sprintf(`{"event":"stop","sequenceNumber":%d,"stop":{"tag":"%d"}}`, 2*i+1, i)))
		if len(r.Events) != 1 {
			t.Fatalf("stream %d: events = %v, want its end", i, brief(r.Events))
		}
	}
}

package expr

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	tests := []struct {
		src  string
		want time.Duration
		err  string
	}{
		{"900ms", 900 * time.Millisecond, ""},
		{"1.2s", 1200 * time.Millisecond, ""},
		{"2m", 2 * time.Minute, ""},
		{"20us", 20 * time.Microsecond, ""},
		{"0s", 0, ""},
		{"1h", time.Hour, ""},
		{"0.001us", time.Nanosecond, ""},
		{"0.0001us", 0, "not a whole number of nanoseconds"},
		{"20", 0, "write a unit, such as 20ms"},
		{"1m30s", 0, "90s"},
		{"012ms", 0, "not a duration"},
		{"1.s", 0, "not a duration"},
		{"-1s", 0, "not a duration"},
		{"", 0, "not a duration"},
		{"1 s", 0, `unknown unit " s"`},
		{"5sec", 0, `unknown unit "sec"`},
		{"9999999999h", 0, "too long"},
	}
	for _, test := range tests {
		got, err := ParseDuration(test.src)
		if got != test.want || !matches(err, test.err) {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v, error %q", test.src, got, err, test.want, test.err)
		}
	}
}

// matches reports whether err contains want; for "" err must be nil.
func matches(err error, want string) bool {
	if want == "" {
		return err == nil
	}
	return err != nil && strings.Contains(err.Error(), want)
}

func TestFormatDuration(t *testing.T) {
	tests := map[time.Duration]string{
		0: "0s", 1: "0.001us", 20 * time.Microsecond: "20us", 1500 * time.Microsecond: "1.5ms",
		90 * time.Second: "90s", -1200 * time.Millisecond: "-1.2s", 1<<63 - 1: "9223372036.854775807s",
	}
	for d, want := range tests {
		got := FormatDuration(d)
		if got != want {
			t.Errorf("FormatDuration(%d) = %q, want %q", int64(d), got, want)
		}
		if back, err := ParseDuration(strings.TrimPrefix(got, "-")); err != nil || back != d.Abs() {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", got, back, err, d)
		}
	}
}

func TestParseMoment(t *testing.T) {
	tests := []struct {
		src       string
		want      Moment
		err, word string
	}{
		{"barge.start", Moment{"barge", "start", 0}, "", ""},
		{"reply.start + 1200ms", Moment{"reply", "start", 1200 * time.Millisecond}, "", ""},
		{"reply.speech_end-20ms", Moment{"reply", "speech_end", -20 * time.Millisecond}, "", ""},
		{"reply.strat", Moment{}, `did you mean "start"?`, "strat"},
		{"reply", Moment{}, "reply.at", "reply"},
		{"reply.start + 20", Moment{}, "such as 20ms", "20"},
		{"reply.start + 20sec", Moment{}, "unknown unit", "sec"},
		{"reply.start 20ms", Moment{}, "unexpected", "20ms"},
		{"reply.json.start", Moment{}, "is not a moment", "reply.json.start"},
		{"vars.start", Moment{}, "not a label", "vars"},
		{"", Moment{}, "is not a moment", ""},
		{"reply.start + ", Moment{}, "is not a duration", ""},
	}
	for _, test := range tests {
		got, err := ParseMoment(test.src)
		if got != test.want || !matches(err, test.err) {
			t.Errorf("ParseMoment(%q) = %v, %v, want %v, error %q", test.src, got, err, test.want, test.err)
			continue
		}
		var e *Error
		if errors.As(err, &e) && test.src[e.Offset:e.Offset+e.Length] != test.word {
			t.Errorf("ParseMoment(%q) points at %q, want %q", test.src, test.src[e.Offset:e.Offset+e.Length], test.word)
		}
	}
}

func TestParseDifference(t *testing.T) {
	want := Difference{Moment{"answer", "start", 0}, Moment{"question", "speech_end", 0}}
	tests := []struct {
		src  string
		want Difference
		ok   bool
		err  string
	}{
		{"answer.start - question.speech_end", want, true, ""},
		{"answer.start-question.speech_end", want, true, ""},
		{"answer.start - question.speech_edn", Difference{}, true, `did you mean "speech_end"?`},
		{"answer.strat - question.speech_edn", Difference{}, true, `did you mean "start"?`},
		{"answer.start - question.speech_end - 200ms", Difference{}, true, "takes no offset"},
		{"answer.start + 1s - question.speech_end", Difference{}, true, "takes no offset"},
		{"vars.a - vars.b", Difference{}, false, ""},
		{"a.size - b.size", Difference{}, false, ""},
		{"conn('main').url", Difference{}, false, ""},
		{"a.json.start - b.start", Difference{}, false, ""},
		{"answer.start", Difference{}, false, ""},
		{"(a.start - b.start) * 2", Difference{}, false, ""},
	}
	for _, test := range tests {
		got, ok, err := ParseDifference(test.src)
		if got != test.want || ok != test.ok || !matches(err, test.err) {
			t.Errorf("ParseDifference(%q) = %v, %v, %v, want %v, %v, error %q", test.src, got, ok, err, test.want, test.ok, test.err)
		}
	}
}

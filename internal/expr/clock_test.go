package expr

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// evaluated compiles and evaluates an expression.
func evaluated(src string, env Env) (any, error) {
	p, err := Compile(src, Scope{})
	if err != nil {
		return nil, err
	}
	return p.Eval(env)
}

func TestClock(t *testing.T) {
	at := func(text string) Env {
		when, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return Env{Clock: func() time.Time { return when }}
	}
	tests := []struct {
		src, now string
		want     any
	}{
		{"unix()", "2001-09-09T03:46:40.9+02:00", int64(1000000000)},
		{"unix()", "1969-12-31T23:59:59.5Z", int64(-1)},
		{"unix_ms()", "2001-09-09T01:46:40.0019Z", int64(1000000000001)},
		{"rfc3339()", "2001-09-09T03:46:40.0019+02:00", "2001-09-09T01:46:40.001Z"},
		{"rfc3339(unix() + 60)", "2001-09-09T01:46:40.9Z", "2001-09-09T01:47:40.000Z"},
		{"rfc3339(0.0019)", "2001-09-09T01:46:40Z", "1970-01-01T00:00:00.001Z"},
		{"rfc3339(-0.0001)", "2001-09-09T01:46:40Z", "1969-12-31T23:59:59.999Z"},
		{"rfc3339(-62167219200)", "2001-09-09T01:46:40Z", "0000-01-01T00:00:00.000Z"},
		{"rfc3339(253402300799.9999)", "2001-09-09T01:46:40Z", "9999-12-31T23:59:59.999Z"},
	}
	for _, test := range tests {
		if got, err := evaluated(test.src, at(test.now)); err != nil || got != test.want {
			t.Errorf("%s at %s = %v, %v, want %v", test.src, test.now, got, err, test.want)
		}
	}
	for src, want := range map[string]string{
		"rfc3339(253402300800)":       "no year of four digits",
		"rfc3339(-62167219200.00001)": "no year of four digits",
		"rfc3339(1e300)":              "no year of four digits",
		"rfc3339(1, 2)":               "rfc3339 takes 0 to 1 arguments, not 2",
		"rfc3339('now')":              "write rfc3339() or rfc3339(seconds)",
		"unix(1)":                     "unix takes 0 arguments, not 1",
	} {
		if got, err := evaluated(src, at("2001-09-09T01:46:40Z")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s = %v, %v, want an error with %q", src, got, err, want)
		}
	}
}

// Without a clock there is no value, so that nothing is fixed before its time.
func TestNoClock(t *testing.T) {
	for _, src := range []string{"unix()", "unix_ms()", "rfc3339()"} {
		p, err := Compile(src, Scope{})
		if err != nil {
			t.Fatal(err)
		}
		if v, err := p.Eval(Env{}); err == nil || !strings.Contains(err.Error(), "no clock here") {
			t.Errorf("%s without a clock = %v, %v, want an error", src, v, err)
		}
		if !p.Varies() {
			t.Errorf("%s is said not to vary", src)
		}
	}
}

func TestFakeClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		env := Env{Clock: time.Now}
		before, err := evaluated("unix_ms()", env)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(90 * time.Second)
		after, err := evaluated("unix_ms()", env)
		if err != nil || after.(int64)-before.(int64) != 90000 {
			t.Errorf("unix_ms() was %v, and %v (%v) after 90 s of fake time", before, after, err)
		}
	})
}

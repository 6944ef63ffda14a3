package builtin

import (
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	s := &Server{addr: "127.0.0.1:1"}
	tests := []struct{ name, url, want, err string }{
		{"plain", "builtin://echo", "ws://127.0.0.1:1/echo", ""},
		{"with a vendor", "builtin://twilio/ivr", "ws://127.0.0.1:1/twilio/ivr", ""},
		{"options", "builtin://close?code=4000&reason=a%20b", "ws://127.0.0.1:1/close?code=4000&reason=a%20b", ""},
		{"a defect", "builtin://vonage/echo?defect=late", "ws://127.0.0.1:1/vonage/echo?defect=late", ""},
		{"misspelled name", "builtin://voximplant/ecoh", "", `did you mean "voximplant/echo"?`},
		{"unheard-of name", "builtin://skype/echo", "", "there is no endpoint builtin://skype/echo"},
		{"no name", "builtin://", "", "there is no endpoint"},
		{"misspelled option", "builtin://slow?dealy=1s", "", `did you mean "delay"?`},
		{"option of another endpoint", "builtin://echo?delay=1s", "", `option "delay" of builtin://echo`},
		{"misspelled defect", "builtin://twilio/ivr?defect=no-marks", "", `did you mean "no-mark"?`},
		{"defect of another endpoint", "builtin://twilio/echo?defect=no-mark", "", "there is no defect no-mark of builtin://twilio/echo"},
		{"empty defect", "builtin://echo?defect=", "", "there is no defect"},
		{"an option twice", "builtin://slow?delay=1s&delay=2s", "", "delay is given twice"},
		{"a code nobody may send", "builtin://close?code=1005", "", "want a code that may be sent"},
		{"a code that is no number", "builtin://close?code=x", "", "want a code that may be sent"},
		{"a reason without a code", "builtin://close?reason=x", "", "a reason needs a code"},
		{"too long a reason", "builtin://close?code=1000&reason=" + strings.Repeat("x", 124), "", "at most 123 octets"},
		{"a negative delay", "builtin://slow?delay=-1s", "", "want a duration"},
		{"a status out of range", "builtin://reject?status=101", "", "want an HTTP status"},
		{"an unknown greeting", "builtin://twilio/ivr?greeting=loud", "", "want none"},
		{"a broken query", "builtin://echo?a=%zz", "", "read the query"},
		{"another scheme", "ws://echo", "", "not of the form"},
		{"a fragment", "builtin://echo#x", "", "not of the form"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := s.Resolve(test.url)
			if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
				t.Fatalf("Resolve(%s) = %v, want an error with %q", test.url, err, test.err)
			}
			if got != test.want {
				t.Errorf("Resolve(%s) = %s, want %s", test.url, got, test.want)
			}
		})
	}
}

func TestEndpoints(t *testing.T) {
	for i, e := range Endpoints() {
		if e.Name != Names()[i] || !strings.HasSuffix(e.Says, ".") {
			t.Errorf("Endpoints()[%d] = %+v, want %s with a sentence", i, e, Names()[i])
		}
		for _, o := range e.Options {
			if options[o] == nil {
				t.Errorf("nothing reads option %s of %s", o, e.Name)
			}
		}
	}
}

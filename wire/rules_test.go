package wire

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// events gives octets to a reader, size by size, and returns what it reports.
func events(r *reader, octets []byte, size int) []Event {
	var got []Event
	for len(octets) > 0 {
		n := min(size, len(octets))
		chunk := octets[:n]
		octets = octets[n:]
		for len(chunk) > 0 {
			chunk = chunk[r.feed(chunk, time.Time{}):]
			for ev := r.next(); ev != nil; ev = r.next() {
				got = append(got, ev)
			}
		}
	}
	return got
}

func newTestReader() *reader { return &reader{limits: Limits{}.withDefaults()} }

// violations are the octets of servers that break one rule each.
var violations = []struct {
	name   string
	octets string
	rule   string
	code   int
}{
	{"masked", "\x81\x82\x01\x02\x03\x04hi", "RFC6455#5.1", 1002},
	{"RSV1 without an extension", "\xc1\x00", "RFC6455#5.2", 1002},
	{"RSV2", "\xa1\x00", "RFC6455#5.2", 1002},
	{"RSV3 on a ping", "\x99\x00", "RFC6455#5.2", 1002},
	{"reserved data opcode", "\x83\x00", "RFC6455#5.2", 1002},
	{"reserved control opcode", "\x8b\x00", "RFC6455#5.2", 1002},
	{"16-bit length for 125", "\x82\x7e\x00\x7d" + strings.Repeat("x", 125), "RFC6455#5.2", 1002},
	{"64-bit length for 65535", "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", "RFC6455#5.2", 1002},
	{"most significant bit", "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", "RFC6455#5.2", 1002},
	{"fragmented ping", "\x09\x00", "RFC6455#5.5", 1002},
	{"long ping", "\x89\x7e\x00\x7e", "RFC6455#5.5", 1002},
	{"continuation of nothing", "\x80\x00", "RFC6455#5.4", 1002},
	{"text inside a message", "\x01\x01a\x81\x01b", "RFC6455#5.4", 1002},
	{"bad octet in a frame that is not complete", "\x81\x05a\xff", "RFC6455#8.1", 1007},
	{"surrogate across fragments", "\x01\x01\xed\x80\x02\xa0\x80", "RFC6455#8.1", 1007},
	{"text ends inside a character", "\x81\x02\xe2\x82", "RFC6455#8.1", 1007},
	{"close with one octet", "\x88\x01\x03", "RFC6455#5.5.1", 1002},
	{"close code 1005", "\x88\x02\x03\xed", "RFC6455#7.4", 1002},
	{"close code 2999", "\x88\x02\x0b\xb7", "RFC6455#7.4", 1002},
	{"close reason not UTF-8", "\x88\x03\x03\xe8\xff", "RFC6455#5.5.1", 1007},
	{"text after close", "\x88\x00\x81\x01a", "RFC6455#5.5.1", 1002},
	{"several rules at once", "\x39\x7e\x00\x7e", "RFC6455#5.2", 1002},
}

func TestViolations(t *testing.T) {
	for _, tt := range violations {
		t.Run(tt.name, func(t *testing.T) {
			for size := 1; size <= len(tt.octets); size++ {
				r := newTestReader()
				got := events(r, []byte(tt.octets), size)
				v, ok := got[len(got)-1].(*Violation)
				if !ok || v.Rule != tt.rule || v.Code != tt.code {
					t.Fatalf("cut by %d: last event = %+v, want violation of %s with code %d", size, got[len(got)-1], tt.rule, tt.code)
				}
				if len(got) > 1 {
					if _, twice := got[len(got)-2].(*Violation); twice {
						t.Errorf("cut by %d: events = %v, want the first violation alone", size, got)
					}
				}
				if !r.failed {
					t.Errorf("cut by %d: the reader goes on", size)
				}
			}
		})
	}
}

func TestNoViolation(t *testing.T) {
	tests := []struct{ name, octets string }{
		{"text", "\x81\x02hi"},
		{"character across fragments", "\x01\x01\xe2\x00\x01\x82\x80\x01\xac"},
		{"longest control frame", "\x89\x7d" + strings.Repeat("x", 125)},
		{"126 octets in 16 bits", "\x82\x7e\x00\x7e" + strings.Repeat("x", 126)},
		{"close without code", "\x88\x00"},
		{"close code 1014", "\x88\x02\x03\xf6"},
		{"close code 4999", "\x88\x02\x13\x87"},
		{"empty fragments", "\x01\x00\x00\x00\x80\x00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			whole := events(newTestReader(), []byte(tt.octets), len(tt.octets))
			for _, ev := range whole {
				if v, ok := ev.(*Violation); ok {
					t.Errorf("violation %v, want none", v)
				}
			}
			for size := 1; size < len(tt.octets); size++ {
				if diff := cmp.Diff(whole, events(newTestReader(), []byte(tt.octets), size)); diff != "" {
					t.Errorf("cut by %d (-whole +cut):\n%s", size, diff)
				}
			}
		})
	}
}

func TestLimits(t *testing.T) {
	r := newTestReader()
	r.limits.Message, r.limits.Fragments = 4, 2
	tests := []struct{ name, octets, limit string }{
		{"declared length", "\x82\x05", LimitMessage},
		{"sum of fragments", "\x02\x03abc\x80\x02", LimitMessage},
		{"fragments", "\x02\x00\x00\x00\x00\x00", LimitFragments},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &reader{limits: r.limits}
			got := events(r, []byte(tt.octets), 1)
			if e, ok := got[len(got)-1].(*Excess); !ok || e.Limit != tt.limit {
				t.Errorf("last event = %+v, want excess of %s", got[len(got)-1], tt.limit)
			}
		})
	}
	got := events(&reader{limits: r.limits}, []byte("\x02\x01a\x82\x05"), 1)
	if v, ok := got[len(got)-1].(*Violation); !ok || v.Rule != "RFC6455#5.4" {
		t.Errorf("too much inside a message: last event = %+v, want the violation alone", got[len(got)-1])
	}
	hungry := &reader{limits: Limits{Message: 1 << 60}.withDefaults()}
	hungry.feed([]byte("\x82\x7f\x00\xff\xff\xff\xff\xff\xff\xffabc"), time.Time{})
	if room := cap(hungry.frame.Payload); room > firstAllocation {
		t.Errorf("%d octets set aside for a payload of which 3 have come", room)
	}
	if got := events(&reader{limits: r.limits}, []byte("\x82\x04abcd"), 1); len(got) != 2 {
		t.Errorf("message at the limit: events = %v, want a frame and a message", got)
	}
}

// A message that does not end is counted as it comes, and so is what one inflates
// to; once no more may be held it is an excess. Whatever becomes of it, in the end
// nothing is held.
func TestCount(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 300<<10)
	fragment := func(fin byte, opcode Opcode) []byte {
		return append([]byte{fin | byte(opcode), 127, 0, 0, 0, 0, 0, 4, 0xb0, 0}, long...)
	}
	packed := newDeflater(false, 15).message(make([]byte, 4<<20))
	squeezed := append([]byte{0xc2, 126, byte(len(packed) >> 8), byte(len(packed))}, packed...)
	tests := []struct {
		name   string
		octets []byte
		most   int
		peak   int // at least
		last   string
	}{
		{"whole", fragment(0x80, OpBinary), 1 << 20, 256 << 10, "*wire.Message"},
		{"in parts", slices.Concat(fragment(0, OpBinary), fragment(0x80, OpContinuation)), 1 << 20, 512 << 10, "*wire.Message"},
		{"one after the other", slices.Concat(fragment(0x80, OpBinary), fragment(0x80, OpBinary), fragment(0x80, OpBinary)), 400 << 10, 256 << 10, "*wire.Message"},
		{"in too many parts", slices.Concat(fragment(0, OpBinary), fragment(0, OpContinuation)), 500 << 10, 500 << 10, "*wire.Excess"},
		{"inflated", squeezed, 5 << 20, 4<<20 - ledgerStep, "*wire.Message"},
		{"inflated to too much", squeezed, 1 << 20, 1 << 20, "*wire.Excess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &Conn{reader: reader{limits: Limits{}.withDefaults(), inflate: newInflater(false, 15)}}
			held, peak := 0, 0
			c.Count(func(n int) bool {
				held += n
				peak = max(peak, held)
				return held <= tt.most
			})
			got := events(&c.reader, tt.octets, 4096)
			if last := fmt.Sprintf("%T", got[len(got)-1]); last != tt.last {
				t.Errorf("the last event is a %s, want %s", last, tt.last)
			}
			if e, ok := got[len(got)-1].(*Excess); ok && e.Limit != LimitMemory {
				t.Errorf("the excess is one of %s", e.Limit)
			}
			if held != 0 || peak < tt.peak {
				t.Errorf("%d are held in the end and %d at most, want 0 and %d", held, peak, tt.peak)
			}
		})
	}
}

// TestUTF8 goes through RFC 3629 at its borders, whole and cut anywhere.
func TestUTF8(t *testing.T) {
	tests := []struct {
		text string
		bad  int // index of the first octet that cannot be, -1 if there is none
		ends bool
	}{
		{"", -1, true},
		{"plain ascii text of some length", -1, true},
		{"κόσμε", -1, true},
		{"\x7f\u0080\u07ff\u0800\ud7ff\ue000\ufffd\uffff\U00010000\U0010ffff", -1, true},
		{"a\x80", 1, true}, {"\xbf", 0, true}, {"\xfe", 0, true}, {"\xff", 0, true},
		{"\xc0\xaf", 0, true}, {"\xc1\xbf", 0, true}, {"\xe0\x9f\xbf", 1, true}, {"\xf0\x8f\xbf\xbf", 1, true},
		{"\xed\xa0\x80", 1, true}, {"\xed\xbf\xbf", 1, true}, {"\xf4\x90\x80\x80", 1, true}, {"\xf5\x80\x80\x80", 0, true},
		{"\xf8\x88\x80\x80\x80", 0, true}, {"\xc3", -1, false}, {"\xe2\x82", -1, false}, {"\xf0\x9f\x99", -1, false},
		{"\xe2\x82a", 2, true}, {"\xe2\x28\xa1", 1, true}, {"aaaaaaaaaaaaaaaa\xffa", 16, true},
	}
	for _, tt := range tests {
		for size := 1; size <= len(tt.text)+1; size++ {
			var u utf8Check
			bad := -1
			for at := 0; at < len(tt.text) && bad < 0; at += size {
				if i := u.feed([]byte(tt.text[at:min(at+size, len(tt.text))])); i >= 0 {
					bad = at + i
				}
			}
			if bad != tt.bad || bad < 0 && u.complete() != tt.ends {
				t.Errorf("%q cut by %d: bad octet %d, complete %v, want %d, %v", tt.text, size, bad, u.complete(), tt.bad, tt.ends)
			}
		}
	}
}

// FuzzUTF8 holds the check against the standard library.
func FuzzUTF8(f *testing.F) {
	f.Add([]byte("κόσμε\xed\xa0\x80"), 3)
	f.Fuzz(func(t *testing.T, text []byte, cut int) {
		cut = min(max(cut, 0), len(text))
		var u utf8Check
		ok := u.feed(text[:cut]) < 0 && u.feed(text[cut:]) < 0 && u.complete()
		if want := utf8.Valid(text); ok != want {
			t.Errorf("%q cut at %d is valid: %v, want %v", text, cut, ok, want)
		}
	})
}

func TestCloseCodes(t *testing.T) {
	registered := []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014}
	for code := range 1 << 16 {
		want := slices.Contains(registered, code) || code >= 3000 && code <= 4999
		if got := validCode(code); got != want {
			t.Errorf("validCode(%d) = %v, want %v", code, got, want)
		}
	}
}

// TestFromClient reads masked frames, cut anywhere, as a server would.
func TestFromClient(t *testing.T) {
	payload := "hello, masked world"
	h := header{fin: true, opcode: OpText, masked: true, mask: [4]byte{1, 2, 3, 4}, form: 7, length: uint64(len(payload))}
	octets := append(appendHeader(nil, h), payload...)
	applyMask(octets[6:], h.mask, 0)
	for size := 1; size <= len(octets); size++ {
		r := newTestReader()
		r.fromClient = true
		got := events(r, octets, size)
		if m, ok := got[len(got)-1].(*Message); !ok || string(m.Data) != payload {
			t.Errorf("cut by %d: last event = %+v, want %q", size, got[len(got)-1], payload)
		}
	}
	r := newTestReader()
	r.fromClient = true
	if v, ok := events(r, []byte("\x81\x00"), 2)[0].(*Violation); !ok || v.Rule != "RFC6455#5.1" {
		t.Error("unmasked frame of a client: want a violation of RFC6455#5.1")
	}
}

// TestTimes gives each octet a time of its own.
func TestTimes(t *testing.T) {
	start := time.Unix(1000, 0)
	at := func(octet int) time.Time { return start.Add(time.Duration(octet) * time.Second) }
	r := newTestReader()
	var got []Event
	for i, c := range []byte("\x01\x02ab" + "\x89\x01?" + "\x80\x01c" + "\x83\x00") {
		r.feed([]byte{c}, at(i))
		for ev := r.next(); ev != nil; ev = r.next() {
			got = append(got, ev)
		}
	}
	first := func(ev Event) time.Time {
		switch ev := ev.(type) {
		case *Frame:
			return ev.First
		case *Message:
			return ev.First
		}
		return time.Time{}
	}
	want := []struct{ first, last time.Time }{
		{at(0), at(3)}, {at(4), at(6)}, {at(7), at(9)}, {at(0), at(9)}, {time.Time{}, at(11)},
	}
	if len(got) != len(want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
	for i, w := range want {
		if f, l := first(got[i]), got[i].Time(); !f.Equal(w.first) || !l.Equal(w.last) {
			t.Errorf("%T: from %v to %v, want %v to %v", got[i], f, l, w.first, w.last)
		}
	}
}

// TestObservedLength observes control frames and reserved ones of any length, within our limit.
func TestObservedLength(t *testing.T) {
	for _, octets := range []string{"\x89\x7f\x00\x00\x00\xff\xff\xff\xff\xff", "\x83\x7f\x80\x00\x00\x00\x00\x00\x00\x00"} {
		r := newTestReader()
		r.observe = true
		got := events(r, []byte(octets), 100)
		if e, ok := got[len(got)-1].(*Excess); !ok || e.Limit != LimitMessage || !r.failed {
			t.Errorf("%x: last event = %+v, want excess of message", octets, got[len(got)-1])
		}
	}
}

// TestHalfOfHTTP ends the stream where it may yet have become HTTP.
func TestHalfOfHTTP(t *testing.T) {
	r := newTestReader()
	if got := events(r, []byte("HTT"), 1); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	if err := r.unfinished(); err == nil || err.Error() != `stream ended after "HTT", where a frame has to begin` {
		t.Errorf("unfinished() = %v", err)
	}
}

// TestTextInsteadOfFrames has a peer speak something else than frames: the violation says what it could be.
func TestTextInsteadOfFrames(t *testing.T) {
	for octets, says := range map[string]string{
		"HTTP/1.1 502 Bad Gateway\r\n\r\n":     `: an HTTP response, "HTTP/1.1 502 Bad Gateway", stands where a frame has to begin`,
		"GET / HTTP/1.1\r\n\r\n":               `: an HTTP request, "GET / HTTP/1.1", stands where a frame has to begin`,
		"HTTP/1.1 " + strings.Repeat("x", 200): `: an HTTP response, "HTTP/1.1 ` + strings.Repeat("x", 111) + `", stands where a frame has to begin`,
		"HTML of another kind":                 `; as text, its first two octets are "HT"`,
		"PO\x00\x00":                           `; as text, its first two octets are "PO"`,
		`{"error": "no"}`:                      `; as text, its first two octets are "{\""`,
		"\xc1\x02hi":                           "gives them a meaning",
		"\x41\x7f" + strings.Repeat("\x00", 8): "gives them a meaning",
		"\x41\x1f":                             "gives them a meaning",
	} {
		for _, size := range []int{1, 100} {
			evs := events(&reader{limits: Limits{}.withDefaults()}, []byte(octets), size)
			if v, ok := evs[0].(*Violation); !ok || v.Rule != "RFC6455#5.2" || !strings.HasSuffix(": "+v.Text, says) {
				t.Errorf("%q: %v, want %q", octets, evs[0], says)
			}
		}
	}
}

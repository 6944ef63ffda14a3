package wire

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func deflateReader(takeover bool) *reader {
	r := newTestReader()
	r.inflate = newInflater(takeover, 15)
	return r
}

// TestInflateVectors holds the reader against the examples of RFC 7692 section 7.2.3.
func TestInflateVectors(t *testing.T) {
	const hello = "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"
	tests := []struct{ name, octets string }{
		{"one block", hello},
		{"fragments", "\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00"},
		{"window of the message before", hello + "\xc1\x05\xf2\x00\x11\x00\x00"},
		{"block without compression", "\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"},
		{"final block", "\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00"},
		{"window across a final block", "\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00" + "\xc1\x05\xf2\x00\x11\x00\x00"},
		{"two blocks", "\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"},
		{"not compressed", "\x81\x05Hello"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for size := 1; size <= len(tt.octets); size++ {
				r := deflateReader(true)
				var last *Message
				for _, ev := range events(r, []byte(tt.octets), size) {
					switch ev := ev.(type) {
					case *Message:
						last = ev
					case *Violation, *Excess:
						t.Errorf("cut by %d: %+v", size, ev)
					}
				}
				if last == nil || string(last.Data) != "Hello" || last.Compressed != (tt.octets[0] == 0xc1 || tt.octets[0] == 0x41) {
					t.Errorf("cut by %d: message = %+v, want Hello", size, last)
				}
			}
		})
	}
	got := events(deflateReader(false), []byte("\xc2\x01\x00"), 3)
	if m, ok := got[len(got)-1].(*Message); !ok || len(m.Data) != 0 {
		t.Errorf("empty message: %+v", got)
	}
}

func TestInflateViolations(t *testing.T) {
	tests := []struct {
		name, octets, rule string
		code               int
	}{
		{"garbage", "\xc1\x03abc", "RFC7692#7.2.2", 1007},
		{"block cut off", "\xc1\x03\xf2\x48\xcd", "RFC7692#7.2.2", 1007},
		{"nothing at all", "\xc1\x00", "RFC7692#7.2.2", 1007},
		{"final block without another", "\xc1\x07\xf3\x48\xcd\xc9\xc9\x07\x00", "RFC7692#7.2.2", 1007},
		{"block length that its complement denies", "\xc2\x07\x00\x01\x00\x00\x00a\x00", "RFC7692#7.2.2", 1007},
		{"block that swallows the tail", "\xc2\x05\x00\x04\x00\xfb\xff", "RFC7692#7.2.2", 1007},
		{"reference before the start", "\xc1\x05\xf2\x00\x11\x00\x00", "RFC7692#7.2.2", 1007},
		{"RSV1 on a continuation", "\x41\x03\xf2\x48\xcd\xc0\x04", "RFC7692#6.1", 1002},
		{"RSV1 on a ping", "\xc9\x00", "RFC7692#6.1", 1002},
		{"RSV1 and RSV2", "\xe1\x00", "RFC6455#5.2", 1002},
		{"inflates to what is not UTF-8", "\xc1\x07\x00\x01\x00\xfe\xff\xff\x00", "RFC6455#8.1", 1007},
		{"inflates to half a character", "\xc1\x07\x00\x01\x00\xfe\xff\xe2\x00", "RFC6455#8.1", 1007},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := events(deflateReader(true), []byte(tt.octets), 1)
			v, ok := got[len(got)-1].(*Violation)
			if !ok || v.Rule != tt.rule || v.Code != tt.code {
				t.Fatalf("last event = %+v, want violation of %s with code %d", got[len(got)-1], tt.rule, tt.code)
			}
		})
	}
}

// TestInflateAfterError observes that with a shared window nothing is told of a message that cannot be inflated truly.
func TestInflateAfterError(t *testing.T) {
	const octets = "\xc1\x03abc\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"
	for _, takeover := range []bool{true, false} {
		r := deflateReader(takeover)
		r.observe = true
		messages := 0
		for _, ev := range events(r, []byte(octets), len(octets)) {
			if _, ok := ev.(*Message); ok {
				messages++
			}
		}
		if want := map[bool]int{true: 0, false: 1}[takeover]; messages != want {
			t.Errorf("takeover %v: %d messages, want %d", takeover, messages, want)
		}
	}
}

func TestInflateLimit(t *testing.T) {
	const most = 100_000
	compress := func(n int) string {
		d := newDeflater(false, 15)
		return string(d.message(make([]byte, n)))
	}
	for _, tt := range []struct {
		size   int
		excess bool
	}{{most, false}, {most + 1, true}, {20 << 20, true}} {
		r := deflateReader(true)
		r.limits.Inflated = most
		payload := compress(tt.size)
		octets := appendHeader(nil, header{fin: true, rsv: rsv1, opcode: OpBinary, form: minimalForm(uint64(len(payload))), length: uint64(len(payload))})
		start := time.Now()
		got := events(r, append(octets, payload...), 4096)
		e, ok := got[len(got)-1].(*Excess)
		if ok != tt.excess || ok && e.Limit != LimitInflated {
			t.Errorf("%d octets: last event = %T, want excess %v", tt.size, got[len(got)-1], tt.excess)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%d octets: took %v, the rest was inflated too", tt.size, took)
		}
	}
}

// TestInflateKeepsLimit wants no octet beyond the limit to be made, in every kind of block.
func TestInflateKeepsLimit(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	for _, level := range []int{flate.NoCompression, flate.HuffmanOnly, flate.BestCompression} {
		for name, data := range map[string][]byte{"noise": noise, "zeros": make([]byte, 3000)} {
			var packed bytes.Buffer
			w, _ := flate.NewWriter(&packed, level)
			_, _ = w.Write(data)
			_ = w.Flush()
			payload := packed.Bytes()[:packed.Len()-4]
			for limit := 2400; limit <= 3001; limit += 1 + random.IntN(50) {
				out, err := newInflater(false, 15).message(payload, int64(limit))
				if errors.Is(err, errTooLong) != (limit < len(data)) || len(out) > limit {
					t.Errorf("%s at level %d: %d octets within %d, error %v", name, level, len(out), limit, err)
				}
			}
		}
	}
}

// TestTakeover wants a message that was sent before to cost less when the window is kept, and the same when not.
func TestTakeover(t *testing.T) {
	text := []byte("the quick brown fox jumps over the lazy dog, again and again")
	for _, takeover := range []bool{true, false} {
		d := newDeflater(takeover, 15)
		first := len(d.message(text))
		if second := len(d.message(text)); (second < first) != takeover {
			t.Errorf("takeover %v: %d octets, then %d", takeover, first, second)
		}
	}
}

// TestDeflate sends messages through a deflater into a reader and wants them back, in both modes of context takeover
// and under every size of window.
func TestDeflate(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var messages []string
	for range 12 {
		word := fmt.Sprintf("message %d of many, ", random.IntN(50))
		messages = append(messages, strings.Repeat(word, random.IntN(4000)))
	}
	far := make([]byte, 700)
	for i := range far {
		far[i] = byte('!' + random.IntN(90))
	}
	messages = append(messages, string(far)+string(far), "", "a", strings.Repeat("\x00", 70000))
	for _, takeover := range []bool{true, false} {
		for _, bits := range []int{8, 9, 14, 15} {
			d := newDeflater(takeover, bits)
			r := newTestReader()
			r.inflate = newInflater(takeover, bits)
			for i, want := range messages {
				payload := d.message([]byte(want))
				n := uint64(len(payload))
				octets := appendHeader(nil, header{fin: true, rsv: rsv1, opcode: OpText, form: minimalForm(n), length: n})
				got := events(r, append(octets, payload...), 4096)
				m, ok := got[len(got)-1].(*Message)
				if !ok || string(m.Data) != want {
					t.Fatalf("takeover %v, %d bits, message %d: last event = %T, want the message back", takeover, bits, i, got[len(got)-1])
				}
			}
		}
	}
}

// TestWindow holds references against the window: as far back as it reaches, and one octet further.
func TestWindow(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	noise := make([]byte, 2000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	for _, tt := range []struct {
		bits, distance int
		within         bool
	}{{8, 256, true}, {8, 257, false}, {9, 512, true}, {9, 513, false}, {10, 1000, true}} {
		var packed bytes.Buffer
		w, _ := flate.NewWriter(&packed, flate.BestCompression)
		_, _ = w.Write(append(append([]byte{}, noise[:tt.distance]...), noise[:200]...))
		_ = w.Flush()
		payload := packed.Bytes()[:packed.Len()-4]
		if _, err := newInflater(true, tt.bits).message(payload, 1<<20); (err == nil) != tt.within {
			t.Errorf("window of %d bits, reference %d back: error = %v, want within %v", tt.bits, tt.distance, err, tt.within)
		}
		r := newTestReader()
		r.inflate = newInflater(true, tt.bits)
		n := uint64(len(payload))
		octets := appendHeader(nil, header{fin: true, rsv: rsv1, opcode: OpBinary, form: minimalForm(n), length: n})
		got := events(r, append(octets, payload...), 100)
		v, bad := got[len(got)-1].(*Violation)
		if bad == tt.within || bad && v.Rule != "RFC7692#7.1.2.1" {
			t.Errorf("window of %d bits, reference %d back: last event = %+v", tt.bits, tt.distance, got[len(got)-1])
		}
	}
}

func TestLastOctets(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var got, all []byte
	for range 200 {
		b := make([]byte, random.IntN(maxWindow/4)*(1+random.IntN(8)))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		all = append(all, b...)
		got = lastOctets(got, b, maxWindow)
		if want := all[max(0, len(all)-maxWindow):]; !bytes.Equal(got, want) {
			t.Fatalf("lastOctets() keeps %d octets that are not the last %d", len(got), len(want))
		}
	}
}

// FuzzInflate holds the inflater against compress/flate: it never passes its limit, and it gives back what was put in.
func FuzzInflate(f *testing.F) {
	f.Add([]byte("\xf2\x48\xcd\xc9\xc9\x07\x00"), []byte("\xf2\x00\x11\x00\x00"))
	f.Add([]byte("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), []byte("abc"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		const most = 1 << 16
		in := newInflater(true, 15)
		for _, b := range [][]byte{first, second} {
			out, err := in.message(b, most)
			if err == nil && len(out) > most {
				t.Fatalf("inflated %d octets, the limit is %d", len(out), most)
			}
		}
		hold(t, first, flate.BestSpeed, most)
		hold(t, first, flate.BestCompression, most)
		compare(t, first)
	})
}

// hold wants data back that the standard library has compressed.
func hold(t *testing.T, data []byte, level int, most int64) {
	t.Helper()
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, level)
	_, _ = w.Write(data)
	_ = w.Flush()
	out, err := newInflater(false, 15).message(packed.Bytes()[:packed.Len()-4], most)
	if int64(len(data)) <= most && (err != nil || !bytes.Equal(out, data)) {
		t.Fatalf("inflating %q again = %q, %v", data, out, err)
	}
}

// compare wants the standard library to inflate to the same what we accept, up to its first final block.
func compare(t *testing.T, payload []byte) {
	t.Helper()
	out, err := newInflater(false, 15).message(payload, 1<<16)
	if err != nil {
		return
	}
	theirs := flate.NewReader(bytes.NewReader(append(payload[:len(payload):len(payload)], inflateTail...)))
	want, err := io.ReadAll(theirs)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(out, want) {
		t.Fatalf("inflating %q = %q, the standard library says %q, %v", payload, out, want, err)
	}
}

func TestNegotiation(t *testing.T) {
	plain := &DeflateOffer{}
	anyBits := &DeflateOffer{ClientMaxWindowBits: AnyWindow}
	tests := []struct {
		name   string
		offer  *DeflateOffer
		values []string
		want   *Deflate // nil: none, or refused
		ok     bool
	}{
		{"none", plain, nil, nil, true},
		{"plain", plain, []string{"permessage-deflate"}, &Deflate{ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}, true},
		{"all", anyBits, []string{`permessage-deflate; server_no_context_takeover ;client_no_context_takeover; server_max_window_bits=10; client_max_window_bits="9"`},
			&Deflate{true, true, 10, 9}, true},
		{"not offered", nil, []string{"permessage-deflate"}, nil, false},
		{"another", plain, []string{"x-webkit-deflate-frame"}, nil, false},
		{"twice", plain, []string{"permessage-deflate, permessage-deflate"}, nil, false},
		{"twice in two lines", plain, []string{"permessage-deflate", "permessage-deflate"}, nil, false},
		{"empty", plain, []string{""}, nil, false},
		{"unknown parameter", plain, []string{"permessage-deflate; foo"}, nil, false},
		{"empty parameter", plain, []string{"permessage-deflate;"}, nil, false},
		{"parameter twice", plain, []string{"permessage-deflate; server_no_context_takeover; server_no_context_takeover"}, nil, false},
		{"value where none may be", plain, []string{"permessage-deflate; server_no_context_takeover=1"}, nil, false},
		{"empty value where none may be", plain, []string{"permessage-deflate; server_no_context_takeover="}, nil, false},
		{"client window without value", anyBits, []string{"permessage-deflate; client_max_window_bits"}, nil, false},
		{"client window not offered", plain, []string{"permessage-deflate; client_max_window_bits=10"}, nil, false},
		{"client window beyond the offer", &DeflateOffer{ClientMaxWindowBits: 10}, []string{"permessage-deflate; client_max_window_bits=11"}, nil, false},
		{"client window within the offer", &DeflateOffer{ClientMaxWindowBits: 10}, []string{"permessage-deflate; client_max_window_bits=8"},
			&Deflate{ServerMaxWindowBits: 15, ClientMaxWindowBits: 8}, true},
		{"client window kept silent", &DeflateOffer{ClientMaxWindowBits: 10}, []string{"permessage-deflate"},
			&Deflate{ServerMaxWindowBits: 15, ClientMaxWindowBits: 10}, true},
		{"window 7", anyBits, []string{"permessage-deflate; client_max_window_bits=7"}, nil, false},
		{"window 16", plain, []string{"permessage-deflate; server_max_window_bits=16"}, nil, false},
		{"window 08", plain, []string{"permessage-deflate; server_max_window_bits=08"}, nil, false},
		{"window +8", plain, []string{"permessage-deflate; server_max_window_bits=+8"}, nil, false},
		{"server window beyond the offer", &DeflateOffer{ServerMaxWindowBits: 9}, []string{"permessage-deflate; server_max_window_bits=10"}, nil, false},
		{"server window passed over", &DeflateOffer{ServerMaxWindowBits: 9}, []string{"permessage-deflate"}, nil, false},
		{"server takeover passed over", &DeflateOffer{ServerNoContextTakeover: true}, []string{"permessage-deflate"}, nil, false},
		{"client takeover our own choice", &DeflateOffer{ClientNoContextTakeover: true}, []string{"permessage-deflate"},
			&Deflate{ClientNoContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var offered []Extension
			if tt.offer != nil {
				var err error
				if offered, err = parseExtensions([]string{tt.offer.String()}); err != nil {
					t.Fatal(err)
				}
			}
			var broken breaches
			got, disputed := negotiated(tt.values, offered, &broken)
			if (len(broken.list) == 0) != tt.ok {
				t.Fatalf("negotiated(%q) breaks %v, want ok %v", tt.values, broken.list, tt.ok)
			}
			if !tt.ok {
				if got != nil && !disputed {
					t.Errorf("negotiated(%q) = %+v, undisputed", tt.values, got)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || disputed {
				t.Errorf("negotiated(%q) (-want +got):\n%s", tt.values, diff)
			}
		})
	}
}

package assertions

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// cutOf reads a cut as it is written in a suite.
func cutOf(t testing.TB, yaml string) *spec.Cut {
	t.Helper()
	var out diag.List
	s := spec.Parse("t.yaml", "scenarios: [{name: n, steps: [{expect: {stream: {"+yaml+"}}}]}]", &out)
	if !out.Empty() {
		t.Fatal(out.Err())
	}
	cut, err := s.Scenarios[0].Steps[0].Action.(*spec.Expect).Items[0].Pattern.Cut.Bind(expr.Env{})
	if err != nil {
		t.Fatal(err)
	}
	return cut
}

func message(seq int, binary bool, data string) trace.Event {
	return trace.Event{Seq: seq, At: time.Duration(seq), Detail: &trace.Message{Binary: binary, Data: []byte(data)}}
}

// Into whatever messages a stream is cut, and wherever a step leaves off and the next goes on,
// its pieces are the same, and each octet is read once.
func TestPiecesDoNotDependOnMessages(t *testing.T) {
	framings := map[string]struct {
		cut  string
		pack func(body string) string
		body func(piece string) string
	}{
		"mark":   {`until: "\r\n\r\n"`, func(b string) string { return b + "\r\n\r\n" }, func(p string) string { return p }},
		"octet":  {`until: "\n"`, func(b string) string { return b + "\n" }, func(p string) string { return p }},
		"varint": {"length: {after: 1, size: varint}", func(b string) string { return "T" + string(binary.AppendUvarint(nil, uint64(len(b)))) + b }, behindVarint},
		"big":    {"length: {size: 3}", func(b string) string { return "\x00" + string(binary.BigEndian.AppendUint16(nil, uint16(len(b)))) + b }, func(p string) string { return p[3:] }},
		"little": {"length: {after: 2, size: 2, order: little, add: 1}", func(b string) string {
			return "AA" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(b)))) + b + "."
		}, func(p string) string { return strings.TrimSuffix(p[4:], ".") }},
	}
	for name, f := range framings {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(300) {
				r := rand.New(rand.NewPCG(seed, 1))
				var bodies []string
				var stream strings.Builder
				for range 1 + r.IntN(8) {
					body := strings.Repeat("x\r\ny\r"[:1+r.IntN(4)], r.IntN(40))
					if name == "mark" || name == "octet" {
						body = strings.NewReplacer("\r\n", "\r", "\n", "-").Replace(body) + "z"
					}
					bodies = append(bodies, body)
					stream.WriteString(f.pack(body))
				}
				got := cutUp(t, r, cutOf(t, f.cut), stream.String())
				for i := range got {
					got[i] = f.body(got[i])
				}
				if strings.Join(got, "|") != strings.Join(bodies, "|") {
					t.Fatalf("seed %d: pieces %q, want %q", seed, got, bodies)
				}
			}
		})
	}
}

func behindVarint(piece string) string {
	_, n := binary.Uvarint([]byte(piece)[1:])
	return piece[1+n:]
}

// cutUp cuts a stream into messages and these into pieces. From time to time another cutter
// goes on with what the one before has left. All octets must be read in the end.
func cutUp(t *testing.T, r *rand.Rand, cut *spec.Cut, stream string) []string {
	t.Helper()
	var messages []trace.Event
	for len(stream) > 0 {
		n := min(len(stream), r.IntN(1<<r.IntN(8))) // none is a message too
		messages = append(messages, message(len(messages), r.IntN(2) == 0, stream[:n]))
		stream = stream[n:]
	}
	var pieces []string
	read := map[int]int{} // octets of messages that are unread, and were read in part
	unread := messages
	for step := true; step; {
		step = false
		c := &Cutter{}
		for _, m := range unread {
			c.Add(m, read[m.Seq])
			for !step {
				p, ok, err := c.Next(cut)
				if err != nil {
					t.Fatal(err)
				}
				if !ok {
					break
				}
				d := p.Detail.(*trace.Piece)
				if p.Seq != m.Seq || p.At != m.At {
					t.Fatalf("the piece %q ends in message %d, not %d", d.Data, m.Seq, p.Seq)
				}
				pieces = append(pieces, string(d.Data))
				for _, over := range p.Over {
					if unread[0].Seq != over.Seq {
						t.Fatalf("message %d is read before message %d", over.Seq, unread[0].Seq)
					}
					unread = unread[1:]
				}
				if d.Begun > 0 {
					read[p.Seq] = d.Begun
				}
				step = r.IntN(4) == 0 // the next one goes on
			}
			if step {
				break
			}
		}
	}
	for _, m := range unread {
		if len(m.Detail.(*trace.Message).Data) > 0 {
			t.Fatalf("message %d is unread: %q from %d on", m.Seq, m.Detail.(*trace.Message).Data, read[m.Seq])
		}
	}
	return pieces
}

// The type of a piece is that of the messages in which its octets came.
func TestTypeOfPieces(t *testing.T) {
	cut := cutOf(t, `until: ";"`)
	var c Cutter
	for i, m := range []trace.Event{message(0, false, "a"), message(1, true, ""), message(2, false, "b;"), message(3, true, "c"), message(4, false, ";d;"), message(5, true, "e;")} {
		c.Add(m, 0)
		for {
			p, ok, err := c.Next(cut)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			d := p.Detail.(*trace.Piece)
			if want := map[string]string{"ab": "text", "c": "", "d": "text", "e": "binary"}[string(d.Data)]; d.Type != want {
				t.Errorf("message %d: the piece %q is of type %q, want %q", i, d.Data, d.Type, want)
			}
		}
	}
}

func TestNoPieceCanCome(t *testing.T) {
	for name, tt := range map[string]struct{ cut, data, want string }{
		"a length beyond all":  {"length: {size: 8}", "\xff\xff\xff\xff\xff\xff\xff\xff", "its length says 18446744073709551615 octets, and a piece has at most 67108864"},
		"one octet too many":   {"length: {size: 4}", "\x04\x00\x00\x01", "its length says 67108865 octets"},
		"less than itself":     {"length: {size: 1, add: -2}", "\x01", "its length says 1 octets, which is less than it counts itself"},
		"a varint without end": {"length: {size: varint}", strings.Repeat("\x80", 8), "its length is no varint"},
	} {
		t.Run(name, func(t *testing.T) {
			var c Cutter
			for i := range tt.data {
				c.Add(message(i, true, tt.data[i:i+1]), 0)
				_, ok, err := c.Next(cutOf(t, tt.cut))
				if ok || i < len(tt.data)-1 && err != nil {
					t.Fatalf("after octet %d: %v, %v", i, ok, err)
				}
				if i == len(tt.data)-1 && (err == nil || !strings.Contains(err.Error(), tt.want)) {
					t.Errorf("error %v, want %q", err, tt.want)
				}
			}
		})
	}
}

// A peer cannot make a step look for a mark without end, nor look at octets again and again.
func TestEndlessPiece(t *testing.T) {
	cut := cutOf(t, `until: "\r\n"`)
	m := message(0, true, strings.Repeat("\r", 1<<10))
	var c Cutter
	for n := 0; n <= spec.MaxPiece; n += 1 << 10 {
		c.Add(m, 0)
		_, ok, err := c.Next(cut)
		if want := n+1<<10 > spec.MaxPiece; ok || (err != nil) != want {
			t.Fatalf("after %d octets: %v, %v", n+1<<10, ok, err)
		}
	}
	if got := c.Left(); !strings.HasPrefix(got, "67109888 octets, and not its end: \"\\r\\r") || len(got) > 1000 {
		t.Errorf("Left() = %.100q", got)
	}
}

// So many messages of one octet take no longer than one message of so many octets.
func TestManySmallMessages(t *testing.T) {
	const n = 100_000
	for _, yaml := range []string{`until: "\r\n"`, "size: 100001", "length: {after: 1000, size: 4}"} {
		var c Cutter
		m, cut := message(0, true, "\x00"), cutOf(t, yaml)
		begin := time.Now()
		for range n {
			c.Add(m, 0)
			if p, ok, err := c.Next(cut); err != nil || ok && !bytes.Equal(p.Detail.(*trace.Piece).Data, make([]byte, 1004)) {
				t.Fatal(ok, err)
			}
		}
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%s: %d messages took %s", yaml, n, took)
		}
	}
}

package runner_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// What a step reads of a stream, and what it leaves, whatever the peer does meanwhile.
func TestStream(t *testing.T) {
	halves := func(p *peer) { p.say("PO"); p.pause(300 * ms); p.say("NG\nx") }
	tests := []struct {
		name  string
		play  func(p *peer)
		steps string
		want  string
	}{
		{"it waits for the rest of a piece", halves, `
- connect
- expect: {stream: {until: "\n", text: PONG}}
  within: 400ms
- expect: {stream: {size: 1, text: x}}`, "passed"},
		{"the rest comes too late", halves, `
- connect
- expect: {stream: {until: "\n", text: PONG}}
  within: 200ms`, "failed 6: a piece of the stream came after 300ms, not within 200ms"},
		{"another rest comes too late", halves, `
- connect
- await: {stream: {until: "\n", text: PING}}
  within: 200ms`, "failed 6: no piece of the stream came within 200ms"},
		{"absent does not wait for what comes later", halves, `
- connect
- absent: {stream: {until: "\n"}}
  within: 200ms
- expect: {stream: {until: "\n", text: PONG}}
- expect: {stream: {size: 1}}`, "passed"},
		{"a piece that is not there counts from a later moment", halves, `
- connect
- wait: 100ms
  as: later
- absent: {stream: {until: "\n"}}
  after: later.at
  within: 100ms
- expect: {stream: {until: "\n", text: PONG}}
- expect: {stream: {size: 1}}`, "passed"},
		{"what a failed step has read in part is read on in finally", halves, `
- connect
- expect: {stream: {until: "\n", text: PING}}
finally:
- expect: {stream: {size: 1, text: x}}`, "failed 5: this is not the piece of the stream that came"},
		{"the peer closes within a piece", func(p *peer) { p.say("PO"); p.close(1000) }, `
- connect
- expect: {stream: {until: "\n"}}`, "failed 5: the connection closed before a piece of the stream came"},
		{"the end is expected, and the rest of the stream is not read", func(p *peer) { p.say("a\nPO"); p.close(1000) }, `
- connect
- expect: {stream: {until: "\n"}}
- expect: close`, "failed 2: a message came of which steps have read only the first 2 octets, as a stream"},
		{"a close decides between a piece and an end", func(p *peer) { p.say("PO"); p.close(1000) }, `
- connect
- expect: {one_of: {more: {stream: {until: "\n"}}, over: close}}
  as: which
- assert: {which.name: over}`, "failed 2: a message came that no step expected"},
		{"a listener takes a message whole", func(p *peer) { p.say("a", "tick", "b\n") }, `
- connect
- expect: {stream: {until: "\n", text: ab}}
listeners: [{name: clock, when: {message: tick}}]`, "passed"},
		{"a message of no octets belongs to the piece around it", func(p *peer) { p.say("a", "", "b", "", "\n") }, `
- connect
- expect: {stream: {until: "\n", text: ab}}`, "passed"},
		{"one behind the last piece is a message that nobody read", func(p *peer) { p.say("a\n", "") }, `
- connect
- expect: {stream: {until: "\n", text: a}}
- wait: 100ms`, "failed 2: a message came that no step expected"},
		{"branches read a connection each", halves, `
- connect: {}
  on: one
- connect: {}
  on: two
- parallel:
  - on: one
    steps: [{expect: {stream: {until: "\n", text: PONG}}}, {expect: {stream: {size: 1}}}]
  - on: two
    steps: [{expect: {stream: {size: 3, text: PON}}}, {expect: {stream: {size: 3}}}]`, "passed"},
		{"a new connection begins a new stream", func(p *peer) { p.say("a\nPO"); p.close(1000) }, `
- connect
- expect: {stream: {until: "\n", text: a}}
- expect: {close: 1000}
- connect
- expect: {stream: {until: "\n", text: a}}
- expect: {stream: {size: 2, text: PO}}
- expect: {close: 1000}`, "failed 2: a message came of which steps have read only the first 2 octets, as a stream"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, tt.play, func(s *stage) {
				if got := verdict(s.steps(tt.steps)); got != tt.want {
					t.Errorf("%s, want %s", got, tt.want)
				}
			})
		})
	}
}

// However a peer cuts its packets into messages, and whenever it sends them, the steps read the
// same.
func TestStreamInAnyMessages(t *testing.T) {
	stream := "INFO {}\r\nMSG a 1 6\r\nx\r\ny\r\n\r\nPING\r\n\r\n+OK\r\n"
	steps := `
- connect
- expect: {stream: {until: "\r\n", text: "INFO {}"}}
- expect: {stream: {until: "\r\n", text: {$starts_with: MSG}}}
  as: head
- expect: {stream: {size: "${int(split(head.text, ' ')[3])}", text: "x\r\ny\r\n"}}
- await: {stream: {until: "\r\n", text: PING}}
- expect: {unordered: [{stream: {until: "\r\n", text: "+OK"}}, {stream: {until: "\r\n", text: ""}}]}`
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		fake(t, func(p *peer) {
			for left := stream; left != ""; {
				n := min(len(left), r.IntN(9))
				p.write([]byte{opText, opBinary}[r.IntN(2)], []byte(left[:n]))
				left = left[n:]
				p.pause(time.Duration(r.IntN(3)) * ms)
			}
		}, func(s *stage) {
			if got := verdict(s.steps(steps)); got != "passed" {
				t.Errorf("seed %d: %s", seed, got)
			}
		})
	}
}

// What a step reads of a long message takes no longer than the message is long.
func TestManyPiecesOfOneMessage(t *testing.T) {
	const n = 4_000
	fake(t, func(p *peer) { p.say(strings.Repeat("abcdefghijklm\n", n)) }, func(s *stage) {
		steps := fmt.Sprintf(`
- connect
- repeat: {times: %d, steps: [{expect: {stream: {until: "\n", size: 13}}}]}`, n)
		if got := verdict(s.steps(steps)); got != "passed" {
			t.Error(got)
		}
	})
}

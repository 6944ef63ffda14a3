package runner_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

var update = flag.Bool("update", false, "write golden files anew")

// echoes sends back what it hears.
func echoes(p *peer) {
	for text := range p.heard {
		p.say(text)
	}
}

const ask = `
sequences:
  ask:
    args: {say: null, want: null}
    steps:
    - send: "${args.say}"
    - expect: {message: "${args.want}"}
  each:
    steps:
    - repeat:
        each: [a, b]
        steps: [{use: ask, with: {say: "${each}", want: a}}]
`

// several is a suite that talks on one of three connections, and on another one before.
func several(step string) string {
	return `vars: {x: 1}
scenarios:
- name: it
  steps:
  - connect
  - {connect: {vars: {none: 1}}, on: bob}
  - {connect: {}, on: eve}
  - {send: e, on: eve, as: sent}
  - {expect: message, on: eve}
  - {send: a, on: bob}
  - {expect: message, on: bob, as: m}
` + step
}

const lib = `
sequences:
  say:
    args: {text: null}
    steps:
    - send: "${args.text}"
    - expect: {message: "0"}
`

// What a person is told of a failure: testdata/words.txt is to be read.
func TestWords(t *testing.T) {
	tests := []struct {
		name  string
		play  func(p *peer)
		suite string // of one scenario
	}{
		{"a use among others", echoes, `scenarios:
- name: it
  steps:
  - connect
  - {use: ask, with: {say: a, want: a}}
  - {use: ask, with: {say: a, want: b}}
` + ask},
		{"a round of a repeat", echoes, `scenarios:
- name: it
  steps:
  - connect
  - repeat:
      times: 5
      steps:
      - send: "${index}"
      - expect: {message: {text: {$lt: "3"}}}
`},
		{"a round until something holds", echoes, `scenarios:
- name: it
  steps:
  - connect
  - repeat:
      until: m.text == "x"
      steps:
      - send: "${index}"
      - expect: {message: "0"}
        as: m
`},
		{"a sequence in a round in a sequence in a branch, on the other connection", echoes, `scenarios:
- name: it
  steps:
  - connect: {}
    on: ann
  - connect: {}
    on: bob
  - parallel:
    - steps: [{use: each}]
      on: bob
    - steps: [{wait: 10s}]
` + ask},
		{"at the end", echoes, `scenarios:
- name: it
  steps: [connect]
  finally:
  - send: a
  - expect: {message: b}
`},
		{"a bad line", echoes, `scenarios:
- name: it
  steps:
  - connect
  - network: {latency: 50ms}
  - send: a
  - expect: {message: a}
  - network: {up: {bandwidth: 64KiB/s}, down: {latency: 200ms, jitter: 1ms}}
  - send: b
  - expect: {message: b}
    within: 100ms
`},
		{"a line that was cut", echoes, `scenarios:
- name: it
  steps:
  - connect: {}
    on: other
  - connect
  - network: {idle_timeout: 1s}
  - wait: 2s
  - send: a
`},
		{"a run of a load", echoes, `scenarios:
- name: it
  load: {times: 3, at_once: 1}
  steps:
  - connect
  - send: "${index}"
  - expect: {message: {text: {$lt: "2"}}}
`},
		{"a group over two connections: nothing came on one", echoes, `scenarios:
- name: it
  steps:
  - connect: {}
    on: ann
  - connect: {}
    on: bob
  - send: hello
    on: ann
  - expect: {in_order: [{message: hello, on: ann}, {message: hello, on: bob}]}
`},
		{"a group over two connections: another came on one", echoes, `scenarios:
- name: it
  steps:
  - connect: {}
    on: ann
  - connect: {}
    on: bob
  - send: hello
    on: ann
  - wait: 1ms
  - send: bye
    on: bob
  - expect: {unordered: [{message: hello, on: ann}, {message: hello, on: bob}]}
`},
		{"nobody expected it on one of two connections", func(p *peer) {
			if p.path == "/talks" {
				p.say("hello")
			}
		}, `scenarios:
- name: it
  steps:
  - connect: {}
    on: ann
  - connect: {url: /talks}
    on: bob
  - wait: 1s
`},
		{"listeners talk all the while", func(p *peer) {
			p.say("welcome")
			for range 50 {
				p.pause(10 * ms)
				p.say("tick")
			}
			p.pause(ms)
			p.say("bye")
		}, `scenarios:
- name: it
  listeners:
  - {name: clock, when: {message: tick}, send: tock}
  steps:
  - connect
  - expect: {message: welcome}
  - send: hello
  - expect: {message: hello}
`},
		{"a listener cannot answer", func(p *peer) { p.say("7") }, `scenarios:
- name: it
  listeners:
  - {name: sums, when: message, send: "${unjson(event.text).a}"}
  steps:
  - connect
  - wait: 1s
`},
		{"a sequence of another file", echoes, `import: lib.yaml
scenarios:
- name: it
  steps:
  - connect
  - repeat:
      times: 2
      steps: [{use: say, with: {text: "${index}"}}]
`},
		{"a label of another connection", echoes, `scenarios:
- name: it
  steps:
  - connect
  - connect: {}
    on: bob
  - send: a
    on: bob
  - expect: message
    on: bob
    as: m
  - assert: {m.text: b}
`},
		{"labels of two connections of three", echoes, several("  - assert: {m.at - sent.at: {$gt: 1s}}\n")},
		{"a value of another connection", echoes, several("  - assert: {\"'x'\": \"${m.text}\"}\n")},
		{"a function of a connection", echoes, several("  - assert: {\"len(events('bob', 'message'))\": 2}\n")},
		{"a variable of a connection", echoes, several("  - assert: {conn.none: 2}\n    on: bob\n")},
		{"no connection of several", echoes, several("  - assert: {vars.x: 2}\n")},
		{"what never holds", echoes, several("  - repeat: {times: 2, until: m.text == 'b', steps: [wait: 1ms]}\n")},
		{"what cannot be set", echoes, several("  - set: {x: \"${m.text + 1}\"}\n")},
		{"octets", func(p *peer) { p.write(opBinary, []byte("RIFF\xff")) }, `scenarios:
- name: it
  steps:
  - connect
  - expect: {message: {hex: "52494658ff"}}
`},
		{"no JSON", echoes, `scenarios:
- name: it
  steps:
  - connect
  - send: '{"id": 1, "score": NaN}'
  - expect: {message: {json: {id: 1}}}
`},
		{"HTTP behind the handshake", func(p *peer) { _, _ = p.conn.Write([]byte("HTTP/1.1 502 Bad Gateway\r\n\r\n")) }, `scenarios:
- name: it
  steps:
  - connect
  - expect: message
`},
		{"it closes", func(p *peer) { p.close(1001) }, `scenarios:
- name: it
  steps:
  - connect
  - expect: message
`},
		{"it came too late", func(p *peer) { p.pause(300 * ms); p.say("a") }, `scenarios:
- name: it
  steps:
  - connect
  - expect: {message: a}
    within: 200ms
`},
		{"it came too late, and is another one", func(p *peer) { p.pause(600 * ms); p.say("b") }, `scenarios:
- name: it
  steps:
  - connect
  - expect: {message: a}
    within: 200ms
`},
		{"what another step waited for came too late", func(p *peer) { p.say("b"); p.pause(600 * ms); p.say("b", "a") }, `scenarios:
- name: it
  steps:
  - connect
  - await: {message: a}
    within: 200ms
`},
		{"it came much too late", func(p *peer) { p.pause(900 * ms); p.say("a") }, `scenarios:
- name: it
  unexpected: ignore
  steps:
  - connect
  - expect: {message: a}
    within: 200ms
`},
		{"a piece of a stream does not come to its end", func(p *peer) { p.say("PING\nPO"); p.write(opBinary, []byte("NG\r")) }, `scenarios:
- name: it
  steps:
  - connect
  - await: {stream: {until: "\r\n", text: {$starts_with: PONG}}}
    within: 1s
`},
		{"a piece of a stream is another one", func(p *peer) { p.write(opBinary, []byte{0x20, 2, 0}); p.write(opBinary, []byte{5, 0xd0}) }, `scenarios:
- name: it
  steps:
  - connect
  - expect: {stream: {length: {after: 1, size: varint}, hex: "20020000"}}
`},
		{"a piece of a stream comes too late", func(p *peer) { p.say("PO"); p.pause(300 * ms); p.say("NG\n") }, `scenarios:
- name: it
  steps:
  - connect
  - expect: {stream: {until: "\n", text: PONG}}
    within: 200ms
`},
		{"a part of a stream is left", func(p *peer) { p.say("a\nPO") }, `scenarios:
- name: it
  steps:
  - connect
  - expect: {stream: {until: "\n"}}
`},
		{"it came before what was read", func(p *peer) { p.write(opPing, []byte("a")); p.say("b") }, `scenarios:
- name: it
  steps:
  - connect
  - await: {message: b}
  - expect: ping
`},
	}
	var out strings.Builder
	for _, tt := range tests {
		fake(t, tt.play, func(s *stage) {
			s.files = map[string]string{"lib.yaml": lib}
			run := s.run(tt.suite)
			fmt.Fprintf(&out, "== %s\n%s\n", tt.name, wordsOf(t, run))
		})
	}
	golden(t, "testdata/words.txt", out.String())
}

// wordsOf gives the problems of a run with one scenario as they are shown.
func wordsOf(t *testing.T, run *trace.Run) string {
	t.Helper()
	var b strings.Builder
	for _, p := range run.Suites[0].Scenarios[0].Problems {
		if err := diag.Render(&b, p.Diagnostic, run.Sources, diag.Screen{}); err != nil {
			t.Fatal(err)
		}
		for _, ev := range p.Recent {
			c, closed := ev.Detail.(*trace.Close)
			if ev.AfterEnd || closed && c.By == "us" { // its payload is random; it may come a little later
				continue
			}
			fmt.Fprintf(&b, "  %s %s\n", ev.Connection, ev.Line())
		}
	}
	return b.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); -update writes it anew:\n%s", file, diff)
	}
}

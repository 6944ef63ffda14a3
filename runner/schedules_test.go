package runner_test

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// act is what a peer does next: say octets, or wait for a message of ours.
type act struct {
	octets []byte
	hear   bool
}

func says(texts ...string) []act {
	var out []act
	for _, text := range texts {
		out = append(out, act{octets: frameOf(opText, []byte(text))})
	}
	return out
}

var hears = act{hear: true}

func voice(tag string, chunks int) []act {
	out := says(fmt.Sprintf(`{"event":"start","sequenceNumber":0,"start":{"tag":%q,"mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`, tag))
	for k := range chunks {
		out = append(out, says(fmt.Sprintf(`{"event":"media","sequenceNumber":%d,"media":{"tag":%q,"chunk":%d,"timestamp":%d,"payload":%q}}`,
			k+1, tag, k, 160*k, base64.StdEncoding.EncodeToString(make([]byte, 160))))...)
	}
	return append(out, says(fmt.Sprintf(`{"event":"stop","sequenceNumber":%d,"stop":{"tag":%q,"mediaInfo":{"bytesSent":%d,"duration":%d}}}`,
		chunks+1, tag, 160*chunks, 20*chunks))...)
}

// schedules are scenarios with what their peers say, by path, and what comes
// of it whenever it comes.
var schedules = []struct {
	name  string
	peers map[string][]act
	suite string
	want  string
}{
	{"an echo", map[string][]act{"/": append([]act{hears}, append(says("a"), hears, says(`{"n":1}`)[0])...)}, `
  - connect
  - send: a
  - expect: {message: a}
  - send: {json: {n: 1}}
  - expect: {message: {json: {n: 1}}}
`, "passed"},
	{"a wrong echo", map[string][]act{"/": append([]act{hears}, says("a", "b", "d")...)}, `
  - connect
  - send: a
  - expect: {message: a}
  - expect: {message: b}
  - expect: {message: c}
`, "failed 8: this is not the message that came"},
	{"groups", map[string][]act{"/": says("abc", "ab", "a", "x", "y", "end")}, `
  - connect
  - expect: {unordered: [{message: {text: {$contains: a}}}, {message: {text: {$contains: b}}}, {message: abc}]}
  - expect: {in_order: [{message: x}, {message: y}]}
  - expect: {one_of: {more: {message: more}, end: {message: end}}}
    as: which
  - assert: {which.name: end}
`, "passed"},
	{"a stray message", map[string][]act{"/": says("a", "stray", "b", "stray")}, `
  - connect
  - await: {message: b}
  - close: {code: 1000}
  - expect: close
`, "failed 2: a message came that no step expected"},
	{"out of order", map[string][]act{"/": append(says("a"), act{octets: frameOf(opPing, nil)}, says("b")[0])}, `
  - connect
  - await: {message: b}
  - expect: ping
`, "failed 6: this ping came before an event that an earlier step has read"},
	{"listeners", map[string][]act{"/": append(says("tick", "ping", "tick"), hears, says("tick", "thanks")[0], says("thanks")[0])}, `
  - add_listener: {name: ticks, when: {message: tick}}
  - add_listener: {name: pings, when: {message: ping}, send: pong}
  - connect
  - expect: {message: thanks}
`, "passed"},
	{"a close while waiting", map[string][]act{"/": append(says("a"), act{octets: frameOf(opClose, []byte{3, 233})})}, `
  - connect
  - expect: {message: a}
  - expect: message
`, "failed 6: the connection closed before a message came"},
	{"voice", map[string][]act{"/voice": append(voice("t", 5), says("done")...)}, `
  - connect: {url: /voice, dialect: voximplant}
  - expect: {media_started: {tag: t, encoding: ULAW}}
    as: answer
  - expect: {media_ended: {tag: t, by: stop}}
  - expect: {message: done}
  - assert: {audio: {during: answer, chunks: {count: 5}, sequence: {gaps: 0}}}
`, "passed"},
	{"voice that lacks a chunk", map[string][]act{"/voice": append(append(voice("t", 5)[:3:3], voice("t", 5)[4:]...), says("done")...)}, `
  - connect: {url: /voice, dialect: voximplant}
  - expect: {media_started: {tag: t}}
    as: answer
  - expect: {media_ended: {tag: t}}
    within: 20s
  - assert: {audio: {during: answer, chunks: {count: 5}}}
`, "failed 7: the connection had an error before a media_ended came"},
	{"two calls at once", map[string][]act{"/a": append(says("hello a"), hears, says("bye a")[0]), "/b": append([]act{hears}, says("b1", "b2")...)}, `
  - connect: {url: /a}
    on: a
  - connect: {url: /b}
    on: b
  - parallel:
    - on: a
      steps: [{expect: {message: hello a}}, {send: x}, {expect: {message: bye a}}]
    - on: b
      steps: [{send: y}, {expect: {message: b1}}, {expect: {message: b2}}]
`, "passed"},
	{"two calls, one goes wrong", map[string][]act{"/a": append(says("hello a"), hears, says("bye a")[0]), "/b": append([]act{hears}, says("b1", "b3")...)}, `
  - connect: {url: /a}
    on: a
  - connect: {url: /b}
    on: b
  - parallel:
    - on: a
      steps: [{expect: {message: hello a}}, {send: x}, {expect: {message: bye a}}, {await: {message: never}}]
    - on: b
      steps:
      - send: y
      - expect: {message: b1}
      - expect: {message: b2}
`, "failed 15: this is not the message that came"},
}

// Run with more by make schedules.
var runs = flag.Int("schedules", 1_000, "how many schedules TestSchedulesDoNotMatter tries")

// Whenever and in whatever pieces a peer's octets arrive, as long as they keep
// their order on each connection and meet the deadlines, the verdict and the
// line are the same.
func TestSchedulesDoNotMatter(t *testing.T) {
	for i := range schedules {
		tt := &schedules[i]
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var seed uint64
			synctest.Test(t, func(t *testing.T) {
				s := &stage{t: t, play: func(p *peer) {
					path := p.path
					perform(p, tt.peers[path], rand.New(rand.NewPCG(seed, uint64(len(path))+uint64(path[len(path)-1]))))
				}}
				prepared := s.prepare("scenarios:\n- name: it\n  steps:\n" + indent(strings.Trim(tt.suite, "\n")))
				for range *runs / len(schedules) {
					seed++
					run := prepared.Run(context.Background())
					s.peers.Wait()
					if got := verdict(&run.Suites[0].Scenarios[0]); got != tt.want {
						t.Fatalf("schedule %d: got %s, want %s\n%v", seed, got, tt.want, run.Suites[0].Scenarios[0].Problems)
					}
				}
			})
		})
	}
}

// perform lets a peer act on a schedule of chance: pieces of any size, with
// pauses of any length or none.
func perform(p *peer, acts []act, chance *rand.Rand) {
	p.busy <- struct{}{}
	defer func() { <-p.busy }()
	slow := chance.IntN(3)
	pause := func() {
		if slow > 0 && chance.IntN(2) == 0 {
			p.pause(time.Duration(chance.Int64N(int64(slow) * int64(20*ms))))
		}
	}
	var octets []byte // not said yet
	flush := func() {
		for len(octets) > 0 {
			pause()
			n := 1 + chance.IntN(len(octets))
			_, _ = p.conn.Write(octets[:n])
			octets = octets[n:]
		}
	}
	for _, a := range acts {
		if a.hear {
			flush()
			select {
			case <-p.heard:
			case <-p.left:
				return
			}
			pause()
			continue
		}
		if octets = append(octets, a.octets...); a.octets[0]&15 == opClose {
			p.over.Store(true)
		}
		if chance.IntN(2) == 0 {
			flush()
		}
	}
	flush()
}

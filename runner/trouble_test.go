package runner_test

import (
	"context"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/duologue/duologue/trace"
)

// That this machine cannot dial is no verdict about a peer: no step takes it for a
// refusal, and it is an error whatever the scenario expects or allows. What a peer
// refuses is taken.
func TestTroubleOfOursWhileDialling(t *testing.T) {
	const connect, attempt = "- connect\n", "- {connect: {wait: false}}\n"
	tests := map[string]string{ // the scenario after its first step
		"expected":             "- expect: {error: refused}\n",
		"any error":            "- expect: error\n",
		"awaited":              "- await: {error: {}}\n",
		"one of several":       "- expect: {one_of: {a: {error: {}}, b: {close: {}}}}\n",
		"waited for":           "- wait: 1s\n- expect: {error: refused}\n",
		"by a listener":        "- wait: 1s\n  listeners: [{name: l, when: {error: {}}}]\n",
		"in a branch":          "- parallel: [{steps: [{expect: {error: refused}}]}, {steps: [{wait: 1s}]}]\n",
		"beside `unexpected`":  "- wait: 1s\n  unexpected: [{error: {}}]\n",
		"beside `ignore`":      "- {expect: {error: refused}}\n  unexpected: ignore\n",
		"with `finally`":       "- expect: {error: refused}\n  finally: [{wait: 1s}]\n",
		"with retries":         "- expect: {error: refused}\n  retries: 1\n",
		"behind what is right": "- expect: {error: {kind: refused, text: {$contains: stage.test}}}\n",
	}
	absent := map[string]string{"absent": "- {absent: error, within: 1s}\n", "nothing": "- {expect: {one_of: {a: {message: x}, b: nothing}}, within: 1s}\n"}
	perform := func(t *testing.T, errno syscall.Errno, text string) string {
		got := ""
		fake(t, echo, func(s *stage) {
			s.fails = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", errno)}
			got = verdict(&s.run("scenarios:\n- name: it\n  steps:\n  " + strings.ReplaceAll(text, "\n-", "\n  -")).Suites[0].Scenarios[0])
		})
		return got
	}
	const ours = "error 4: this machine could not open the connection: no connection to stage.test:80: too many open files"
	for name, text := range tests {
		for _, first := range []string{connect, attempt} {
			if got := perform(t, syscall.EMFILE, first+text); got != ours {
				t.Errorf("%s: %s%s got %s", name, first, text, got)
			}
			if got := perform(t, syscall.ECONNREFUSED, first+text); got != "passed" {
				t.Errorf("%s, refused: %s%s got %s", name, first, text, got)
			}
		}
	}
	for name, text := range absent {
		if got := perform(t, syscall.EMFILE, attempt+text); got != ours {
			t.Errorf("%s: got %s", name, got)
		}
		if got := perform(t, syscall.ECONNREFUSED, attempt+text); !strings.HasPrefix(got, "failed 5:") {
			t.Errorf("%s, refused: got %s", name, got)
		}
	}
}

// What failed before our trouble has failed.
func TestTroubleOfOursLater(t *testing.T) {
	const text = "- connect\n- expect: {message: x}\n"
	fake(t, func(p *peer) { p.say("y") }, func(s *stage) {
		s.failsAfter, s.fails = 1, os.NewSyscallError("socket", syscall.EMFILE)
		run := s.run("scenarios:\n- name: it\n  steps:\n  - connect\n  - expect: {message: x}\n  finally:\n  - {connect: {}, on: b}\n")
		if got := verdict(&run.Suites[0].Scenarios[0]); got != "failed 5: this is not the message that came" {
			t.Errorf("got %s\n%s", got, text)
		}
	})
}

// A load of which some runs could not dial is not judged by them: what share passed
// is not known.
func TestTroubleOfOursUnderLoad(t *testing.T) {
	for says, want := range map[string]string{"y": "passed", "n": "failed 3: passed is not as asked"} {
		for failsAfter, of := range map[int]string{8: want, 4: "error 3: passed is not as asked"} {
			if says == "n" { // what has failed is enough
				of = "failed 3: passed is not as asked"
			}
			fake(t, func(p *peer) { p.say(says) }, func(s *stage) {
				s.failsAfter, s.fails = failsAfter, os.NewSyscallError("socket", syscall.EMFILE)
				run := s.run("scenarios:\n- name: it\n  load: {times: 10, at_once: 1, assert: {passed: {$gte: 80%}}}\n  steps:\n  - connect\n  - expect: {message: y}\n")
				if got := verdict(&run.Suites[0].Scenarios[0]); got != of {
					t.Errorf("%s, %d of 10 could dial: got %s, want %s", says, failsAfter, got, of)
				}
			})
		}
	}
}

// jammed is an endpoint that cannot take a dial.
type jammed struct {
	net.Listener
	fails error
}

func (j jammed) Accept() (net.Conn, error) { return nil, j.fails }

// That this machine cannot take a dial is no doing of the client, and nobody is
// said not to have dialled.
func TestTroubleOfOursWhileAccepting(t *testing.T) {
	for name, tt := range map[string]struct {
		fails       error
		steps, want string
	}{
		"no descriptor":         {syscall.EMFILE, "[accept]", "error 3: this machine could not open the connection: too many open files"},
		"expected":              {syscall.ENFILE, "[accept, {expect: {error: {}}}]", "error 3: this machine could not open the connection: too many open files in system"},
		"no accept":             {syscall.ENOMEM, "[{wait: 1s}]", `error 1: this machine could not take a connection on endpoint "here": cannot allocate memory`},
		"a client that dials":   {syscall.EMFILE, "[{connect: {wait: false}}, {expect: {message: x}}]", `error 1: this machine could not take a connection on endpoint "here": too many open files`},
		"nobody dials":          {nil, "[accept]", "failed 3: no client connected within 5s"},
		"nobody dials, no step": {nil, "[{wait: 1s}]", "passed"},
	} {
		fake(t, func(p *peer) {}, func(s *stage) {
			s.options.Listen = func(network, addr string) (net.Listener, error) {
				l, err := undialled(network, addr)
				if tt.fails == nil || err != nil {
					return l, err
				}
				return jammed{l, tt.fails}, nil
			}
			run := s.run("endpoints: {here: {}}\nscenarios:\n- {name: it, steps: " + tt.steps + "}\n")
			if got := verdict(&run.Suites[0].Scenarios[0]); got != tt.want {
				t.Errorf("%s: got %s, want %s", name, got, tt.want)
			}
		})
	}
}

// undialled opens an endpoint that nobody dials.
func undialled(string, string) (net.Listener, error) { return quiet{make(chan struct{})}, nil }

// quiet is such an endpoint.
type quiet struct{ closed chan struct{} }

func (q quiet) Accept() (net.Conn, error) { <-q.closed; return nil, net.ErrClosed }

func (q quiet) Close() error { close(q.closed); return nil }

func (q quiet) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// An endpoint that cannot be opened, and a proxy that cannot be reached, are no
// other trouble.
func TestTroubleOfOursElsewhere(t *testing.T) {
	fake(t, echo, func(s *stage) {
		s.options.Listen = func(string, string) (net.Listener, error) { return nil, syscall.EMFILE }
		run := s.run("endpoints: {here: {}}\nscenarios:\n- {name: it, steps: [accept]}\n")
		if got := verdict(&run.Suites[0].Scenarios[0]); !strings.HasPrefix(got, `error 1: open endpoint "here": too many open files`) {
			t.Errorf("got %s", got)
		}
	})
	fake(t, echo, func(s *stage) {
		s.fails = os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)
		run := s.run("scenarios:\n- {name: it, steps: [{connect: {proxy: 'http://gateway.test:1'}}, {expect: error}]}\n")
		if got := verdict(&run.Suites[0].Scenarios[0]); got != "error 2: this machine could not open the connection: no connection to the proxy gateway.test:1: cannot assign requested address" {
			t.Errorf("got %s", got)
		}
	})
}

// The trace tells of our trouble as of an event of ours.
func TestTroubleOfOursInTheTrace(t *testing.T) {
	fake(t, echo, func(s *stage) {
		s.fails, s.options.Events = os.NewSyscallError("socket", syscall.ENOBUFS), true
		run := s.prepare("scenarios:\n- {name: it, steps: [connect]}\n").Run(context.Background())
		events := run.Suites[0].Scenarios[0].Connections[0].Events
		if e, ok := events[0].Detail.(*trace.Error); len(events) != 1 || !ok || !events[0].Sent || e.Problem != trace.Local {
			t.Errorf("events %v", events)
		}
	})
}

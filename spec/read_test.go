package spec_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/spec"
)

func parsed(t *testing.T, text string) *spec.Suite {
	t.Helper()
	var out diag.List
	s := spec.Parse("t.yaml", text, &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", text, out.Err())
	}
	return s
}

// step reads one step.
func step(t *testing.T, yaml string) spec.Step {
	t.Helper()
	return parsed(t, "scenarios: [{name: n, steps: ["+yaml+"]}]").Scenarios[0].Steps[0]
}

// The suite and its scenarios hold what is written in them.
func TestSuiteHolds(t *testing.T) {
	s := parsed(t, `
suite: s
description: d
env: [A]
secrets: [B, C]
import: other.yaml
serial: true
tags: x
defaults: {within: 1s, timeout: 2s}
setup: [connect]
teardown: [connect, connect]
endpoints: {main: {listen: "127.0.0.1:0"}}
scenarios:
  - name: ""
    steps: [connect]
  - name: ""
    description: more
    tags: [y, z]
    skip: why
    only: true
    order: per_kind
    unexpected: ignore
    endpoints: {own: {}}
    retries: 1
    requirement: {rfc: RFC6455#5.4, level: must}
    steps: [connect]
  - name: third
    unexpected: [message, {close: 1000}]
    requirement: {rfc: RFC6455#5.5}
    load: {times: 1}
    steps: [connect]
`)
	first, second, third := s.Scenarios[0], s.Scenarios[1], s.Scenarios[2]
	within, _ := s.Defaults.Within.Known()
	timeout, _ := s.Defaults.Timeout.Known()
	got := fmt.Sprint(s.Name, s.Description, s.Env, s.Secrets, s.Import, s.Serial, s.Tags, within, timeout, len(s.Setup), len(s.Teardown), len(s.Endpoints),
		"; ", second.Description, second.Tags, second.Skip, second.Only, second.Order, second.Unexpected.Ignore, len(second.Endpoints), second.Requirement,
		"; ", len(third.Unexpected.Patterns), third.Unexpected.Ignore, third.Requirement, first.Requirement, first.Unexpected.Ignore, first.Pos.Line, third.Pos.Line)
	want := fmt.Sprint("s", "d", []string{"A"}, []string{"B", "C"}, []string{"other.yaml"}, true, []string{"x"}, "1s", "2s", 1, 2, 1,
		"; ", "more", []string{"y", "z"}, "why", true, "per_kind", true, 1, "RFC6455#5.4 (must)",
		"; ", 2, false, "RFC6455#5.5", "", false, 14, 27)
	if squeeze(got) != squeeze(want) {
		t.Errorf("the suite holds\n%s, want\n%s", got, want)
	}
	if fail := parsed(t, "scenarios: [{name: n, unexpected: fail, steps: [connect]}]").Scenarios[0].Unexpected; fail.Ignore || fail.Patterns != nil {
		t.Errorf("unexpected: fail holds %v", fail)
	}
	var out diag.List
	spec.Parse("t.yaml", "scenarios: [{name: n, unexpected: perhaps, steps: [connect]}]", &out)
	if out.Empty() || !strings.Contains(out.Err().Error(), `"perhaps" is none of fail, ignore`) {
		t.Errorf("unexpected: perhaps is complained of as %v", out.Err())
	}
	if s := spec.Parse("t.yaml", "{", &diag.List{}); s != nil {
		t.Errorf("a file that is no YAML gives %v", s)
	}
}

// squeeze removes the spaces that Sprint puts between operands.
func squeeze(s string) string { return strings.ReplaceAll(s, " ", "") }

// A frame holds what is written of it.
func TestFrameHolds(t *testing.T) {
	for yaml, want := range map[string]string{
		`{fin: true, rsv: 5, opcode: ping, mask: none, length: 5, length_form: 16}`:                 "true 5 9 {none [0 0 0 0]} 5 16",
		`{fin: false, rsv: 0, opcode: 11, mask: 37fa213d, length: 0xff, length_form: 64}`:           "false 0 11 {key [55 250 33 61]} 255 64",
		`{fin: "${no}", rsv: "${six}", opcode: "${op}", mask: random, length: 0, length_form: "7"}`: "false 6 8 {random [0 0 0 0]} 0 7",
	} {
		f := step(t, "{send_frame: "+yaml+"}").Action.(*spec.SendFrame).Frames[0]
		env := expr.Env{Names: expr.Map{"no": "false", "six": "6", "op": "close"}}
		fin, err1 := f.Fin.In(env)
		rsv, err2 := f.RSV.In(env)
		opcode, err3 := f.Opcode.In(env)
		mask, err4 := f.Mask.In(env)
		length, err5 := f.Length.In(env)
		form, err6 := f.LengthForm.In(env)
		if got := fmt.Sprint(fin, rsv, opcode, mask, length, form); got != want {
			t.Errorf("%s holds %s, want %s (%v)", yaml, got, want, []error{err1, err2, err3, err4, err5, err6})
		}
	}
}

// A value that is computed when the step begins can only be wrong then: it is an
// error at its place.
func TestComputedLate(t *testing.T) {
	env := expr.Env{Names: expr.Map{"bad": "x", "five": "5", "delay": "2ms", "level": "-20dB"}}
	var unsaid spec.Value[int]
	if v, err := unsaid.Or(env, 7); v != 7 || err != nil {
		t.Errorf("what was not written is %v, %v, want 7", v, err)
	}
	if v, err := step(t, `{repeat: {times: "${five}", steps: [connect]}}`).Action.(*spec.Repeat).Times.Or(env, 7); v != 5 || err != nil {
		t.Errorf("what was written is %v, %v, want 5", v, err)
	}
	write := func(yaml string) (spec.Pieces, error) { return step(t, "{send: a, write: "+yaml+"}").Write.In(env) }
	for yaml, want := range map[string]string{
		`batch`:     "{false 0 0s}",
		`per_frame`: "{true 0 0s}",
		`{mode: per_frame, chop: "${five}", delay: "${delay}"}`: "{true 5 2ms}",
		`{chop: 3}`:            "{false 3 0s}",
		`"${bad}"`:             `"x" is no way to write`,
		`{chop: "${bad}"}`:     `"x" is not a number of octets`,
		`{delay: "${bad}"}`:    `"x" is not a duration`,
		`{delay: "${nobody}"}`: "nobody",
	} {
		p, err := write(yaml)
		if got := fmt.Sprint(p); err == nil && got != want || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("write: %s becomes %v, %v, want %s", yaml, p, err, want)
		}
	}
	if p, err := (*spec.Write)(nil).In(env); p != (spec.Pieces{}) || err != nil {
		t.Errorf("no write becomes %v, %v", p, err)
	}
	for _, check := range []string{`tag: "${X}"`, `encoding: "${X}"`, `duration: "${X}"`, `level: "${X}"`, `peak: "${X}"`, `dc_offset: "${X}"`, `clicks: "${X}"`,
		`clipping: {share: "${X}"}`, `clipping: {longest: "${X}"}`, `silence: {share: "${X}"}`, `silence: {longest: "${X}"}`, `silence: {share: 0%, threshold: "${X}"}`,
		`speech: {start: "${X}"}`, `speech: {share: "${X}"}`, `tone: {frequency: "${X}"}`, `tone: {level: "${X}"}`, `dtmf: "${X}"`,
		`similar_to: {source: a, score: "${X}"}`, `similar_to: {source: a, delay: {$lt: "${X}"}}`, `sequence: {gaps: "${X}"}`, `chunks: {count: {$in: ["${X}"]}}`,
		`chunks: {size: "${X}"}`, `pacing: {jitter: "${X}"}`, `pacing: {chunk: "${X}"}`, `pacing: {gaps: "${X}"}`} {
		yaml := "{assert: {audio: {during: a, " + strings.ReplaceAll(check, "X", "nobody") + "}}}"
		if strings.HasPrefix(check, "tag") {
			yaml = `{assert: {audio: {tag: "${nobody}", level: -20dB}}}`
		}
		a := step(t, yaml).Action.(*spec.Assert).Audio
		if _, err := a.Bind(env); err == nil || !strings.Contains(err.Error(), "nobody") {
			t.Errorf("%s is bound with %v, want an error about nobody", yaml, err)
		}
	}
	for _, yaml := range []string{`level: "${bad}"`, `duration: {$gte: "${bad}", $lte: "${delay}"}`, `duration: {$gte: "${delay}", $lte: "${bad}"}`, `chunks: {count: {$in: [1, "${bad}"]}}`} {
		if _, err := step(t, "{assert: {audio: {during: a, "+yaml+"}}}").Action.(*spec.Assert).Audio.Bind(env); err == nil || !strings.HasPrefix(err.Error(), "t.yaml:1:") {
			t.Errorf("%s is bound with %v, want a complaint with its place", yaml, err)
		}
	}
	long, err := step(t, `{assert: {audio: {during: a, duration: {$in: [90s, "${delay}"]}}}}`).Action.(*spec.Assert).Audio.Bind(env)
	if err != nil || fmt.Sprint(asked(t, long, "duration").Items[0].Data.Value()) != "[1m30s 2ms]" {
		t.Errorf("bound to %v, %v, want [1m30s 2ms]", long, err)
	}
	b, err := step(t, `{assert: {audio: {during: a, level: "${level}", chunks: {count: {$in: [1, "${five}"]}}}}}`).Action.(*spec.Assert).Audio.Bind(env)
	if err != nil || asked(t, b, "level").Data.Value() != spec.Decibels(-20) || fmt.Sprint(asked(t, b, "chunks.count").Items[0].Data.Value()) != "[1 5]" {
		t.Errorf("bound to %v, %v", b, err)
	}
}

// A value that was complained of is not known, and computing it gives no second
// complaint.
func TestWrongValues(t *testing.T) {
	for _, times := range []string{"many", "${", "1${x}${"} {
		var out diag.List
		s := spec.Parse("t.yaml", `scenarios: [{name: n, steps: [{repeat: {times: "`+times+`", steps: [connect]}}]}]`, &out)
		v := s.Scenarios[0].Steps[0].Action.(*spec.Repeat).Times
		if got := out.Sorted(); len(got) != 1 {
			t.Errorf("times: %s is complained of as %v, want one complaint", times, got)
		}
		if n, ok := v.Known(); ok {
			t.Errorf("times: %s is known as %d", times, n)
		}
		if n, err := v.In(expr.Env{Names: expr.Map{"x": "1"}}); !errors.Is(err, diag.Told) {
			t.Errorf("times: %s is computed as %d, %v, want that it was told", times, n, err)
		}
		if !v.IsSet() || v.Template() != nil || v.Names() != nil {
			t.Errorf("times: %s is set: %v, with the template %v and the names %v", times, v.IsSet(), v.Template(), v.Names())
		}
	}
}

// Words and numbers give their values, also at the limits of their ranges.
func TestValuesHold(t *testing.T) {
	known := func(v any, ok bool) string { return fmt.Sprint(v, ok) }
	for yaml, want := range map[string]string{"0": "0 true", "4000": "4000 true", "65535": "65535 true"} {
		code := step(t, "{close: {code: "+yaml+"}}").Action.(*spec.Close).Code
		if got := known(code.Known()); got != want {
			t.Errorf("close: {code: %s} is %s, want %s", yaml, got, want)
		}
	}
	for yaml, want := range map[string]string{"101": "101 true", "404": "404 true"} {
		status := step(t, "{accept: {status: "+yaml+"}}").Action.(*spec.Accept).Status
		if got := known(status.Known()); got != want {
			t.Errorf("accept: {status: %s} is %s, want %s", yaml, got, want)
		}
	}
	for yaml, want := range map[string]string{"realtime": "1 true", "asap": "0 true", "4x": "4 true", "0.5x": "0.5 true"} {
		speed := step(t, "{send_media: {from: a.wav, pace: "+yaml+"}}").Action.(*spec.SendMedia).Speed
		if got := known(speed.Known()); got != want {
			t.Errorf("pace: %s is %s, want %s", yaml, got, want)
		}
	}
	for yaml, want := range map[string]any{"true": true, "false": false} {
		data := step(t, "{send: {json: "+yaml+"}}").Action.(*spec.Send).Data
		if got := data.Value(); got != want {
			t.Errorf("json: %s is %v", yaml, got)
		}
	}
	for yaml, want := range map[string]string{"5ms": "5ms", "-5ms": "-5ms"} {
		c := step(t, "{assert: {a.at - b.at: {$gt: "+yaml+"}}}").Action.(*spec.Assert).Comparisons[0]
		if got := fmt.Sprint(c.Matcher.Items[0].Data.Value()); got != want {
			t.Errorf("a difference of %s is %s", yaml, got)
		}
	}
}

// Everything that a later complaint may be about has its place.
func TestPlaces(t *testing.T) {
	s := parsed(t, `
endpoints:
  here:
    {listen: "127.0.0.1:0"}
scenarios:
- name: n
  steps:
  - parallel:
    - steps: [connect]
  - accept:
      never: true
  - send_frame:
      rsv: 1
  - send_ping:
      hex: "00"
  - send:
      file: a.bin
      window:
        length: 1
`)
	steps := s.Scenarios[0].Steps
	got := []int{
		s.Endpoints[0].Value.Pos.Line, steps[0].Action.(*spec.Parallel).Branches[0].Pos.Line, steps[1].Action.(*spec.Accept).Pos.Line,
		steps[2].Action.(*spec.SendFrame).Frames[0].Pos.Line, steps[3].Action.(*spec.SendPing).Payload.Pos.Line, steps[4].Action.(*spec.Send).Window.Pos.Line,
	}
	if want := []int{4, 9, 11, 13, 15, 19}; !slices.Equal(got, want) {
		t.Errorf("they stand in the lines %v, want %v", got, want)
	}
	var out diag.List
	spec.Parse("t.yaml", `scenarios: [{name: n, steps: [{send: "abc ${1 +} d"}]}]`, &out)
	if all := out.Sorted(); len(all) != 1 || all[0].Pos.Col < 45 {
		t.Errorf("the complaints are %v, want one behind the text", all)
	}
}

// The interpolations of a step are those of its own scalars, not those of the
// steps inside it.
func TestInterpolations(t *testing.T) {
	paths := func(all []value.Interpolation) string {
		var out []string
		for _, i := range all {
			for _, r := range i.Refs {
				out = append(out, strings.Join(r.Path, "."))
			}
		}
		return strings.Join(out, " ")
	}
	for yaml, want := range map[string]string{
		`{send: plain}`:                                      "",
		`{send: "${a} and ${b.c}"}`:                          "a b.c",
		`{send: {json: {k: ["${a}", {l: "${b}"}]}}}`:         "a b",
		`{repeat: {times: "${a}", steps: [{send: "${b}"}]}}`: "a",
		`{parallel: [{steps: [{send: "${b}"}]}]}`:            "",
	} {
		if got := paths(step(t, yaml).Texts); got != want {
			t.Errorf("%s computes %q, want %q", yaml, got, want)
		}
	}
	l := step(t, `{add_listener: {name: l, when: message, send: "${event.text}"}}`).Action.(*spec.Listener)
	if got := paths(l.Texts); got != "event.text" {
		t.Errorf("a listener computes %q, want event.text", got)
	}
}

// What a suite says of every connect holds where the step does not say it.
func TestConnectUnder(t *testing.T) {
	const usual = `{headers: {A: [a, b], B: c}, query: {q: "1"}, tls: {ca: ca, cert: c, key: k, insecure: true}, proxy: p, auth: {bearer: t}, redirects: 2,
  protocols: [v1], origin: o, compression: true, policy: {pong: "off", final_ping: "off"}, retry: {until: 5s}}`
	const same = "A=[a b] B=[c]; q=1; ca c k  true; p; t; 2; [v1]; o; false; off    off; 5s"
	for yaml, want := range map[string]string{
		`{}`:                                    same,
		`{url: /x}`:                             same,
		`{headers: {a: z, C: d}}`:               "B=[c] a=[z] C=[d]; q=1; ca c k  true; p; t; 2; [v1]; o; false; off    off; 5s",
		`{headers: {AUTHORIZATION: z}}`:         "A=[a b] B=[c] AUTHORIZATION=[z]; q=1; ca c k  true; p; -; 2; [v1]; o; false; off    off; 5s",
		`{headers: {X-Twilio-Signature: z}}`:    "A=[a b] B=[c] X-Twilio-Signature=[z]; q=1; ca c k  true; p; t; 2; [v1]; o; false; off    off; 5s",
		`{query: {q: "2", Q: "3"}}`:             "A=[a b] B=[c]; q=2 Q=3; ca c k  true; p; t; 2; [v1]; o; false; off    off; 5s",
		`{tls: {server_name: s}}`:               "A=[a b] B=[c]; q=1; ca c k s true; p; t; 2; [v1]; o; false; off    off; 5s",
		`{tls: {cert: d, key: l, ca: e}}`:       "A=[a b] B=[c]; q=1; e d l  true; p; t; 2; [v1]; o; false; off    off; 5s",
		`{tls: {insecure: false}}`:              "A=[a b] B=[c]; q=1; ca c k  false; p; t; 2; [v1]; o; false; off    off; 5s",
		`{auth: {bearer: u}}`:                   "A=[a b] B=[c]; q=1; ca c k  true; p; u; 2; [v1]; o; false; off    off; 5s",
		`{auth: none, retry: none}`:             "A=[a b] B=[c]; q=1; ca c k  true; p; -; 2; [v1]; o; false; off    off; -",
		`{redirects: 0, protocols: []}`:         "A=[a b] B=[c]; q=1; ca c k  true; p; t; 0; []; o; false; off    off; 5s",
		`{proxy: r, origin: n}`:                 "A=[a b] B=[c]; q=1; ca c k  true; r; t; 2; [v1]; n; false; off    off; 5s",
		`{compression: false}`:                  "A=[a b] B=[c]; q=1; ca c k  true; p; t; 2; [v1]; o; true; off    off; 5s",
		`{policy: {pong: auto}}`:                "A=[a b] B=[c]; q=1; ca c k  true; p; t; 2; [v1]; o; false; auto    off; 5s",
		`{policy: {on_violation: fail}}`:        "A=[a b] B=[c]; q=1; ca c k  true; p; t; 2; [v1]; o; false; off  fail  off; 5s",
		`{policy: {close_reply: auto}}`:         "A=[a b] B=[c]; q=1; ca c k  true; p; t; 2; [v1]; o; false; off auto   off; 5s",
		`{policy: {final_ping: auto}}`:          "A=[a b] B=[c]; q=1; ca c k  true; p; t; 2; [v1]; o; false; off    auto; 5s",
		`{headers: {A: [], B: []}}`:             "A=[] B=[]; q=1; ca c k  true; p; t; 2; [v1]; o; false; off    off; 5s",
		`{retry: {until: 1s}, headers: {b: e}}`: "A=[a b] b=[e]; q=1; ca c k  true; p; t; 2; [v1]; o; false; off    off; 1s",
	} {
		s := parsed(t, "defaults: {connect: "+usual+"}\nscenarios: [{name: n, steps: [connect: "+yaml+"]}]")
		own := s.Scenarios[0].Steps[0].Action.(*spec.Connect)
		before := told(own)
		if got := told(own.Under(&s.Defaults.Connect)); squeeze(got) != squeeze(want) {
			t.Errorf("%s becomes\n%s, want\n%s", yaml, got, want)
		}
		if after := told(own); after != before {
			t.Errorf("%s was %s, and is %s now", yaml, before, after)
		}
		if got := told(own.Under(&spec.Usual{})); !strings.Contains(yaml, "none") && got != before {
			t.Errorf("%s becomes %s where nothing is usual", yaml, got)
		}
	}
	s := parsed(t, "defaults: {connect: {headers: {Authorization: a, X-Twilio-Signature: b}}}\nscenarios: [{name: n, steps: [{connect: {auth: {bearer: t}}}, {connect: {auth: {twilio: t}}}, {connect: {auth: none}}]}]")
	for i, want := range []string{"X-Twilio-Signature=[b]", "Authorization=[a]", "X-Twilio-Signature=[b]"} {
		if got := told(s.Scenarios[0].Steps[i].Action.(*spec.Connect).Under(&s.Defaults.Connect)); !strings.HasPrefix(got, want+"; ") {
			t.Errorf("step %d has %s, want the header %s", i, got, want)
		}
	}
}

// told gives what a connect says.
func told(c *spec.Connect) string {
	text := func(v *spec.Value[string]) string {
		s, _ := v.Known()
		return s
	}
	texts := func(list []spec.Value[string]) []string {
		var out []string
		for i := range list {
			out = append(out, text(&list[i]))
		}
		return out
	}
	var headers, query []string
	for _, h := range c.Headers {
		headers = append(headers, fmt.Sprintf("%s=%v", h.Name, texts(h.Value)))
	}
	for i := range c.Query {
		query = append(query, c.Query[i].Name+"="+text(&c.Query[i].Value))
	}
	auth, retry, tls := "-", "-", &spec.TLS{}
	if c.Auth != nil {
		auth = text(&c.Auth.Bearer)
	}
	if c.Retry != nil {
		until, _ := c.Retry.Until.Known()
		retry = until.String()
	}
	if c.TLS != nil {
		tls = c.TLS
	}
	return fmt.Sprintf("%s; %s; %s %s %s %s %v; %s; %s; %d; %v; %s; %v; %s %s %s %s; %s", strings.Join(headers, " "), strings.Join(query, " "),
		text(&tls.CA), text(&tls.Cert), text(&tls.Key), text(&tls.ServerName), tls.Insecure, text(&c.Proxy), auth, c.Redirects.Max, texts(c.Protocols),
		text(&c.Origin), c.Compression != nil && c.Compression.Off, c.Policy.Pong, c.Policy.CloseReply, c.Policy.OnViolation, c.Policy.FinalPing, retry)
}

// What a suite says of every scenario holds where the scenario does not say it.
func TestScenarioUnder(t *testing.T) {
	s := parsed(t, `
defaults:
  timeout: 7s
  retries: 2
  order: per_kind
  unexpected: [message]
  listeners: [{name: a, when: message}, {name: b, when: close}]
scenarios:
  - {name: nothing, steps: [connect]}
  - {name: all, timeout: 8s, retries: 0, order: strict, unexpected: fail, listeners: [{name: b, when: ping}, {name: c, when: pong}], steps: [connect]}
  - {name: other, unexpected: ignore, listeners: [], steps: [connect]}
  - {name: loaded, load: {times: 2}, unexpected: [], steps: [connect]}
`)
	for i, want := range []string{
		"7s 2 per_kind false 1: a usual message, b usual close",
		"8s 0 strict false 0: b ping, c pong, a usual message",
		"7s 2 per_kind true 0: a usual message, b usual close",
		"7s 0 per_kind false 0: a usual message, b usual close",
	} {
		sc := s.Scenarios[i].Under(&s.Defaults)
		var listeners []string
		for _, l := range sc.Listeners {
			usual := ""
			if l.Usual {
				usual = "usual "
			}
			listeners = append(listeners, l.Name+" "+usual+l.When.Kind)
		}
		timeout, _ := sc.Timeout.Known()
		got := fmt.Sprintf("%s %d %s %v %d: %s", timeout, sc.Retries.Times, sc.Order, sc.Unexpected.Ignore, len(sc.Unexpected.Patterns), strings.Join(listeners, ", "))
		if got != want {
			t.Errorf("%s: %s, want %s", sc.Name, got, want)
		}
		if n := len(s.Scenarios[i].Listeners); i != 1 && n != 0 || i == 1 && n != 2 {
			t.Errorf("%s has %d listeners of its own now", sc.Name, n)
		}
	}
}

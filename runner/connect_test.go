package runner_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// The suites in testdata/connect are performed against peers that speak octet
// by octet (behaviours), with the conventions of TestSuites.
func TestConnections(t *testing.T) {
	dir := connectFiles(t)
	plain := "ws://" + startPeers(t, nil)
	cert := authority(t, dir)
	secure := "wss://" + startPeers(t, cert)
	tests := []struct {
		file, target string
		text         string
		run          *trace.Run
	}{
		{file: "handshake.yaml", target: plain},
		{file: "messages.yaml", target: plain},
		{file: "messages.yaml", target: secure},
		{file: "frames.yaml", target: plain},
		{file: "frames.yaml", target: secure},
		{file: "ends.yaml", target: plain},
		{file: "ends.yaml", target: secure},
		{file: "tls.yaml", target: secure},
	}
	var all sync.WaitGroup // most of them just wait
	for i := range tests {
		tt := &tests[i]
		tt.text = testdata(t, tt.file)
		if tt.target == secure && tt.file != "tls.yaml" {
			tt.text = strings.ReplaceAll(tt.text, "connect: {url", "connect: {tls: {ca: ca.pem}, url")
		}
		prepared, problems := prepareText(t, dir, tt.text, suitetest.Options{Planning: plan.Options{Target: tt.target, Insecure: true}})
		if !problems.Empty() {
			t.Fatalf("prepare: %v", problems.Err())
		}
		all.Go(func() { tt.run = prepared.Run(context.Background()) })
	}
	all.Wait()
	for _, tt := range tests {
		t.Run(tt.file+" "+tt.target[:3], func(t *testing.T) {
			suitetest.Compare(t, &tt.run.Suites[0], tt.text)
		})
	}
}

// connectFiles makes the folder in which the suites seem to lie.
func connectFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "digits.txt"), []byte("0123456789"))
	write(t, filepath.Join(dir, "empty.txt"), nil)
	write(t, filepath.Join(dir, "big.bin"), bytes.Repeat([]byte{0xff}, 32<<20))
	return dir
}

func testdata(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "connect", file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// prepareText prepares a suite that lies in a folder.
func prepareText(t *testing.T, dir, text string, o suitetest.Options) (*suitetest.Prepared, *diag.List) {
	t.Helper()
	f, err := os.CreateTemp(dir, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	o.Root = dir
	o.MaxLateness = time.Hour // a busy machine must not make these inconclusive
	out := &diag.List{}
	return suitetest.Prepare([]plan.Selection{{File: f.Name()}}, o, out), out
}

func performText(t *testing.T, dir, text string, o suitetest.Options) *trace.Run {
	t.Helper()
	prepared, problems := prepareText(t, dir, text, o)
	if !problems.Empty() {
		t.Fatalf("prepare: %v", problems.Err())
	}
	return prepared.Run(context.Background())
}

// What can be known to be wrong is found before any socket opens: each line
// with a # want must be complained of, and no other.
func TestConnectComplaints(t *testing.T) {
	text := testdata(t, "complaints.yaml")
	_, problems := prepareText(t, connectFiles(t), text, suitetest.Options{})
	suitetest.Complaints(t, problems, text)
}

func TestInsecureIsReported(t *testing.T) {
	dir := t.TempDir()
	target := "wss://" + startPeers(t, authority(t, dir))
	text := "scenarios:\n  - name: a\n    steps:\n      - connect: {url: /fin, tls: {insecure: true}}\n"
	run := performText(t, dir, text, suitetest.Options{Planning: plan.Options{Target: target, Insecure: true}})
	if len(run.Notices) != 1 || !strings.Contains(run.Notices[0], ":4: the server's certificate is not verified") {
		t.Errorf("Notices = %q, want one of line 4", run.Notices)
	}
	if n := run.Count(trace.Passed); n != 1 {
		t.Errorf("passed = %d, want 1", n)
	}
}

// A scenario dials the server through the proxy, or not at all.
func TestProxy(t *testing.T) {
	server := startPeers(t, nil)
	for _, tt := range []struct {
		name, steps string
		want        trace.Verdict
	}{
		{"through", "[{connect: {url: /echo, proxy: 'http://%s'}}, {send: a}, {expect: {message: a}}]", trace.Passed},
		{"refused", "[{connect: {url: /echo, proxy: 'http://x:y@%s'}}, {expect: {error: {status: 407}}}]", trace.Passed},
		{"refused unread", "[{connect: {url: /echo, proxy: 'http://x:y@%s'}}]", trace.Failed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := "scenarios: [{name: a, steps: " + fmt.Sprintf(tt.steps, startProxy(t)) + "}]"
			run := performText(t, t.TempDir(), text, suitetest.Options{Planning: plan.Options{Target: "ws://" + server}})
			if got := run.Suites[0].Scenarios[0]; got.Verdict != tt.want {
				t.Errorf("verdict %s, want %s; problems: %v", got.Verdict, tt.want, got.Problems)
			}
		})
	}
}

// A refusal by the operating system tells its kind, without a close.
func TestNobodyListens(t *testing.T) {
	text := "scenarios: [{name: a, steps: [{connect: {}}, {expect: {error: {kind: refused}}}]}]"
	run := performText(t, t.TempDir(), text, suitetest.Options{Planning: plan.Options{Target: "ws://127.0.0.1:1"}})
	if got := run.Suites[0].Scenarios[0]; got.Verdict != trace.Passed {
		t.Errorf("verdict %s, want passed; problems: %v", got.Verdict, got.Problems)
	}
}

// Dialects speak first: what a step sends comes after their opening.
func TestOpeningComesFirst(t *testing.T) {
	text := `
scenarios:
  - name: twilio
    dialect: twilio
    steps:
      - connect: {url: /echo, dialect: {name: twilio, streamSid: MZ1, customParameters: {a: b}}}
      - send: hello
      - expect: {message: {json: {event: connected}}}
      - expect: {message: {json: {event: start, streamSid: MZ1, start: {customParameters: {a: b}}}}}
      - expect: {message: hello}
`
	run := performText(t, t.TempDir(), text, suitetest.Options{Planning: plan.Options{Target: "ws://" + startPeers(t, nil)}})
	if got := run.Suites[0].Scenarios[0]; got.Verdict != trace.Passed {
		t.Errorf("verdict %s, want passed; problems: %v", got.Verdict, got.Problems)
	}
}

// Which version of TLS is spoken can be asked: a server that speaks only 1.2 fails who wants 1.3, and one without TLS
// fails who wants any.
func TestVersionOfTLS(t *testing.T) {
	dir := t.TempDir()
	old := authority(t, dir)
	old.MaxVersion = tls.VersionTLS12
	secure, plain := "wss://"+startPeers(t, old), "ws://"+startPeers(t, nil)
	for _, tt := range []struct {
		target, options, version string
		want                     trace.Verdict
	}{
		{secure, "tls: {ca: ca.pem}", "TLS 1.2", trace.Passed},
		{secure, "tls: {ca: ca.pem}", "TLS 1.3", trace.Failed},
		{plain, "", "''", trace.Passed},
		{plain, "", "TLS 1.2", trace.Failed},
	} {
		run := performText(t, dir, fmt.Sprintf(`
target: %s/fin
scenarios:
- name: a
  steps:
  - connect: {wait: false, %s}
  - expect: {open: {tls: %s}}
  - close: {code: 1000}
  - await: close
`, tt.target, tt.options, tt.version), suitetest.Options{})
		if got := run.Suites[0].Scenarios[0]; got.Verdict != tt.want {
			t.Errorf("%s wants %s: %s, want %s: %v", tt.target, tt.version, got.Verdict, tt.want, got.Problems)
		}
	}
}

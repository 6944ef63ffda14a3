package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duologue/duologue/conformance"
)

// conform runs the command, and gives its exit code and everything that it
// prints.
func conform(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	code := run(t.Context(), append([]string{"conformance"}, args...), nil, &out, &out)
	return code, out.String()
}

func TestConformance(t *testing.T) {
	tests := map[string]struct {
		args []string
		code int
		says []string
	}{
		"a case that passes": {[]string{"builtin://protocol", "--case", "1.1.1"}, exitPassed,
			[]string{"section                           ok failed\n", "1   Framing                        1      .\n", "1 passed"}},
		"a case that fails": {[]string{"builtin://echo", "--case", "7.5.1"}, exitFailed,
			[]string{"FAIL  7 Closing › 7.5.1 a Close with a reason that is not UTF-8 (", "suites/07-closing.yaml:", "requirement: the rule above (must)",
				"7   Closing                        .      1\n"}},
		"what is allowed": {[]string{"builtin://echo", "--case", "X4.1"}, exitPassed,
			[]string{"non_strict X4.1 a length of 0 written in 16 bits: a length that is not in the shortest form is taken (RFC 6455 5.2 binds the sender)\n"}},
		"a cause that is told once": {[]string{"builtin://protocol?defect=close-drops-tcp", "--case", "7.7", "--jobs", "4"}, exitFailed,
			[]string{"failed 13 cases: no Close answers ours (RFC 6455 5.5.1, MUST): 7.7.1-13\nFAIL  7 Closing › 7.7.1 a Close with the valid code 1000"}},
		"every case in full": {[]string{"builtin://protocol?defect=close-drops-tcp", "--case", "7.7", "-v"}, exitFailed,
			[]string{"failed 13 cases: ", "FAIL  7 Closing › 7.7.1 ", "FAIL  7 Closing › 7.7.13 "}},
		"what the rules leave open": {[]string{"builtin://protocol", "--case", "7.1.6", "-v"}, exitPassed, []string{"informational 7.1.6 "}},
		"what is allowed, strictly": {[]string{"builtin://echo", "--case", "X4.1", "--strict"}, exitFailed, []string{"FAIL"}},
		"what is not implemented":   {[]string{"builtin://echo", "--case", "D1.1", "--case", "1.1.1"}, exitPassed, []string{"unimplemented"}},
		"nothing but skipped":       {[]string{"builtin://echo", "--case", "D1.1"}, exitUsage, []string{"1 unimplemented"}},
		"fewer messages":            {[]string{"builtin://echo", "--case", "9.7.1", "--messages", "3"}, exitPassed, []string{"1 passed"}},
		"every case several times": {[]string{"builtin://protocol", "--case", "1.1", "--case", "7.1.6", "--repeat", "3"}, exitPassed,
			[]string{"1   Framing                       24             .", "7   Closing                        .             3", "9 passed"}},
		"no runs":                       {[]string{"builtin://echo", "--repeat", "0"}, exitUsage, []string{"--repeat 0 is not between 1 and 100000"}},
		"no messages":                   {[]string{"builtin://echo", "--messages", "0"}, exitUsage, []string{"--messages 0 sends none"}},
		"a list":                        {[]string{"--case", "1.1", "--list"}, exitPassed, []string{"1.1.1    a text message of 0 octets\n1.1.2    "}},
		"a section that does not exist": {[]string{"builtin://echo", "--section", "8"}, exitUsage, []string{`there is no section "8"; there are 1, 2`}},
		"a case that does not exist":    {[]string{"builtin://echo", "--case", "1.1.9"}, exitUsage, []string{`there is no case "1.1.9"`}},
		"nothing selected":              {[]string{"builtin://echo", "--tags", "nothing"}, exitUsage, []string{"no case is selected"}},
		"a variable that no suite has":  {[]string{"builtin://echo", "--var", "limits=3"}, exitUsage, []string{`--var limits: no suite has such a variable`, `did you mean "limit"?`}},
		"a client": {[]string{"builtin://protocol", "--role", "client", "--case", "1.1", "--case", "H10.9", "--case", "X29"}, exitPassed,
			[]string{"1   Framing                        8      .\n", "10 passed"}},
		"a client that is wrong": {[]string{"builtin://protocol?defect=zero-mask", "--role", "client", "--case", "X29"}, exitFailed,
			[]string{"FAIL  X Frames › X29 every frame of the client has a mask of its own", "masked 00000000"}},
		"a client with one key": {[]string{"builtin://protocol?defect=key-constant", "--role", "client", "--case", "H13"}, exitFailed,
			[]string{"H13.2 no dial has the key of another", "2 dials had the key dGhlIHNhbXBsZSBub25jZQ==", "1 passed, 1 failed"}},
		"a client that only hangs up": {[]string{"builtin://protocol?defect=drop-after-handshake", "--role", "client", "--case", "H10", "--case", "1.1.1"},
			exitFailed, []string{"in no case has the client shown that it is there", "1 failed, 12 error in"}},
		"a defect of no client":     {[]string{"builtin://protocol?defect=zero-maks", "--role", "client"}, exitUsage, []string{`did you mean "zero-mask"?`}},
		"another client":            {[]string{"ws://127.0.0.1:1", "--role", "client"}, exitUsage, []string{"use --listen and have it dial"}},
		"a role that is none":       {[]string{"builtin://protocol", "--role", "proxy"}, exitUsage, []string{`--role is server or client, found "proxy"`}},
		"a list for clients":        {[]string{"--case", "H10", "--list", "--role", "client"}, exitPassed, []string{"H10.1    an answer without Sec-WebSocket-Accept"}},
		"a server that listens":     {[]string{"--listen", "127.0.0.1:0", "--role", "server"}, exitUsage, []string{"--listen judges clients, not servers"}},
		"no URL":                    {nil, exitUsage, []string{"give one URL"}},
		"two URLs":                  {[]string{"ws://a", "ws://b"}, exitUsage, []string{"found 2 arguments"}},
		"a page without comparison": {[]string{"ws://a", "--html", "x.html"}, exitUsage, []string{"--html goes with --compare"}},
		"a comparison of nothing":   {[]string{"--compare"}, exitUsage, []string{"--compare needs the files"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, out := conform(t, tt.args...)
			if code != tt.code {
				t.Errorf("conformance %q = %d, want %d\n%s", tt.args, code, tt.code, out)
			}
			for _, want := range tt.says {
				if !strings.Contains(out, want) {
					t.Errorf("it does not say %q:\n%s", want, out)
				}
			}
		})
	}
}

func TestConformanceReports(t *testing.T) {
	dir := t.TempDir()
	echo, protocol, page := filepath.Join(dir, "echo.json"), filepath.Join(dir, "protocol.json"), filepath.Join(dir, "table.html")
	junit := filepath.Join(dir, "junit.xml")
	conform(t, "builtin://echo", "--case", "7.5.1", "--case", "1.1.1", "--json", echo, "--junit", junit)
	conform(t, "builtin://protocol", "--case", "7.5.1", "--case", "1.1.1", "--json", protocol)

	r, err := readConformance(echo)
	if err != nil {
		t.Fatal(err)
	}
	if r.Target != "builtin://echo" || r.Role != "server" || len(r.Cases) != 2 || r.Cases[1].Outcome != conformance.Failed || r.Cases[1].Message == "" {
		t.Errorf("the report is %+v", r)
	}
	if text, err := os.ReadFile(junit); err != nil || !bytes.Contains(text, []byte("<failure message=")) {
		t.Errorf("JUnit has no failure: %v\n%s", err, text)
	}
	code, out := conform(t, "--compare", echo, protocol, "--html", page)
	for _, want := range []string{"A builtin://echo, duologue ", "7.5.1    a Close with a reason that is not UTF-8      failed        ok\n", "1 of 2 cases are alike"} {
		if code != exitPassed || !strings.Contains(out, want) {
			t.Errorf("the comparison ends with %d and lacks %q:\n%s", code, want, out)
		}
	}
	if text, err := os.ReadFile(page); err != nil || !bytes.Contains(text, []byte(`<td class="r-0 failed" tabindex="0" data-why="`)) {
		t.Errorf("the page lacks the failure: %v", err)
	}
}

// A page is written as a whole or not at all.
func TestConformanceComparesWhatItCanRead(t *testing.T) {
	dir := t.TempDir()
	broken, page := filepath.Join(dir, "broken.json"), filepath.Join(dir, "table.html")
	if err := os.WriteFile(broken, []byte(`{"format": "duologue-trace"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out := conform(t, "--compare", broken, "--html", page)
	if code != exitUsage || !strings.Contains(out, "it is no report of duologue conformance") {
		t.Errorf("a comparison with what is no report ends with %d:\n%s", code, out)
	}
	if _, err := os.Stat(page); !os.IsNotExist(err) {
		t.Errorf("a page was written all the same: %v", err)
	}
}

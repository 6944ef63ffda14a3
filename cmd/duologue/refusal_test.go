package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A refusal is shown on the terminal and in JUnit, whatever octets it contains.
func TestRefusalInReports(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=iso-8859-1")
		w.Header().Set("Location", "/else\u202ewhere")
		w.WriteHeader(http.StatusUpgradeRequired)
		_, _ = w.Write([]byte("gr\xfc\xdfe \x1b[2J ]]> ::error::x\nsecond line"))
	}))
	defer s.Close()
	dir := t.TempDir()
	suite, junit := filepath.Join(dir, "suite.yaml"), filepath.Join(dir, "junit.xml")
	text := "target: " + strings.Replace(s.URL, "http", "ws", 1) + "/room?a=b\nscenarios:\n  - {name: it, steps: [connect]}\n"
	if err := os.WriteFile(suite, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"run", suite, "--root", dir, "--junit", junit, "--max-lateness", "1h"}, nil, &out, &out); code != exitFailed {
		t.Fatalf("run = %d, want %d\n%s", code, exitFailed, out.String())
	}
	written, err := os.ReadFile(junit)
	if err != nil {
		t.Fatal(err)
	}
	for where, shown := range map[string]string{"the terminal": out.String(), "JUnit": string(written)} {
		for _, want := range []string{"server answered 426 Upgrade Required", strings.Replace(s.URL, "http", "ws", 1) + "/room?a=b",
			`/else\u202ewhere`, `grüße \x1b[2J`, "second line"} {
			if !strings.Contains(shown, want) {
				t.Errorf("%s lacks %q:\n%s", where, want, shown)
			}
		}
		if strings.ContainsAny(shown, "\x1b\u202e") {
			t.Errorf("%s lets control characters through: %q", where, shown)
		}
	}
}

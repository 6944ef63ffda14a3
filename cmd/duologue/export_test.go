package main

import (
	"bytes"
	"strings"
	"testing"
)

// --export writes a folder of ordinary suites.
func TestConformanceExport(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"conformance", "--export", dir}, nil, &out, &out); code != exitPassed {
		t.Fatalf("export ends with %d: %s", code, out.String())
	}
	if code := run(t.Context(), []string{"check", "--root", dir, dir + "/suites"}, nil, &out, &out); code != exitPassed {
		t.Errorf("check ends with %d: %s", code, out.String())
	}
	out.Reset()
	if code := run(t.Context(), []string{"conformance", "--export", dir, "ws://x.test"}, nil, &out, &out); code != exitUsage || !strings.Contains(out.String(), "takes no URL") {
		t.Errorf("export with a URL ends with %d: %s", code, out.String())
	}
}

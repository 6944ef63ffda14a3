package main

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const aCall = `suite: A call
target: builtin://twilio/ivr
dialect: twilio
scenarios:
  - name: the bot greets
    steps:
      - connect
      - expect: media_started
      - send_media: {from: {tone: 440Hz, duration: 100ms}}
        as: tone
      - wait: tone
      - close: {code: 1000}
      - expect: close
`

// A page needs no other flag: it has the events, and what both sides said.
func TestAPageHasEventsAndBothVoices(t *testing.T) {
	dir := t.TempDir()
	suite, page := filepath.Join(dir, "call.yaml"), filepath.Join(dir, "out", "page.html")
	if err := os.WriteFile(suite, []byte(aCall), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"run", suite, "--root", dir, "--html", page, "--max-lateness", "1h"}, nil, &out, &out); code != exitPassed {
		t.Fatalf("run = %d\n%s", code, out.String())
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), "<!DOCTYPE html>") {
		t.Errorf("the page begins with %.40q", text)
	}
	var scenario struct {
		Connections []struct {
			Events  []struct{ Kind string }
			Streams []struct{ Sent bool }
		}
		Voices []struct {
			Stream, Size int
		}
	}
	if err := json.Unmarshal(inflated(t, text, "s0"), &scenario); err != nil {
		t.Fatal(err)
	}
	if len(scenario.Connections) != 1 || len(scenario.Connections[0].Events) < 4 {
		t.Fatalf("the connections are %+v", scenario.Connections)
	}
	sides := map[bool]int{}
	for _, v := range scenario.Voices {
		sides[scenario.Connections[0].Streams[v.Stream].Sent] += v.Size
	}
	if sides[true] != 800 || sides[false] == 0 {
		t.Errorf("%d samples of ours and %d of the bot's, want 800 and some", sides[true], sides[false])
	}
	if audio := inflated(t, text, "a0"); len(audio) != sides[true]+sides[false] {
		t.Errorf("%d samples of audio, want %d", len(audio), sides[true]+sides[false])
	}
}

// inflated gives what a packed element of a page holds.
func inflated(t *testing.T, page []byte, id string) []byte {
	t.Helper()
	found := regexp.MustCompile(`id="` + id + `">([^<]*)<`).FindSubmatch(page)
	if found == nil {
		t.Fatalf("the page has no element %s", id)
	}
	packed, err := base64.StdEncoding.DecodeString(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	octets, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

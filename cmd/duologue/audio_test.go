package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/fixtures"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/spec"
)

// wavs writes a fixture, and changed forms of it, into a folder.
func wavs(t *testing.T, made map[string]func(media.Clip) media.Clip) string {
	t.Helper()
	dir := t.TempDir()
	data, err := fixtures.FS.ReadFile("greeting-8k.wav")
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := media.ReadWAV(data)
	if err != nil {
		t.Fatal(err)
	}
	made["greeting"] = func(c media.Clip) media.Clip { return c }
	for name, f := range made {
		var b bytes.Buffer
		if err := media.WriteWAV(&b, f(c)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".wav"), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAudio(t *testing.T) {
	dir := wavs(t, map[string]func(media.Clip) media.Clip{
		"late":    func(c media.Clip) media.Clip { return media.Concat(8000, media.Silence(500*time.Millisecond, 8000), c) },
		"softer":  func(c media.Clip) media.Clip { return c.Gain(-6) },
		"silence": func(c media.Clip) media.Clip { return media.Silence(time.Second, 8000) },
		"lost": func(c media.Clip) media.Clip {
			return media.Concat(8000, c.Slice(0, 1020*time.Millisecond), c.Slice(1040*time.Millisecond, time.Minute))
		},
	})
	if err := os.WriteFile(filepath.Join(dir, "none.wav"), []byte("no WAV"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := func(name string) string { return filepath.Join(dir, name+".wav") }
	tests := []struct {
		args []string
		code int
		want []string
	}{
		{[]string{file("greeting")}, exitPassed, []string{": 2.99s at 8000 Hz", "level                 -20.3dB", "dtmf                  \"\""}},
		{[]string{file("silence")}, exitPassed, []string{"level                 not measurable: the audio is silent throughout"}},
		{[]string{file("late"), "--reference", file("greeting")}, exitPassed, []string{"similar_to.delay              500ms", "It is the reference, but for what a codec does"}},
		{[]string{file("softer"), "--reference", file("greeting")}, exitFailed, []string{"level: the audio is 6.0 dB softer than the reference"}},
		{[]string{file("lost"), "--reference", file("greeting")}, exitFailed, []string{"similar_to.lost               1 at 1.02s", "lost frames: 1 frame never came: at 1.02s of the reference"}},
		{[]string{file("silence"), "--reference", file("greeting")}, exitFailed, []string{"silence: the audio is silent throughout"}},
		{[]string{file("none")}, exitUsage, nil},
		{[]string{file("missing")}, exitUsage, nil},
		{[]string{file("greeting"), "--reference", file("none")}, exitUsage, nil},
		{[]string{file("greeting"), file("late")}, exitUsage, nil},
		{[]string{file("greeting"), "--chunk", "0s"}, exitUsage, nil},
		{nil, exitUsage, nil},
	}
	for _, tt := range tests {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append([]string{"audio"}, tt.args...), nil, &stdout, &stderr)
		if code != tt.code {
			t.Errorf("audio %q = %d, want %d\n%s%s", tt.args, code, tt.code, stdout.String(), stderr.String())
		}
		if code == exitUsage && (stdout.Len() > 0 || stderr.Len() == 0) {
			t.Errorf("audio %q prints %q and complains %q", tt.args, stdout.String(), stderr.String())
		}
		for _, want := range tt.want {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("audio %q lacks %q:\n%s", tt.args, want, stdout.String())
			}
		}
		if strings.ContainsAny(stdout.String(), "\x1b█─") {
			t.Errorf("audio %q draws into a pipe:\n%s", tt.args, stdout.String())
		}
	}
}

func TestAudioAsJSON(t *testing.T) {
	dir := wavs(t, map[string]func(media.Clip) media.Clip{"softer": func(c media.Clip) media.Clip { return c.Gain(-6) }})
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"audio", "--json", filepath.Join(dir, "softer.wav"), "--reference", filepath.Join(dir, "greeting.wav")}, nil, &stdout, &stderr)
	var s report.Sound
	if err := json.Unmarshal(stdout.Bytes(), &s); code != exitFailed || err != nil {
		t.Fatalf("audio --json = %d, %v\n%s%s", code, err, stdout.String(), stderr.String())
	}
	values := map[string]any{}
	var names, rows []string
	for _, m := range s.Measures {
		values[m.Name] = m.Value
		names = append(names, m.Name)
	}
	for _, r := range spec.AudioRows() {
		if r.Of == spec.OfSound {
			rows = append(rows, r.Path)
		}
	}
	for _, r := range spec.AudioRows() {
		if r.Of.Compares() {
			rows = append(rows, r.Path)
		}
	}
	if !slices.Equal(names, rows) {
		t.Errorf("audio --json measures\n%v, want\n%v", names, rows)
	}
	if s.Format != "duologue-audio" || s.Version != 1 || s.Rate != 8000 || values["level"] != -26.3 || values["similar_to.gain"] != -6.0 || values["similar_to.polarity"] != "same" {
		t.Errorf("audio --json says %+v", s)
	}
	if len(s.Findings) != 1 || s.Findings[0].Name != "level" {
		t.Errorf("audio --json finds %+v, want the level", s.Findings)
	}
}

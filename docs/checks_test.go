package docs_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/spec"
)

// audioPaths gives the rows of audio checks, in their order, that are wanted.
func audioPaths(wanted func(spec.AudioRow) bool) []string {
	var out []string
	for _, r := range spec.AudioRows() {
		if wanted(r) {
			out = append(out, r.Path)
		}
	}
	return out
}

func turnPaths() []string {
	var out []string
	for _, r := range spec.TurnRows() {
		out = append(out, r.Path)
	}
	return out
}

// inOrder tells where a page has rows in another order than the program, or
// lacks some.
func inOrder(t *testing.T, what string, rows []row, program []string) {
	t.Helper()
	var page []string
	for _, r := range rows {
		if slices.Contains(program, r.words[0]) {
			page = append(page, r.words[0])
		}
	}
	if !slices.Equal(page, program) {
		t.Errorf("%s: the page has\n%s\nand the program\n%s", what, strings.Join(page, "\n"), strings.Join(program, "\n"))
	}
}

// Every page that lists checks lists all, in the order in which they are made.
func TestChecksAreListed(t *testing.T) {
	every := audioPaths(func(spec.AudioRow) bool { return true })
	language := tables(page(t, "language.md"))
	inOrder(t, "audio checks of language.md", language["key of `assert.audio`"], every)
	inOrder(t, "turns of language.md", language["key of `assert.turn`"], turnPaths())
	rows := tables(page(t, "audio-checks.md"))["check"]
	inOrder(t, "audio-checks.md", rows, every)
	same(t, "audio-checks.md", firstWords(t, rows), every)
	rows = tables(page(t, "turns.md"))["measure"]
	inOrder(t, "turns.md", rows, turnPaths())
	same(t, "turns.md", firstWords(t, rows), turnPaths())
}

// The page of audio checks tells of each its unit, and an example that is right.
func TestAudioChecks(t *testing.T) {
	units := map[string]string{}
	for _, r := range spec.AudioRows() {
		units[r.Path] = r.Unit()
	}
	for _, r := range tables(page(t, "audio-checks.md"))["check"] {
		path := r.words[0]
		if r.cells[2] != units[path] {
			t.Errorf("line %d: the unit of %s is %q, and %q on the page", r.line, path, units[path], r.cells[2])
		}
		group, key, inner := strings.Cut(path, ".")
		yaml := path + ": " + strings.Trim(r.cells[3], "`")
		if inner {
			yaml = group + ": {" + strings.Replace(yaml, path, key, 1) + beside(path) + "}"
		}
		parseSteps(t, "- assert: {audio: {during: a, "+yaml+"}}\n")
	}
}

// beside is what has to stand beside a key of a group.
func beside(path string) string {
	switch path {
	case "silence.threshold", "speech.pause":
		return ", share: 0%"
	case "pacing.buffer":
		return ", gaps: 0"
	case "similar_to.source":
		return ", score: 0%"
	}
	if strings.HasPrefix(path, "similar_to.") {
		return ", source: a"
	}
	return ""
}

// What our own lateness excuses is listed, and so is what `load` takes of turns.
func TestChecksInWords(t *testing.T) {
	text := page(t, "language.md")
	_, late, _ := strings.Cut(text, "- A failed check of when audio came is ")
	late, _, _ = strings.Cut(late, ".\n- ")
	var named []string
	for _, word := range spans(late) {
		if strings.Contains(word, ".") {
			named = append(named, word)
		}
	}
	same(t, "what lateness excuses", named, audioPaths(func(r spec.AudioRow) bool { return r.Of.Timed() }))
	var subjects []string
	for _, r := range spec.TurnRows() {
		subjects = append(subjects, r.Subject())
	}
	_, load, _ := strings.Cut(text, "what the `turn` checks of the runs measured\n(")
	load, _, _ = strings.Cut(load, ")")
	same(t, "what load takes of turns", spans(load), subjects)
}

var soundLine = regexp.MustCompile(`(?m)^  ([a-z0-9_.]+) {2,}\S`)

// What the page of faults names exists: the rows of `duologue audio`, and the
// checks that catch each fault.
func TestChecksOfFaults(t *testing.T) {
	text := page(t, "audio.md")
	shown := audioPaths(func(r spec.AudioRow) bool { return r.Of == spec.OfSound || r.Of.Compares() })
	lines := soundLine.FindAllStringSubmatch(text, -1)
	if len(lines) < 3 {
		t.Errorf("the page shows %d figures of duologue audio", len(lines))
	}
	for _, m := range lines {
		if !slices.Contains(shown, m[1]) {
			t.Errorf("duologue audio shows no %q", m[1])
		}
	}
	checks := audioPaths(func(r spec.AudioRow) bool { return r.Of != spec.Setting })
	rows := tables(text)["fault"]
	if len(rows) < 40 {
		t.Errorf("the table has only %d faults", len(rows))
	}
	for _, r := range rows {
		for part := range strings.SplitSeq(r.cells[2], "; ") {
			group, names, grouped := strings.Cut(part, ": ")
			if !grouped {
				group, names = "", part
			}
			for name := range strings.FieldsSeq(names) {
				if path := strings.TrimPrefix(group+"."+name, "."); !slices.Contains(checks, path) {
					t.Errorf("line %d: there is no check %q", r.line, path)
				}
			}
		}
	}
}

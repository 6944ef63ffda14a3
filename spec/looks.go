package spec

import (
	"strings"

	"github.com/duologue/duologue/diag"
)

// ownKeys are the keys at the top of a file by which it is a suite. The other keys of a
// suite stand in files of other programs too, such as `env`.
var ownKeys = map[string]bool{"scenarios": true, "sequences": true, "suite": true, "target": true, "setup": true, "teardown": true, "endpoints": true}

// LooksLikeSuite reports whether a YAML file, of many in a folder, is meant as a suite: it
// has a key of a suite at its top, or a near misspelling of `scenarios` or `sequences`. A
// file without any content is meant as something, so it counts.
func LooksLikeSuite(text string) bool {
	empty := true
	for line := range strings.Lines(text) {
		key := topKey(line)
		if ownKeys[key] {
			return true
		}
		if _, near := diag.Nearest(key, []string{"scenarios", "sequences"}); near {
			return true
		}
		content := strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		empty = empty && (content == "" || content[0] == '#' || content == "---")
	}
	return empty
}

// topKey gives the key that stands at the beginning of a line, or "". A mapping in braces
// has its first key there.
func topKey(line string) string {
	line = strings.TrimPrefix(line, "\ufeff")
	if braces, ok := strings.CutPrefix(line, "{"); ok {
		line = strings.TrimLeft(braces, " ")
	}
	key, _, ok := strings.Cut(line, ":")
	if !ok || strings.TrimLeft(key, " \t") != key { // it stands inside something
		return ""
	}
	return strings.Trim(strings.TrimRight(key, " "), `"'`)
}

package duologue_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The scenario in the README is the example it says it is, and short.
func TestReadmeShowsTheExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("examples/02-voice-echo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(readme), "```yaml\n")
	shown, _, _ = strings.Cut(shown, "```")
	var plain []string
	for line := range strings.Lines(string(example)) {
		if !strings.HasPrefix(line, "#") {
			plain = append(plain, regexp.MustCompile(`\s+#.*`).ReplaceAllString(strings.TrimSuffix(line, "\n"), "")+"\n")
		}
	}
	if shown != strings.Join(plain, "") {
		t.Errorf("README shows\n%swhere the example is\n%s", shown, strings.Join(plain, ""))
	}
}

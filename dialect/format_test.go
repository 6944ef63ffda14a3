package dialect

import (
	"os"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// FORMAT.md names every key, kind, placeholder and filter. The file that it
// shows is valid.
func TestFormatIsDocumented(t *testing.T) {
	text, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	var names []string
	for _, keyed := range []yamldoc.Keyed{&fileDoc{}, &fileEncoding{}, &fileCounter{}, &fileTimestamp{}, &fileVar{}, &fileMessage{}, &filePlayout{}} {
		names = append(names, yamldoc.Names(keyed)...)
	}
	names = append(names, kinds...)
	for _, name := range commonNames {
		names = append(names, "{{"+name+"}}")
	}
	for _, f := range []filter{asText, asNumber, asJSON, asBase64, asObject} {
		names = append(names, "|"+string(f))
	}
	for codec := range codecs {
		names = append(names, codec)
	}
	for _, name := range names {
		if !strings.Contains(doc, "`"+name+"`") && !strings.Contains(doc, "`"+name+": ") {
			t.Errorf("FORMAT.md does not name `%s`", name)
		}
	}
	_, example, _ := strings.Cut(doc, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	var out diag.List
	if Parse("FORMAT.md", example, &out) == nil {
		t.Errorf("the example is wrong: %v", out.Err())
	}
}

package page

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The generator writes a digest of its sources into what it makes. Its own test, which needs
// esbuild, compares the whole.
func TestTheBundleIsOfTheSources(t *testing.T) {
	h := sha256.New()
	err := filepath.WalkDir("src", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n%s", filepath.Base(path), len(text), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("/* made by go generate ./report/page of sources %x */\n", h.Sum(nil))
	for name, text := range map[string]string{"page.js": Script, "page.css": Style} {
		if !strings.HasPrefix(text, want) {
			t.Errorf("dist/%s is not of these sources; run: go generate ./report/page", name)
		}
	}
}

// What stands in an element of an HTML file must not end it.
func TestTheBundleStaysInItsElement(t *testing.T) {
	for name, text := range map[string]string{"page.js": Script, "page.css": Style} {
		low := strings.ToLower(text)
		for _, bad := range []string{"</script", "</style", "<!--", "<script"} {
			if strings.Contains(low, bad) {
				t.Errorf("dist/%s contains %q", name, bad)
			}
		}
		if i := strings.IndexFunc(text, func(r rune) bool { return r > 0x7e || r < 0x20 && r != '\n' && r != '\t' }); i >= 0 {
			t.Errorf("dist/%s is not printable ASCII at octet %d", name, i)
		}
	}
}

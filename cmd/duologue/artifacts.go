package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
)

// writeArtifacts writes a WAV file below dir for every received stream that can be
// decoded. It gives a run whose scenarios name their files, by absolute paths, as
// readers of JUnit need, and without secrets. After an error that run names the
// files that were written before.
func writeArtifacts(ctx context.Context, to *reports, dir string, r *trace.Run, mask func(string) string) (*trace.Run, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return r, fmt.Errorf("write artifacts: %w", err)
	}
	out := r.Clone()
	for _, suite := range out.Suites {
		for i := range suite.Scenarios {
			sc := &suite.Scenarios[i]
			folder := filepath.Join(dir, slug(suite.Name), slug(sc.Name))
			for _, c := range sc.Connections {
				n := 0
				for _, s := range c.Streams {
					if s.Sent || len(s.Octets) == 0 {
						continue
					}
					n++
					clip, err := s.Format.Decode(s.Octets)
					if err != nil {
						continue // opaque audio has no WAV form
					}
					path := filepath.Join(folder, fmt.Sprintf("%s-%d-%s.wav", slug(c.Name), n, slug(s.Tag)))
					if err := to.add(ctx, path, func(w io.Writer) error { return media.WriteWAV(w, clip) }); err != nil {
						return out, err
					}
					sc.Artifacts = append(sc.Artifacts, mask(path))
				}
			}
		}
	}
	return out, nil
}

// slug makes a name that any file system accepts: letters and digits. If other
// characters were left out, a hash keeps different names apart.
func slug(name string) string {
	const most = 60
	clean := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToLower(r)
		}
		return '-'
	}, name)
	clean = strings.Trim(clean, "-")
	if clean == name && len(clean) <= most && clean != "" {
		return clean
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash does not fail
	return fmt.Sprintf("%s-%08x", clean[:min(len(clean), most)], h.Sum32())
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
)

// writeArtifacts writes WAV files below dir for every stream that can be decoded, sent or
// received, and one for each call, with the caller left and the app right. It gives a run whose
// scenarios name their files, as readers of JUnit find them, and without secrets.
// After an error that run names the files that were written before.
func writeArtifacts(ctx context.Context, to *reports, dir string, r *trace.Run, mask func(string) string) (*trace.Run, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return r, fmt.Errorf("write artifacts: %w", err)
	}
	out := r.Clone()
	for _, suite := range out.Suites {
		for i := range suite.Scenarios {
			sc := &suite.Scenarios[i]
			for _, a := range artifactsOf(sc) {
				path := filepath.Join(dir, slug(suite.Name), slug(sc.Name), a.name+".wav")
				if err := to.add(ctx, path, a.write); err != nil {
					return out, err
				}
				sc.Artifacts = append(sc.Artifacts, mask(attached(path)))
			}
		}
	}
	return out, nil
}

// artifact is a file with audio of a scenario.
type artifact struct {
	name  string
	write func(io.Writer) error
}

// artifactsOf gives the audio files of a scenario. Opaque audio has no WAV form.
func artifactsOf(sc *trace.Scenario) []artifact {
	var out []artifact
	before := map[string]int{} // connections of a name
	for i := range sc.Connections {
		c := &sc.Connections[i]
		name := slug(c.Name)
		if before[c.Name]++; before[c.Name] > 1 { // dialled again
			name = fmt.Sprintf("%s-again-%d", name, before[c.Name])
		}
		came, sent := 0, 0
		for _, s := range c.Streams {
			clip, err := s.Format.Decode(s.Octets)
			if err != nil || len(s.Octets) == 0 {
				continue
			}
			n, direction := &came, ""
			if s.Sent {
				n, direction = &sent, "sent-"
			}
			*n++
			out = append(out, artifact{fmt.Sprintf("%s-%s%d-%s", name, direction, *n, slug(s.Tag)), func(w io.Writer) error { return media.WriteWAV(w, clip) }})
		}
		if came > 0 && sent > 0 {
			out = append(out, artifact{name + "-call", func(w io.Writer) error { return writeCall(w, c) }})
		}
	}
	return out
}

// writeCall writes both sides of a call.
func writeCall(w io.Writer, c *trace.Connection) error {
	call, ok := report.CallOf(c)
	if !ok {
		return errors.New("the call has no audio")
	}
	return media.WriteWAV(w, call.Caller, call.App)
}

// attached gives the path by which readers of JUnit find a file: GitLab by the path in the
// project, all others by the absolute one.
func attached(path string) string {
	if os.Getenv("GITLAB_CI") == "true" {
		return cmp.Or(within(os.Getenv("CI_PROJECT_DIR"), path), path)
	}
	return path
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

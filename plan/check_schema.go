package plan

import (
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/duologue/duologue/match"
)

// schema reads a schema from its file before anything is dialled. What it
// refers to must lie in the folder of the suite.
func (c *checker) schema(s *match.Schema) {
	if s.File == "" {
		return
	}
	suite := s.Pos.File
	top, err := c.files.Place(suite, s.File)
	if err != nil {
		c.out.Hintf(s.Pos, rootHint, "read %q: %v", s.File, err)
		return
	}
	folder, err := c.files.Place(suite, ".")
	if err != nil {
		c.out.Addf(s.Pos, "%v", err)
		return
	}
	top, folder = filepath.ToSlash(top), filepath.ToSlash(folder)
	s.Load((&url.URL{Scheme: "file", Path: "/" + top}).String(), func(address string) ([]byte, error) {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "file" {
			return nil, fmt.Errorf("a schema refers to files only, not to %s", address)
		}
		file := strings.TrimPrefix(path.Clean(u.Path), "/")
		if file != top && folder != "." && !strings.HasPrefix(file, folder+"/") {
			return nil, fmt.Errorf("%s lies outside of the suite's folder", file)
		}
		data, err := c.files.ReadBelow(filepath.FromSlash(file))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		return data, nil
	}, c.out)
}

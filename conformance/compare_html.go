package conformance

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
)

//go:embed compare.html
var comparePage string

//go:embed compare.css
var compareStyle string

// compareTemplate escapes everything that the reports say. The page has no script and loads nothing.
var compareTemplate = template.Must(template.New("compare").Funcs(template.FuncMap{"mark": mark}).Parse(comparePage))

// CompareHTML writes the table of [Compare], with every case, as a page that needs no other files.
func CompareHTML(w io.Writer, reports []*Report) error {
	type section struct {
		Section
		Rows []Row
	}
	page := struct {
		Style    template.CSS
		Policy   string
		Reports  []*Report
		Sections []section
		Outcomes []Outcome
		Counts   []map[string]Count
	}{
		Style: template.CSS(compareStyle), Policy: policy(compareStyle), Reports: reports, Outcomes: Outcomes,
	}
	for _, r := range reports {
		page.Counts = append(page.Counts, r.Counts())
	}
	bySection := map[string][]Row{}
	for _, row := range Rows(reports) {
		key := sectionOf(row.ID)
		bySection[key] = append(bySection[key], row)
	}
	for _, s := range Sections {
		if rows := bySection[s.Key]; rows != nil {
			page.Sections = append(page.Sections, section{s, rows})
		}
	}
	if err := compareTemplate.Execute(w, page); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

// policy gives the page's Content-Security-Policy. It allows this one style and nothing else.
func policy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

package conformance

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"
)

//go:embed compare.html
var comparePage string

//go:embed compare.css
var compareStyle string

// compareTemplate escapes whatever the reports say; the page holds no script and loads nothing.
var compareTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("compare").Funcs(template.FuncMap{"word": told, "class": class}).Parse(comparePage))
})

// class is an outcome as the style knows it.
func class(o Outcome) string {
	if !slices.Contains(Outcomes, o) {
		return "none"
	}
	return string(o)
}

// pageRow is a row of the page.
type pageRow struct {
	Row
	Classes string // same, and has-OUTCOME for every outcome in it
}

// pageSection is a section with its rows.
type pageSection struct {
	Section
	Rows []pageRow
}

// comparison is what the page shows.
type comparison struct {
	Style    template.CSS
	Policy   string
	Reports  []*Report
	Sections []pageSection
	Outcomes []Outcome
	Counts   []map[string]Count
}

// CompareHTML writes the table of [Compare], with every case, as a page that needs nothing else. Which rows and columns are seen is
// chosen on the page, by controls that only its style knows.
func CompareHTML(w io.Writer, reports []*Report) error {
	page := comparison{Reports: reports, Outcomes: Outcomes}
	bySection := map[string][]pageRow{}
	for _, row := range Rows(reports) {
		key := sectionOf(row.ID)
		bySection[key] = append(bySection[key], pageRow{row, classesOf(row)})
	}
	for _, s := range Sections {
		if rows := bySection[s.Key]; rows != nil {
			page.Sections = append(page.Sections, pageSection{s, rows})
		}
	}
	for _, r := range reports {
		page.Counts = append(page.Counts, r.Counts())
	}
	style := compareStyle + controls(page)
	page.Style, page.Policy = template.CSS(style), policy(style)
	if err := compareTemplate().Execute(w, page); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

func classesOf(row Row) string {
	var out []string
	if !row.Differs() {
		out = append(out, "same")
	}
	for _, c := range row.Results {
		if name := "has-" + class(c.Outcome); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, " ")
}

// controls are the rules by which what is chosen on the page hides the rest. They hold nothing of what the reports say.
func controls(page comparison) string {
	var b strings.Builder
	for _, s := range page.Sections {
		fmt.Fprintf(&b, "body:has(#s-%[1]s:not(:checked)) .s-%[1]s{display:none}\n", s.Key)
	}
	for _, o := range page.Outcomes {
		fmt.Fprintf(&b, "body:has(#o-%[1]s:checked) tbody.cases tr:not(.has-%[1]s){display:none}\n", o)
	}
	for i := range page.Reports {
		fmt.Fprintf(&b, "body:has(#r-%[1]d:not(:checked)) .r-%[1]d{display:none}\n", i)
	}
	return b.String()
}

// policy is the page's Content-Security-Policy: this one style and nothing else.
func policy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// The elements of JUnit that Jenkins' schema (junit-10.xsd) knows; attributes
// beyond it are left out, since readers differ in what they do with them.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Name    string       `xml:"name,attr"`
		Time    string       `xml:"time,attr"`
		Tests   int          `xml:"tests,attr"`
		Fails   int          `xml:"failures,attr"`
		Errors  int          `xml:"errors,attr"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Fails      int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Properties []junitProperty `xml:"properties>property,omitempty"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		Skipped *junitText    `xml:"skipped,omitempty"`
		Failure []junitResult `xml:"failure,omitempty"`
		Error   []junitResult `xml:"error,omitempty"`
		Out     *junitText    `xml:"system-out,omitempty"`
	}
	junitResult struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	junitText struct {
		Message string `xml:"message,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes a run as JUnit XML. Failed is a failure; error and inconclusive
// are errors with their own type.
func JUnit(w io.Writer, r *trace.Run) error {
	doc := junitSuites{Name: "duologue", Time: seconds(r.Duration.Seconds())}
	for i := range r.Suites {
		s := suiteOf(r, &r.Suites[i])
		doc.Tests += s.Tests
		doc.Fails += s.Fails
		doc.Errors += s.Errors
		doc.Suites = append(doc.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("write JUnit: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func suiteOf(r *trace.Run, s *trace.Suite) junitSuite {
	out := junitSuite{Name: diag.Visible(s.Name), Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05")}
	out.Properties = []junitProperty{{"file", s.File}, {"tool", r.Tool}, {"seed", fmt.Sprint(r.Seed)}}
	for _, n := range r.Notices {
		out.Properties = append(out.Properties, junitProperty{"notice", n})
	}
	total := 0.0
	for i := range s.Scenarios {
		sc := &s.Scenarios[i]
		c := caseOf(r, s, sc)
		out.Tests++
		total += sc.Duration.Seconds()
		switch {
		case c.Failure != nil:
			out.Fails++
		case c.Error != nil:
			out.Errors++
		case c.Skipped != nil:
			out.Skipped++
		}
		out.Cases = append(out.Cases, c)
	}
	out.Time = seconds(total)
	return out
}

func caseOf(r *trace.Run, s *trace.Suite, sc *trace.Scenario) junitCase {
	c := junitCase{Name: diag.Visible(sc.Name), Class: diag.Visible(s.Name), Time: seconds(sc.Duration.Seconds())}
	result := junitResult{Message: sc.Reason, Type: string(sc.Verdict)}
	if len(sc.Problems) > 0 {
		result.Message = sc.Problems[0].Diagnostic.Error()
		result.Text = "\n" + problemsText(r, sc)
	}
	result.Message = diag.Visible(result.Message)
	switch sc.Verdict {
	case trace.Failed:
		c.Failure = []junitResult{result}
	case trace.Errored, trace.Inconclusive:
		c.Error = []junitResult{result}
	case trace.Skipped:
		c.Skipped = &junitText{Message: diag.Visible(sc.Reason)}
	}
	return c
}

// maxText bounds the text of one result; GitLab reads files up to 30 MB.
const maxText = 64 << 10

func problemsText(r *trace.Run, sc *trace.Scenario) string {
	var b strings.Builder
	for _, p := range sc.Problems {
		_ = diag.Render(&b, p.Diagnostic, r.Sources, diag.Palette{}) // into memory
		for _, e := range p.Recent {
			fmt.Fprintf(&b, "    %s\n", e.Line())
		}
		b.WriteByte('\n')
	}
	if b.Len() > maxText {
		return b.String()[:maxText] + "\n…\n"
	}
	return b.String()
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }

package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// The elements of JUnit that Jenkins' schema (junit-10.xsd) knows. Attributes
// beyond it are left out, because readers treat them in different ways.
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
		Skipped *junitSkipped `xml:"skipped"`
		Error   *junitResult  `xml:"error"`
		Failure *junitResult  `xml:"failure"`
		// The results of earlier attempts, as Surefire writes them.
		RerunFailures []junitRerun `xml:"rerunFailure"`
		RerunErrors   []junitRerun `xml:"rerunError"`
		FlakyFailures []junitRerun `xml:"flakyFailure"`
		FlakyErrors   []junitRerun `xml:"flakyError"`

		Out *junitText `xml:"system-out"`
	}
	// A CDATA section keeps lines readable in the file. Its text must have been
	// made Visible, because nothing else keeps control characters out of it.
	junitResult struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",cdata"`
	}
	junitRerun struct {
		Message string    `xml:"message,attr"`
		Type    string    `xml:"type,attr"`
		Trace   junitText `xml:"stackTrace"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr,omitempty"`
	}
	junitText struct {
		Text string `xml:",cdata"`
	}
)

// JUnit writes a run as JUnit XML. Failed becomes a failure. Error and
// inconclusive become errors with a type of their own. docs/reports.md has the
// whole table. Control characters and octets that are not UTF-8 are escaped,
// texts are limited, and no two cases have the same name.
func JUnit(w io.Writer, r *trace.Run) error {
	doc := junitSuites{Name: "duologue", Time: seconds(r.Duration.Seconds())}
	classes := map[string]bool{}
	for i := range r.Suites {
		s := suiteOf(r, &r.Suites[i], classes)
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

func suiteOf(r *trace.Run, s *trace.Suite, classes map[string]bool) junitSuite {
	name := unique(classes, shown(s.Name, maxName))
	out := junitSuite{Name: name, Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05"), Properties: properties(r, s)}
	names := map[string]bool{}
	total := 0.0
	for i := range s.Scenarios {
		sc := &s.Scenarios[i]
		c := caseOf(r, sc)
		c.Class, c.Name = name, unique(names, c.Name)
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

func properties(r *trace.Run, s *trace.Suite) []junitProperty {
	out := []junitProperty{{"file", shown(s.File, maxMessage)}, {"tool", shown(r.Tool, maxName)}, {"seed", fmt.Sprint(r.Seed)}}
	if share := shareOf(r); share != "" {
		out = append(out, junitProperty{"shard", share})
	}
	out = append(out, latenessProperties(r)...)
	for _, d := range r.Warnings {
		out = append(out, junitProperty{"warning", shown(d.Error(), maxMessage)})
	}
	for _, n := range r.Notices {
		out = append(out, junitProperty{"notice", shown(n, maxMessage)})
	}
	return append(out, seriesProperties(s)...)
}

// unique gives a name that was not used before, because readers keep only the
// first of two cases with one name. The suffix depends only on the order in the
// file.
func unique(used map[string]bool, name string) string {
	if name == "" {
		name = "unnamed"
	}
	free := name
	for n := 2; used[free]; n++ {
		free = fmt.Sprintf("%s (%d)", name, n)
	}
	used[free] = true
	return free
}

func caseOf(r *trace.Run, sc *trace.Scenario) junitCase {
	c := junitCase{Name: shown(sc.Name, maxName), Time: seconds(sc.Duration.Seconds()), Out: output(sc)}
	result := &junitResult{Message: shown(sc.Reason, maxMessage), Type: string(sc.Verdict)}
	if len(sc.Problems) > 0 {
		result.Message = summary(sc.Problems[0].Diagnostic)
		result.Text = "\n" + problemsText(r, sc)
	}
	c.earlier(r, sc)
	switch sc.Verdict {
	case trace.Passed, trace.Flaky:
	case trace.Failed:
		c.Failure = result
	case trace.Skipped:
		c.Skipped = &junitSkipped{Message: shown(sc.Reason, maxMessage)}
	case trace.Inconclusive:
		c.Error = result
	default: // an unknown verdict must not look better than an error
		result.Type = string(trace.Errored)
		c.Error = result
	}
	return c
}

// earlier tells the attempts before the last. If the case passed, they were
// flaky; otherwise they were further attempts.
func (c *junitCase) earlier(r *trace.Run, sc *trace.Scenario) {
	failures, errors := &c.RerunFailures, &c.RerunErrors
	switch sc.Verdict {
	case trace.Flaky:
		failures, errors = &c.FlakyFailures, &c.FlakyErrors
	case trace.Passed, trace.Skipped:
		return
	}
	for i, a := range sc.Earlier {
		if a.Verdict == trace.Passed { // of another run
			continue
		}
		again := junitRerun{Message: shown(attemptLine(i, a, summary), maxMessage), Type: string(a.Verdict)}
		again.Trace.Text = "\n" + problemsText(r, &trace.Scenario{Problems: a.Problems})
		if a.Verdict == trace.Failed {
			*failures = append(*failures, again)
			continue
		}
		if a.Verdict != trace.Inconclusive {
			again.Type = string(trace.Errored)
		}
		*errors = append(*errors, again)
	}
}

// output gives what has no element of its own in a case. An attachment must
// stand alone on its line (Jenkins, GitLab).
func output(sc *trace.Scenario) *junitText {
	var b strings.Builder
	if sc.Verdict == trace.Flaky {
		fmt.Fprintf(&b, "flaky: passed on attempt %d\n", sc.Attempts)
	}
	if sc.Outcome != "" {
		fmt.Fprintf(&b, "outcome: %s\n", sc.Outcome)
		if sc.Reason != "" {
			fmt.Fprintf(&b, "because: %s\n", sc.Reason)
		}
	}
	for _, path := range sc.Artifacts {
		fmt.Fprintf(&b, "[[ATTACHMENT|%s]]\n", diag.Visible(path))
	}
	b.WriteString(notesText(sc.Notes))
	if b.Len() == 0 {
		return nil
	}
	return &junitText{"\n" + b.String()}
}

// notesText gives all notes, a line each. A note must not attach a file: GitLab looks for an
// attachment anywhere in the output.
func notesText(notes []trace.Note) string {
	var b strings.Builder
	for _, line := range linesOf(notes, "") {
		b.WriteString(line.text + "\n")
	}
	return diag.Inert(strings.ReplaceAll(b.String(), "[[ATTACHMENT|", `[\x5bATTACHMENT|`))
}

// maxText is the most octets of text of one result. GitLab reads files up to 30
// MB.
const maxText = 64 << 10

func problemsText(r *trace.Run, sc *trace.Scenario) string {
	var b strings.Builder
	notes := sc.Notes // they are told once, with the cause
	for _, p := range problems(sc) {
		_ = diag.Render(&b, bounded(p.Diagnostic, sc.Steps), r.Sources, diag.Screen{}) // writing to memory does not fail
		if head := headOf(p, notes); head != "" {
			b.WriteString(head + "\n")
		}
		for _, line := range lastEvents(p, notes, maxRecent) {
			fmt.Fprintf(&b, "  %s\n", line)
		}
		if len(p.Output) > 0 {
			b.WriteString("output:\n")
		}
		for _, line := range outputOf(p) {
			fmt.Fprintf(&b, "  %s\n", line)
		}
		b.WriteByte('\n')
		notes = nil
	}
	if sc.Requirement != "" {
		fmt.Fprintf(&b, "requirement: %s\n", shown(requirementOf(sc), maxMessage))
	}
	return diag.Inert(diag.Clip(b.String(), maxText))
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }

package report_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
)

func junit(t *testing.T, r *trace.Run) string {
	t.Helper()
	var b strings.Builder
	if err := report.JUnit(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestJUnit(t *testing.T) { golden(t, "junit.xml", junit(t, sample())) }

func TestJUnitValidates(t *testing.T) {
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("xmllint is not installed (Debian: libxml2-utils)")
	}
	runs := []*trace.Run{sample(), {}}
	for _, s := range hostile {
		runs = append(runs, infested(s))
	}
	var files []string
	for i, r := range runs {
		file := filepath.Join(t.TempDir(), fmt.Sprintf("%d.xml", i))
		if err := os.WriteFile(file, []byte(junit(t, r)), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	validate := func(files ...string) ([]byte, error) {
		return exec.Command("xmllint", append([]string{"--nonet", "--noout", "--schema", "testdata/junit.xsd"}, files...)...).CombinedOutput()
	}
	if out, err := validate(files...); err != nil {
		t.Errorf("xmllint: %v\n%.4000s", err, out)
	}
	// The schema itself must be able to refuse something.
	for wrong, by := range map[string][2]string{
		"an attribute of a case": {`classname="Orders"`, `classname="Orders" file="x"`},
		"two cases of one name":  {`name="the answer is right (2)"`, `name="the answer is right"`},
		"another type":           {`type="inconclusive"`, `type="passed"`},
	} {
		text := strings.Replace(junit(t, sample()), by[0], by[1], 1)
		file := filepath.Join(t.TempDir(), "wrong.xml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := validate(file); err == nil {
			t.Errorf("the schema takes %s:\n%s", wrong, out)
		}
	}
}

// parsed is the part of JUnit that readers look at.
type parsed struct {
	Tests, Failures, Errors int `xml:",attr"`
	Suites                  []struct {
		Name  string `xml:"name,attr"`
		Cases []struct {
			Name      string    `xml:"name,attr"`
			Classname string    `xml:"classname,attr"`
			Failure   *struct{} `xml:"failure"`
			Error     *struct{} `xml:"error"`
			Skipped   *struct{} `xml:"skipped"`
			Out       string    `xml:"system-out"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

// No case looks better than its verdict, no name is used twice, and no peer can
// attach a file, whatever it sends.
func TestJUnitIsHonest(t *testing.T) {
	runs := map[string]*trace.Run{"sample": sample()}
	for i, s := range hostile {
		runs[fmt.Sprint("hostile ", i)] = infested(s)
	}
	for name, r := range runs {
		t.Run(name, func(t *testing.T) {
			text := junit(t, r)
			var doc parsed
			if err := xml.Unmarshal([]byte(text), &doc); err != nil {
				t.Fatal(err)
			}
			names := map[string]bool{}
			for i, s := range r.Suites {
				for k, sc := range s.Scenarios {
					c := doc.Suites[i].Cases[k]
					green := c.Failure == nil && c.Error == nil && c.Skipped == nil
					if want := sc.Verdict == trace.Passed || sc.Verdict == trace.Flaky; green != want {
						t.Errorf("%q is %s and green: %v", c.Name, sc.Verdict, green)
					}
					if (c.Failure != nil) != (sc.Verdict == trace.Failed) {
						t.Errorf("%q is %s and a failure: %v", c.Name, sc.Verdict, c.Failure != nil)
					}
					key := c.Classname + "\x00" + c.Name
					if names[key] {
						t.Errorf("%q is there twice", key)
					}
					names[key] = true
					if n := strings.Count("\n"+c.Out, "\n[[ATTACHMENT|"); n != len(sc.Artifacts) {
						t.Errorf("%q attaches %d files, want %d", c.Name, n, len(sc.Artifacts))
					}
				}
			}
			if strings.ContainsRune(text, '\ufffd') && name != "hostile 13" {
				t.Error("a character was lost instead of spelled out")
			}
			if len(text) > 4<<20 {
				t.Errorf("the report has %d octets", len(text))
			}
		})
	}
}

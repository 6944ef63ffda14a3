package report_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func ctrf(t *testing.T, r *trace.Run) string {
	t.Helper()
	var b strings.Builder
	if err := report.CTRF(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCTRF(t *testing.T) { golden(t, "ctrf.json", ctrf(t, sample())) }

// Every report is valid by the published schema, with its formats.
func TestCTRFValidates(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("testdata/ctrf/ctrf-schema-0.0.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(text string) error {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			return err
		}
		return schema.Validate(v)
	}
	runs := []*trace.Run{sample(), {}}
	for _, s := range hostile {
		runs = append(runs, infested(s))
	}
	for _, r := range runs {
		if err := validate(ctrf(t, r)); err != nil {
			t.Errorf("%.40q: %v", r.Tool, err)
		}
	}
	// The schema itself must be able to refuse something.
	for wrong, by := range map[string][2]string{
		"another status":         {`"status": "other"`, `"status": "inconclusive"`},
		"a time with a fraction": {`"start": 1770091506000`, `"start": 1770091506000.5`},
		"a property of our own":  {`"rawStatus"`, `"verdict"`},
		"a suite that is a text": {"\"suite\": [\n          \"Orders\"\n        ]", `"suite": "Orders"`},
		"no name":                {`"name": "the answer is wrong"`, `"name": ""`},
		"an attempt 0":           {`"attempt": 1`, `"attempt": 0`},
	} {
		right := ctrf(t, sample())
		text := strings.Replace(right, by[0], by[1], 1)
		if text == right || validate(text) == nil {
			t.Errorf("the schema takes %s, or %q is not there", wrong, by[0])
		}
	}
}

// ctrfRead is the part of CTRF that readers look at.
type ctrfRead struct {
	Results struct {
		Summary struct{ Tests, Passed, Failed, Skipped, Pending, Other, Flaky int }
		Tests   []struct {
			Name, Status, RawStatus, FilePath, Message, Trace string
			Suite                                             []string
			Start, Stop, Duration                             int64
			Line, Retries                                     int
			Flaky                                             bool
			RetryAttempts                                     []struct {
				Attempt int
				Status  string
			}
			Attachments []struct{ Path string }
		}
	}
}

// No test looks better than its verdict, none has the name of another in its suite, and the counts are those of the tests.
func TestCTRFIsHonest(t *testing.T) {
	runs := map[string]*trace.Run{"sample": sample()}
	for i, s := range hostile {
		runs[fmt.Sprint("hostile ", i)] = infested(s)
	}
	status := map[trace.Verdict]string{trace.Passed: "passed", trace.Flaky: "passed", trace.Failed: "failed", trace.Skipped: "skipped"}
	for name, r := range runs {
		t.Run(name, func(t *testing.T) {
			text := ctrf(t, r)
			var doc ctrfRead
			if err := json.Unmarshal([]byte(text), &doc); err != nil {
				t.Fatal(err)
			}
			names, counts, flaky, i := map[string]bool{}, map[string]int{}, 0, 0
			for sc := range r.All() {
				test := doc.Results.Tests[i]
				i++
				want := status[sc.Verdict]
				if want == "" {
					want = "other"
				}
				if test.Status != want || test.RawStatus == "" && sc.Verdict != "" {
					t.Errorf("%q is %s (%s), want %s of %q", test.Name, test.Status, test.RawStatus, want, sc.Verdict)
				}
				counts[test.Status]++
				if test.Flaky {
					flaky++
				}
				if test.Flaky && sc.Verdict != trace.Flaky || test.Retries != len(sc.Earlier) || len(test.RetryAttempts) != len(sc.Earlier) {
					t.Errorf("%q is flaky: %v, with %d retries and %d attempts, of %s after %d", test.Name, test.Flaky, test.Retries, len(test.RetryAttempts), sc.Verdict, len(sc.Earlier))
				}
				if len(test.Attachments) != len(sc.Artifacts) {
					t.Errorf("%q attaches %d files, want %d", test.Name, len(test.Attachments), len(sc.Artifacts))
				}
				key := strings.Join(test.Suite, "\x00") + "\x00" + test.Name
				if names[key] {
					t.Errorf("%q is there twice", key)
				}
				names[key] = true
			}
			s := doc.Results.Summary
			if s.Tests != i || s.Passed != counts["passed"] || s.Failed != counts["failed"] || s.Skipped != counts["skipped"] || s.Other != counts["other"] || s.Flaky != flaky || s.Pending != 0 {
				t.Errorf("the summary is %+v, the tests are %v, %d of them flaky", s, counts, flaky)
			}
			for _, r := range text {
				if r < 0x20 && r != '\n' || r >= 0x7f && r < 0xa0 || r == 0x202e {
					t.Errorf("%U is let through", r)
				}
			}
			if len(text) > 6<<20 {
				t.Errorf("the report has %d octets", len(text))
			}
		})
	}
}

// A test that passed only after attempts that say nothing of the server is not called flaky, as the format asks for one that failed.
func TestCTRFFlaky(t *testing.T) {
	for earlier, want := range map[trace.Verdict]bool{trace.Failed: true, trace.Inconclusive: false, trace.Errored: false} {
		r := &trace.Run{Suites: []trace.Suite{{Name: "s", Scenarios: []trace.Scenario{
			{Name: "it", Verdict: trace.Flaky, Attempts: 2, Earlier: []trace.Attempt{{Verdict: earlier}}}}}}}
		var doc ctrfRead
		if err := json.Unmarshal([]byte(ctrf(t, r)), &doc); err != nil {
			t.Fatal(err)
		}
		if test := doc.Results.Tests[0]; test.Flaky != want || test.Status != "passed" || test.RawStatus != "flaky" || test.Retries != 1 {
			t.Errorf("after an attempt that was %s it is %+v, want flaky: %v", earlier, test, want)
		}
	}
}

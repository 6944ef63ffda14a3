package conformance_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/google/go-cmp/cmp"
)

// prepare reads all suites.
func prepare(t *testing.T, o suitetest.Options) *suitetest.Prepared {
	t.Helper()
	o.Files = conformance.Files()
	var selected []plan.Selection
	for _, file := range conformance.Suites() {
		selected = append(selected, plan.Selection{File: file})
	}
	var problems diag.List
	prepared := suitetest.Prepare(selected, o, &problems)
	if !problems.Empty() {
		t.Fatalf("prepare: %v", problems.Err())
	}
	return prepared
}

func cases(prepared *suitetest.Prepared) []conformance.Case {
	var out []conformance.Case
	for _, c := range prepared.Cases() {
		out = append(out, conformance.CaseOf(c.Name, c.Tags))
	}
	return out
}

// only keeps the selected cases.
func only(t *testing.T, prepared *suitetest.Prepared, s conformance.Selection) *suitetest.Prepared {
	t.Helper()
	chosen, err := s.Choose(cases(prepared))
	if err != nil {
		t.Fatal(err)
	}
	return prepared.Only(func(c plan.Case) bool { return chosen[conformance.CaseOf(c.Name, c.Tags).ID] })
}

// table reads a table of the package.
func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	data, err := fs.ReadFile(conformance.Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, cell := range r {
			row[records[0][i]] = cell
		}
		out = append(out, row)
	}
	return out
}

// Every number of Autobahn's has exactly one case, and so has every id of ours. There are no others.
func TestNumbersAreComplete(t *testing.T) {
	want := map[string]int{}
	for _, row := range table(t, "data/autobahn.csv") {
		want[row["id"]]++
	}
	if len(want) != 517 {
		t.Errorf("the table has %d numbers, want 517", len(want))
	}
	got, titles := map[string]int{}, map[string]int{}
	for _, c := range cases(prepare(t, suitetest.Options{})) {
		titles[c.ID]++
		if titles[c.ID] > 1 && !slices.Contains(c.Tags, conformance.TagServer) && !slices.Contains(c.Tags, conformance.TagClient) {
			t.Errorf("id %q is there twice", c.ID)
		}
		if !slices.ContainsFunc(conformance.Sections, func(s conformance.Section) bool { return s.Key == c.Section() }) {
			t.Errorf("id %q belongs to no section", c.ID)
		}
		if c.ID[0] <= '9' {
			got[c.ID]++
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("numbers (-table +suites):\n%s", diff)
	}
}

// The payloads of the tables are what their numbers say.
func TestUTF8Tables(t *testing.T) {
	for file, valid := range map[string]bool{"data/utf8-valid.csv": true, "data/utf8-invalid.csv": false} {
		for _, row := range table(t, file) {
			if got := isUTF8(t, row["hex"]); got != valid {
				t.Errorf("%s %s: UTF-8 is %t, want %t", row["id"], row["hex"], got, valid)
			}
		}
	}
}

// Every way to cut eleven octets has one row.
func TestCutsAreComplete(t *testing.T) {
	var rows []struct {
		N    int
		Ways [][]int
	}
	data, err := fs.ReadFile(conformance.Files(), "data/cuts.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range rows {
		for _, way := range row.Ways {
			left := 11
			for _, size := range way {
				left -= size
			}
			key := fmt.Sprint(way)
			if seen[key] || len(way) != row.N-1 || left < 1 || slices.ContainsFunc(way, func(size int) bool { return size < 1 }) {
				t.Errorf("%v, in %d frames, is there twice or cuts nothing", way, row.N)
			}
			seen[key] = true
		}
	}
	if len(seen) != 1024 {
		t.Errorf("%d ways, want 1024", len(seen))
	}
}

// Over real sockets the clean endpoint fails no case. coder/websocket fails the cases about UTF-8, because it is known
// not to check that. So these cases can fail, and since all others pass, they are not too strict.
func TestRealSockets(t *testing.T) {
	unchecked := []string{"6.3.1", "6.3.2", "6.4.1", "6.4.2", "6.4.3", "6.4.4", "7.5.1", "X24.4"}
	for _, row := range table(t, "data/utf8-invalid.csv") {
		unchecked = append(unchecked, row["id"])
	}
	for target, want := range map[string][]string{"builtin://protocol": nil, "builtin://echo": unchecked} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			server, err := builtin.Start("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = server.Close() }()
			prepared := prepare(t, suitetest.Options{Planning: plan.Options{Target: target, Resolve: server.Resolve}, Performing: runner.Options{Jobs: 16, MaxLateness: 50e6}})
			report := conformance.Of(only(t, prepared, conformance.Selection{}).Run(t.Context()), target, "server", false)

			failed := map[string]bool{}
			for _, id := range want {
				failed[id] = true
			}
			got := map[string]bool{}
			for _, c := range report.Cases {
				switch c.Outcome {
				case conformance.Failed:
					got[c.ID] = true
				case conformance.Errored:
					t.Errorf("%s could not be performed: %s", c.ID, c.Message)
				case conformance.Inconclusive: // this machine is busy
					delete(failed, c.ID)
				}
			}
			if diff := cmp.Diff(failed, got); diff != "" {
				t.Errorf("cases that fail (-want +got):\n%s", diff)
			}
		})
	}
}

// The page on the suites has the table of answers as the suites have it.
func TestAnswersAreDocumented(t *testing.T) {
	data, err := fs.ReadFile(conformance.Files(), "data/answers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/conformance-suites.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^ +([a-z0-9]+): \{ok: \[([0-9, ]+)\], rule: "([^"]+)"\} # (.+)$`).FindAllStringSubmatch(string(data), -1)
	if len(rows) != 7 {
		t.Errorf("the table has %d rows that can be read, want 7", len(rows))
	}
	for _, row := range rows {
		codes := strings.Replace(row[2], ", 1006", ", or no Close", 1)
		want := fmt.Sprintf("| `%s` | %s | %s | %s |", row[1], row[4], codes, row[3])
		if !strings.Contains(string(page), want+"\n") {
			t.Errorf("docs/conformance-suites.md lacks\n%s", want)
		}
	}
}

// Known holds conformance reports against a table of what is known of each
// stack:
//
//	go run ./known ../known.csv DIR [STACK…]
//
// The stacks are those of the table, unless some are named. DIR holds
// STACK.json, as `duologue conformance URL --json FILE` writes it. It prints
// every case whose outcome is not the known one, and every row of the table
// that speaks of no case, and exits 1 if there are any. What the table does not
// name is expected to be ok; a name that stands before a dot, such as 13.4,
// means every case below it. Of sections that were not performed nothing is
// said. With -cases it prints, instead, a line for each stack with such cases:
// its name and theirs. With -some a report holds only some cases of a section.
// With -matrix it prints, instead, how many cases of each section were ok, as a
// table in Markdown. The fifth column links to upstream discussion, if there is any.
// With -packages FILE, which names the Debian package and version of stacks, a
// stack that is installed in another version is told of and not counted: what
// the table says of it was seen with the version of the file.
package main

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// report is as much of a conformance report as is compared.
type report struct {
	Cases []struct {
		ID, Section, Title, Outcome, Message string
	}
}

// has reports whether a section was performed.
func (r report) has(section string) bool {
	for _, c := range r.Cases {
		if c.Section == section {
			return true
		}
	}
	return false
}

// sectionOf is the letter that an id begins with, or the number before its first dot.
func sectionOf(id string) string {
	if id[0] > '9' {
		return id[:1]
	}
	section, _, _ := strings.Cut(id, ".")
	return section
}

// row is one deviation of a stack: the outcomes that are known of some cases.
type row struct {
	line     int
	outcomes []string
	cases    map[string]bool // whether it was met in the report
}

// names gives the name by which a row speaks of a case.
func (w row) names(id string) (name string, ok bool) {
	for name := range w.cases {
		if name == id || strings.HasPrefix(id, name+".") {
			return name, true
		}
	}
	return "", false
}

func main() {
	asMatrix := flag.Bool("matrix", false, "print a table in Markdown")
	casesOnly := flag.Bool("cases", false, "print just the cases that differ")
	some := flag.Bool("some", false, "do not miss cases that were not performed")
	packages := flag.String("packages", "", "the `file` of the versions with which the table was made")
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "usage: known [-matrix | -cases | -some] [-packages FILE] TABLE DIR [STACK…]")
		os.Exit(2)
	}
	all, err := compared(flag.Arg(0), flag.Arg(1), flag.Args()[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "known:", err)
		os.Exit(2)
	}
	others, err := moved(*packages)
	if err != nil {
		fmt.Fprintln(os.Stderr, "known:", err)
		os.Exit(2)
	}
	wrong := 0
	switch {
	case *asMatrix:
		matrix(all)
	case *casesOnly:
		wrong = differing(all, others)
	default:
		if wrong = hold(all, others, *some); wrong > 0 {
			fmt.Printf("%d differences from %s\n", wrong, flag.Arg(0))
		}
	}
	if wrong > 0 {
		os.Exit(1)
	}
}

// stack is what came of one, and what is known of it.
type stack struct {
	name string
	report
	rows []row
}

// compared reads the table and the reports of the stacks that are named, or of
// all. One of which nothing is known has no rows, so all of it is to be ok.
func compared(table, dir string, named []string) ([]stack, error) {
	rows, err := read(table)
	if err != nil {
		return nil, err
	}
	if len(named) == 0 {
		named = slices.Collect(maps.Keys(rows))
	}
	var all []stack
	for _, name := range slices.Sorted(slices.Values(named)) {
		r, err := readReport(dir, name)
		if err != nil {
			return nil, err
		}
		all = append(all, stack{name, r, rows[name]})
	}
	return all, nil
}

// moved gives the stacks that are installed in another version than that of the
// file of packages, and both versions of each.
func moved(file string) (map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the packages: %w", err)
	}
	out := map[string]string{}
	for _, line := range lines[1:] {
		name, pkg, known := line[0], line[1], line[2]
		// Where there is no such package the stack itself would not have run.
		installed, err := exec.Command("dpkg-query", "-W", "-f=${Version}", pkg).Output()
		if err == nil && string(installed) != known {
			out[name] = fmt.Sprintf("the table was made with %s %s, installed is %s", pkg, known, installed)
		}
	}
	return out, nil
}

// differing prints for each stack the cases whose outcome is not the known one,
// except those of the others, which are installed in another version.
func differing(all []stack, others map[string]string) (wrong int) {
	for _, s := range all {
		if others[s.name] != "" {
			continue
		}
		if ids := s.differing(); len(ids) > 0 {
			fmt.Println(s.name, strings.Join(ids, " "))
			wrong += len(ids)
		}
	}
	return wrong
}

// hold prints what differs. With some, rows may speak of cases that no report
// has. What differs of the others, which are installed in another version, does
// not count.
func hold(all []stack, others map[string]string, some bool) (wrong int) {
	for _, s := range all {
		ids := s.differing()
		for _, c := range s.Cases {
			if slices.Contains(ids, c.ID) {
				fmt.Printf("%s %s %s: %s, known is %s: %s\n", s.name, c.ID, c.Title, c.Outcome, strings.Join(s.known(c.ID), " or "), c.Message)
			}
		}
		n := len(ids)
		if !some {
			n += s.unmet()
		}
		fmt.Printf("%s: %d cases, %d not as known\n", s.name, len(s.Cases), n)
		if versions := others[s.name]; versions != "" {
			fmt.Printf("%s: %s: nothing of it counts\n", s.name, versions)
			continue
		}
		wrong += n
	}
	return wrong
}

// apart are the cases whose outcomes no table holds: those of a named stack would tell how to
// get past a check of it.
var apart = map[string]bool{"X1": true, "X2": true, "H2.16": true, "H5.2": true}

// differing gives the cases whose outcome is not the known one, and marks the
// rows that were met.
func (s stack) differing() (ids []string) {
	for _, c := range s.Cases {
		if !apart[c.ID] && !slices.Contains(s.known(c.ID), c.Outcome) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func readReport(dir, stack string) (r report, err error) {
	data, err := os.ReadFile(filepath.Join(dir, stack+".json"))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("read the report of %s: %w", stack, err)
	}
	return r, nil
}

// matrix prints for every stack and section how many cases were ok, of how many
// that the stack has what they need, and how many failed.
func matrix(all []stack) {
	var sections []string
	var rows []string
	for _, s := range all {
		ok, of, failed := map[string]int{}, map[string]int{}, map[string]int{}
		for _, c := range s.Cases {
			if !slices.Contains(sections, c.Section) {
				sections = append(sections, c.Section)
			}
			switch c.Outcome {
			case "unimplemented":
				continue
			case "ok":
				ok[c.Section]++
			case "failed":
				failed[c.Section]++
			}
			of[c.Section]++
		}
		line := "| " + s.name + " |"
		for _, section := range sections {
			cell := fmt.Sprintf(" %d/%d", ok[section], of[section])
			switch {
			case of[section] == 0:
				cell = " –"
			case failed[section] > 0:
				cell += fmt.Sprintf(", **%d**", failed[section])
			}
			line += cell + " |"
		}
		rows = append(rows, line)
	}
	fmt.Printf("| stack | %s |\n|---|%s\n%s\n", strings.Join(sections, " | "), strings.Repeat("---|", len(sections)), strings.Join(rows, "\n"))
}

// known gives the outcomes that are known of a case, and marks the rows that
// speak of it.
func (s stack) known(id string) []string {
	outcomes := []string{"ok"}
	for _, row := range s.rows {
		if name, ok := row.names(id); ok {
			outcomes = row.outcomes
			row.cases[name] = true
		}
	}
	return outcomes
}

// unmet prints the rows that speak of no case of the report.
func (s stack) unmet() (wrong int) {
	for _, row := range s.rows {
		for id, met := range row.cases {
			if !met && s.has(sectionOf(id)) {
				wrong++
				fmt.Printf("line %d: %s has no case %s\n", row.line, s.name, id)
			}
		}
	}
	return wrong
}

// read gives the rows of each stack. Every row has a reason, and may have links.
func read(table string) (map[string][]row, error) {
	f, err := os.Open(table)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.Comment = 5, '#'
	if _, err := r.Read(); err != nil { // the head
		return nil, err
	}
	out := map[string][]row{}
	for {
		fields, err := r.Read()
		if fields == nil {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if fields[3] == "" {
			return nil, fmt.Errorf("%s:%d: a deviation without a reason", table, line)
		}
		for link := range strings.FieldsSeq(fields[4]) {
			if !strings.HasPrefix(link, "https://") {
				return nil, fmt.Errorf("%s:%d: %q is no https:// URL", table, line, link)
			}
		}
		w := row{line: line, outcomes: strings.Split(fields[1], "|"), cases: map[string]bool{}}
		for id := range strings.FieldsSeq(fields[2]) {
			w.cases[id] = false
		}
		out[fields[0]] = append(out[fields[0]], w)
	}
}

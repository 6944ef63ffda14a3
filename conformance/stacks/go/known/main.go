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
// table in Markdown.
package main

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
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
	namesOnly := flag.Bool("cases", false, "print just the cases that differ")
	some := flag.Bool("some", false, "do not miss cases that were not performed")
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "usage: known [-matrix | -cases | -some] TABLE DIR [STACK…]")
		os.Exit(2)
	}
	do := comparison{some: *some}.compare
	switch {
	case *asMatrix:
		do = matrix
	case *namesOnly:
		do = differing
	}
	wrong, err := do(flag.Arg(0), flag.Arg(1), flag.Args()[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "known:", err)
		os.Exit(2)
	}
	if wrong > 0 {
		if !*namesOnly {
			fmt.Printf("%d differences from %s\n", wrong, flag.Arg(0))
		}
		os.Exit(1)
	}
}

// comparison is how reports are held against the table.
type comparison struct {
	some bool // not every case of a section was performed
}

func (o comparison) compare(table, dir string, named []string) (wrong int, err error) {
	stacks, err := readStacks(table, named)
	if err != nil {
		return 0, err
	}
	for _, stack := range slices.Sorted(maps.Keys(stacks)) {
		r, err := readReport(dir, stack)
		if err != nil {
			return 0, err
		}
		n := hold(stack, r, stacks[stack])
		if !o.some {
			n += unmet(stack, r, stacks[stack])
		}
		fmt.Printf("%s: %d cases, %d not as known\n", stack, len(r.Cases), n)
		wrong += n
	}
	return wrong, nil
}

// differing prints the cases of each stack whose outcome is not the known one.
func differing(table, dir string, named []string) (wrong int, err error) {
	stacks, err := readStacks(table, named)
	if err != nil {
		return 0, err
	}
	for _, stack := range slices.Sorted(maps.Keys(stacks)) {
		r, err := readReport(dir, stack)
		if err != nil {
			return 0, err
		}
		var ids []string
		for _, c := range r.Cases {
			if !slices.Contains(known(c.ID, stacks[stack]), c.Outcome) {
				ids = append(ids, c.ID)
			}
		}
		if len(ids) > 0 {
			fmt.Println(stack, strings.Join(ids, " "))
			wrong += len(ids)
		}
	}
	return wrong, nil
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
func matrix(table, dir string, named []string) (int, error) {
	stacks, err := readStacks(table, named)
	if err != nil {
		return 0, err
	}
	var sections []string
	var rows []string
	for _, stack := range slices.Sorted(maps.Keys(stacks)) {
		r, err := readReport(dir, stack)
		if err != nil {
			return 0, err
		}
		ok, of, failed := map[string]int{}, map[string]int{}, map[string]int{}
		for _, c := range r.Cases {
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
		line := "| " + stack + " |"
		for _, s := range sections {
			cell := fmt.Sprintf(" %d/%d", ok[s], of[s])
			if failed[s] > 0 {
				cell += fmt.Sprintf(", **%d**", failed[s])
			}
			line += cell + " |"
		}
		rows = append(rows, line)
	}
	fmt.Printf("| stack | %s |\n|---|%s\n%s\n", strings.Join(sections, " | "), strings.Repeat("---|", len(sections)), strings.Join(rows, "\n"))
	return 0, nil
}

// known gives the outcomes that are known of a case, and marks the rows that
// speak of it.
func known(id string, rows []row) []string {
	outcomes := []string{"ok"}
	for _, row := range rows {
		if name, ok := row.names(id); ok {
			outcomes = row.outcomes
			row.cases[name] = true
		}
	}
	return outcomes
}

// hold compares one report and prints what differs.
func hold(stack string, r report, rows []row) (wrong int) {
	for _, c := range r.Cases {
		outcomes := known(c.ID, rows)
		if !slices.Contains(outcomes, c.Outcome) {
			wrong++
			fmt.Printf("%s %s %s: %s, known is %s: %s\n", stack, c.ID, c.Title, c.Outcome, strings.Join(outcomes, " or "), c.Message)
		}
	}
	return wrong
}

// unmet prints the rows that speak of no case of the report.
func unmet(stack string, r report, rows []row) (wrong int) {
	for _, row := range rows {
		for id, met := range row.cases {
			if !met && r.has(sectionOf(id)) {
				wrong++
				fmt.Printf("line %d: %s has no case %s\n", row.line, stack, id)
			}
		}
	}
	return wrong
}

// readStacks gives the rows of the stacks that are named, or of all. One of
// which nothing is known has none, so all of it is to be ok.
func readStacks(table string, named []string) (map[string][]row, error) {
	all, err := read(table)
	if err != nil || len(named) == 0 {
		return all, err
	}
	out := map[string][]row{}
	for _, stack := range named {
		out[stack] = all[stack]
	}
	return out, nil
}

// read gives the rows of each stack. Every row has a reason.
func read(table string) (map[string][]row, error) {
	f, err := os.Open(table)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.Comment = 4, '#'
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
		w := row{line: line, outcomes: strings.Split(fields[1], "|"), cases: map[string]bool{}}
		for id := range strings.FieldsSeq(fields[2]) {
			w.cases[id] = false
		}
		out[fields[0]] = append(out[fields[0]], w)
	}
}

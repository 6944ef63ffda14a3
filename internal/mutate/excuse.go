package main

import (
	"fmt"
	"os"
	"strings"
)

// excuse says why mutants that survive do not change a verdict.
type excuse struct {
	file, code, what string
	line             int // its line in the table
}

// readExcuses reads the table of excuses. An entry has four lines, the first
// without indentation, and ends at an empty line:
//
//	FILE
//		the line of code, without its indentation
//		what was changed, in the words of the tool
//		why that changes no verdict; may go on in further lines
//
// "func NAME" in place of the line of code stands for every line of that
// function, and "all" in place of the change for every change. Lines that begin
// with # are comments.
func readExcuses(path string) ([]excuse, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []excuse
	var entry []string
	for i, line := range append(strings.Split(string(data), "\n"), "") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if line = strings.TrimSpace(line); line != "" {
			entry = append(entry, line)
			continue
		}
		if len(entry) > 0 && len(entry) < 4 {
			return nil, fmt.Errorf("%s:%d: an excuse has a file, a line of code, a change and a reason", path, i+1-len(entry))
		}
		if len(entry) > 0 {
			out = append(out, excuse{file: entry[0], code: entry[1], what: entry[2], line: i + 1 - len(entry)})
		}
		entry = nil
	}
	return out, nil
}

func (e excuse) covers(m mutant) bool {
	return e.file == m.pos.Filename && (e.code == m.code || e.code == "func "+m.in) && (e.what == m.what || e.what == "all")
}

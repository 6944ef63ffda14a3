package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/diag"
)

// suiteOf writes a suite with scenarios of these names.
func suiteOf(head string, names ...string) string {
	var b strings.Builder
	b.WriteString(head + "target: ws://127.0.0.1:9\nscenarios:\n")
	for _, name := range names {
		fmt.Fprintf(&b, "- {name: %s, steps: [{wait: 1ms}]}\n", name)
	}
	return b.String()
}

func preparedFrom(t *testing.T, files fstest.MapFS) *Plan {
	t.Helper()
	var selected []Selection
	for name := range files {
		selected = append(selected, Selection{File: name})
	}
	slices.SortFunc(selected, func(a, b Selection) int { return strings.Compare(a.File, b.File) })
	var problems diag.List
	p := Prepare(selected, Options{Files: files}, &problems)
	if !problems.Empty() {
		t.Fatal(problems.Err())
	}
	return p
}

func namesOf(p *Plan) []string {
	var out []string
	for _, k := range p.Cases() {
		out = append(out, k.Name)
	}
	return out
}

// The shares of a plan are all of it, and nothing is in two of them. A serial suite is in one, and the shares are
// as even as it allows.
func TestShard(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	for name, tt := range map[string]struct {
		files fstest.MapFS
		most  int // by how many the greatest share of three exceeds the smallest
		want  []string
	}{
		"one suite":    {fstest.MapFS{"a.yaml": file(suiteOf("", "a", "b", "c", "d", "e", "f", "g"))}, 1, []string{"a d g", "b e", "c f"}},
		"several":      {fstest.MapFS{"a.yaml": file(suiteOf("", "a", "b")), "b.yaml": file(suiteOf("", "c", "d"))}, 1, []string{"a d", "b", "c"}},
		"a matrix":     {fstest.MapFS{"a.yaml": file("target: ws://127.0.0.1:9\nscenarios:\n- {name: 'row ${matrix.n}', matrix: {n: [1, 2, 3, 4]}, steps: [{wait: 1ms}]}\n")}, 1, []string{"row 1 row 4", "row 2", "row 3"}},
		"serial":       {fstest.MapFS{"a.yaml": file(suiteOf("serial: true\n", "a", "b", "c")), "b.yaml": file(suiteOf("", "d", "e", "f"))}, 2, []string{"a b c", "d f", "e"}},
		"all serial":   {fstest.MapFS{"a.yaml": file(suiteOf("serial: true\n", "a", "b", "c")), "b.yaml": file(suiteOf("serial: true\n", "d"))}, 3, []string{"a b c", "d", ""}},
		"fewer":        {fstest.MapFS{"a.yaml": file(suiteOf("", "a", "b"))}, 1, []string{"a", "b", ""}},
		"serial later": {fstest.MapFS{"a.yaml": file(suiteOf("", "a", "b")), "b.yaml": file(suiteOf("serial: true\n", "c", "d")), "c.yaml": file(suiteOf("", "e", "f"))}, 0, []string{"a e", "b f", "c d"}},
	} {
		t.Run(name, func(t *testing.T) {
			whole := preparedFrom(t, tt.files)
			for of := 1; of <= 12; of++ {
				found := map[int]int{}
				suites := map[string]int{}
				least, most := whole.Total(), 0
				for index := 1; index <= of; index++ {
					p := whole.Shard(index, of)
					if p.Share.Index != index || p.Share.Of != of || p.Share.Total != whole.Total() || p.Share.Elsewhere != whole.Total()-p.Total() {
						t.Errorf("%d/%d says it is %+v, of %d", index, of, p.Share, p.Total())
					}
					least, most = min(least, p.Total()), max(most, p.Total())
					if len(p.Suites) != len(whole.Suites) {
						t.Errorf("%d/%d has %d suites", index, of, len(p.Suites))
					}
					for i, s := range p.Suites {
						if s.Serial && len(s.Cases) > 0 {
							suites[s.Name]++
							if len(s.Cases) != len(whole.Suites[i].Cases) {
								t.Errorf("%d/%d tears a serial suite apart", index, of)
							}
						}
					}
					last := 0
					for _, k := range p.Cases() {
						if found[k.Number]++; k.Number <= last {
							t.Errorf("%d/%d has another order: %d after %d", index, of, k.Number, last)
						}
						last = k.Number
					}
					if of == 3 {
						if got := strings.Join(namesOf(p), " "); got != tt.want[index-1] {
							t.Errorf("%d/%d is %q, want %q", index, of, got, tt.want[index-1])
						}
					}
				}
				for n := 1; n <= whole.Total(); n++ {
					if found[n] != 1 {
						t.Errorf("of %d shares %d have number %d", of, found[n], n)
					}
				}
				if of == 3 && most-least != tt.most {
					t.Errorf("the shares have %d to %d scenarios, want a difference of %d", least, most, tt.most)
				}
			}
			if whole.Share != nil || len(namesOf(whole)) != whole.Total() {
				t.Error("the plan was changed")
			}
		})
	}
}

// What is skipped says nothing, so it does not count among what others perform.
func TestShardElsewhere(t *testing.T) {
	p := preparedFrom(t, fstest.MapFS{"a.yaml": {Data: []byte("target: ws://127.0.0.1:9\nscenarios:\n- {name: a, steps: [{wait: 1ms}]}\n- {name: b, skip: later, steps: [{wait: 1ms}]}\n- {name: c, known_failure: '7', steps: [{wait: 1ms}]}\n")}})
	for index, want := range map[int]int{1: 0, 2: 1, 3: 1} {
		if got := p.Shard(index, 3).Share.Elsewhere; got != want {
			t.Errorf("shard %d says that %d are performed elsewhere, want %d", index, got, want)
		}
	}
}

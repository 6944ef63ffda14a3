package trace

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media"
	"github.com/google/go-cmp/cmp"
)

// pages names the tables of docs/trace.md by the types whose keys they list. If
// a type is written differently, it gives what is written.
func pages() map[reflect.Type]struct {
	table string
	as    reflect.Type
} {
	type page = struct {
		table string
		as    reflect.Type
	}
	out := map[reflect.Type]page{
		reflect.TypeFor[Run]():             {"run", reflect.TypeFor[document]()},
		reflect.TypeFor[Suite]():           {table: "suite"},
		reflect.TypeFor[Shard]():           {table: "shard"},
		reflect.TypeFor[Scenario]():        {table: "scenario"},
		reflect.TypeFor[Attempt]():         {table: "attempt"},
		reflect.TypeFor[Step]():            {table: "step"},
		reflect.TypeFor[Note]():            {table: "note"},
		reflect.TypeFor[Check]():           {table: "check"},
		reflect.TypeFor[Figure]():          {table: "figure"},
		reflect.TypeFor[Series]():          {table: "series"},
		reflect.TypeFor[Spread]():          {table: "spread"},
		reflect.TypeFor[Problem]():         {table: "problem"},
		reflect.TypeFor[Connection]():      {table: "connection"},
		reflect.TypeFor[Program]():         {table: "program"},
		reflect.TypeFor[Output]():          {table: "output"},
		reflect.TypeFor[Event]():           {"event", reflect.TypeFor[eventJSON[Detail]]()},
		reflect.TypeFor[Header]():          {table: "header"},
		reflect.TypeFor[FrameHead]():       {table: "head"},
		reflect.TypeFor[Stream]():          {"stream", reflect.TypeFor[streamJSON]()},
		reflect.TypeFor[media.Format]():    {"format", reflect.TypeFor[formatJSON]()},
		reflect.TypeFor[Chunk]():           {table: "chunks"},
		reflect.TypeFor[Announced]():       {table: "announced"},
		reflect.TypeFor[Amount]():          {table: "amount"},
		reflect.TypeFor[Way]():             {table: "way"},
		reflect.TypeFor[Disturbance]():     {table: "disturbance"},
		reflect.TypeFor[Spell]():           {table: "spell"},
		reflect.TypeFor[Disturbed]():       {table: "disturbed"},
		reflect.TypeFor[Lateness]():        {table: "lateness"},
		reflect.TypeFor[Quantiles]():       {table: "quantiles"},
		reflect.TypeFor[diag.Pos]():        {table: "place"},
		reflect.TypeFor[diag.Diagnostic](): {table: "diagnostic"},
		reflect.TypeFor[diag.Detail]():     {table: "label"},
	}
	for _, d := range details() {
		out[reflect.TypeOf(d).Elem()] = page{table: d.Kind()}
	}
	return out
}

// reachable gives the types of the structs in a run.
func reachable(t reflect.Type, found map[reflect.Type]bool) {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer, reflect.Map:
		reachable(t.Elem(), found)
	case reflect.Interface:
		if t == reflect.TypeFor[Detail]() {
			for _, d := range details() {
				reachable(reflect.TypeOf(d), found)
			}
		}
	case reflect.Struct:
		if found[t] || t == reflect.TypeFor[time.Time]() {
			return
		}
		found[t] = true
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("json") != "-" {
				reachable(t.Field(i).Type, found)
			}
		}
	}
}

// keysOf gives the keys of a struct as it is written.
func keysOf(t *testing.T, s reflect.Type) []string {
	var out []string
	for i := range s.NumField() {
		f := s.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case s == reflect.TypeFor[Chunk]():
			out = append(out, column(f.Name))
		case f.Anonymous:
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			out = append(out, keysOf(t, inner)...)
		case !f.IsExported():
		case name == "":
			t.Errorf("%v.%s has no key", s, f.Name)
		case name != "-":
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// The tables of the page have exactly the keys of the JSON form.
func TestPage(t *testing.T) {
	text, err := os.ReadFile("../docs/trace.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string][]string{}
	table := ""
	for line := range strings.Lines(string(text)) {
		if m := regexp.MustCompile("^\\| `?(\\w+)`? key \\|").FindStringSubmatch(line); m != nil {
			table = m[1]
			documented[table] = nil
		} else if m := regexp.MustCompile("^\\| `(\\w+)` \\|").FindStringSubmatch(line); m != nil && table != "" {
			documented[table] = append(documented[table], m[1])
		} else if !strings.HasPrefix(line, "|") {
			table = ""
		}
	}
	found := map[reflect.Type]bool{}
	reachable(reflect.TypeFor[Run](), found)
	all := pages()
	for typ := range found {
		p, ok := all[typ]
		if !ok {
			t.Errorf("%v has no table", typ)
			continue
		}
		if p.as == nil {
			p.as = typ
		}
		got, ok := documented[p.table]
		if !ok {
			t.Errorf("the page has no table %q", p.table)
		}
		slices.Sort(got)
		if diff := cmp.Diff(keysOf(t, p.as), got); diff != "" {
			t.Errorf("keys of %s (-program +page):\n%s", p.table, diff)
		}
		delete(documented, p.table)
	}
	for table := range documented {
		t.Errorf("the table %q belongs to nothing", table)
	}
}

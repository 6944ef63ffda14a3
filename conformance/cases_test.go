package conformance

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var someCases = []Case{
	{ID: "1.1.1"}, {ID: "6.4.1"}, {ID: "6.4.10"}, {ID: "9.1.1", Tags: []string{TagLong}},
	{ID: "X1", Tags: []string{TagServer, "negative"}}, {ID: "X2", Tags: []string{TagClient}}, {ID: "X10", Tags: []string{TagLong, "negative"}},
	{ID: "H1.1", Tags: []string{TagServer}},
}

func TestChoose(t *testing.T) {
	tests := map[string]struct {
		in   Selection
		want []string
	}{
		"by default what is quick":      {Selection{}, []string{"1.1.1", "6.4.1", "6.4.10", "H1.1", "X1"}},
		"everything":                    {Selection{All: true}, []string{"1.1.1", "6.4.1", "6.4.10", "9.1.1", "H1.1", "X1", "X10"}},
		"for a client":                  {Selection{Client: true}, []string{"1.1.1", "6.4.1", "6.4.10", "X2"}},
		"a number":                      {Selection{Cases: []string{"6.4.1"}}, []string{"6.4.1"}},
		"the beginning of numbers":      {Selection{Cases: []string{"6.4"}}, []string{"6.4.1", "6.4.10"}},
		"a pattern":                     {Selection{Cases: []string{"X?"}}, []string{"X1"}},
		"a section":                     {Selection{Sections: []string{"9"}}, []string{"9.1.1"}},
		"a section by its word":         {Selection{Sections: []string{"frames"}}, []string{"X1", "X10"}},
		"sections and cases add up":     {Selection{Sections: []string{"h"}, Cases: []string{"1.1.1"}}, []string{"1.1.1", "H1.1"}},
		"tags":                          {Selection{All: true, Tags: []string{"negative"}}, []string{"X1", "X10"}},
		"tags that must not be there":   {Selection{Tags: []string{"!negative"}}, []string{"1.1.1", "6.4.1", "6.4.10", "H1.1"}},
		"a section that is no prefix":   {Selection{Sections: []string{"1"}}, []string{"1.1.1"}},
		"a case that is no such prefix": {Selection{Cases: []string{"X1"}}, []string{"X1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := tt.in.Choose(someCases)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, slices.Sorted(maps.Keys(got))); diff != "" {
				t.Errorf("Choose(%+v) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestChooseNothing(t *testing.T) {
	tests := map[string]struct {
		in   Selection
		want string
	}{
		"a section that does not exist": {Selection{Sections: []string{"8"}}, `there is no section "8"; there are 1, 2, `},
		"a case that does not exist":    {Selection{Cases: []string{"6.4.11"}}, `there is no case "6.4.11"; did you mean "6.4.1"?`},
		"nothing like it":               {Selection{Cases: []string{"nonsense"}}, `there is no case "nonsense"; valid: 1.1.1, `},
		"a broken pattern":              {Selection{Cases: []string{"X["}}, "syntax error in pattern"},
		"a case of the other role":      {Selection{Cases: []string{"X2"}}, "no case is selected"},
		"tags that nothing has":         {Selection{Tags: []string{"nothing"}}, "no case is selected"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := tt.in.Choose(someCases)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Choose(%+v) = %v, %v, want an error with %q", tt.in, got, err, tt.want)
			}
		})
	}
}

func TestOrder(t *testing.T) {
	want := []string{"1.1.1", "2.9", "2.10", "6.4.2", "6.4.10", "10.1.1", "12.1.1", "X1", "X2.1", "X10", "H1.1", "D1.1", "S1.1"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, Order)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

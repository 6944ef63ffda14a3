package diag_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/google/go-cmp/cmp"
)

func TestAnErrorKeepsThePlaceThatItKnows(t *testing.T) {
	here, there := diag.Pos{File: "s.yaml", Line: 1, Col: 2, Len: 3}, diag.Pos{File: "s.yaml", Line: 7, Col: 8, Len: 9}
	placed := diag.Diagnostic{Pos: there, Message: "m", Hint: "h"}
	tests := []struct {
		name string
		err  error
		want diag.Diagnostic
	}{
		{"a plain error gets the place", errors.New("m"), diag.Diagnostic{Pos: here, Message: "m"}},
		{"a hint stays", diag.Hinted("h", "%s", "m"), diag.Diagnostic{Pos: here, Message: "m", Hint: "h"}},
		{"a place stays", placed, placed},
		{"so it does where it is wrapped", fmt.Errorf("read %q: %w", "a.wav", placed), diag.Diagnostic{Pos: there, Message: `read "a.wav": m`, Hint: "h"}},
		{"a hint stays where it is wrapped", fmt.Errorf("read: %w", diag.Hinted("h", "m")), diag.Diagnostic{Pos: here, Message: "read: m", Hint: "h"}},
		{"of several errors the one that has a place speaks", errors.Join(errors.New("a"), placed, errors.New("b")), diag.Diagnostic{Pos: there, Message: "m", Hint: "h"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, diag.At(here, tt.err)); d != "" {
				t.Errorf("At(-want +got):\n%s", d)
			}
		})
	}
}

package spec_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// sending reads a send step.
func sending(t *testing.T, yaml string) *spec.Send {
	t.Helper()
	var out diag.List
	s := spec.Parse("t.yaml", "scenarios: [{name: n, steps: [{send: "+yaml+"}]}]", &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", yaml, out.Err())
	}
	return s.Scenarios[0].Steps[0].Action.(*spec.Send)
}

var errUnread = errors.New("not read")

// A message whose ${…} are computed has its octets, its type and the sizes of
// its frames, or an error.
func TestSendIn(t *testing.T) {
	env := expr.Env{Names: expr.Map{"half": "abc", "none": "", "odd": "0", "big": "65MiB", "zero": "0"}}
	read := func(path *spec.Value[string]) ([]byte, error) {
		if p, _ := path.Known(); p != "a.bin" {
			return nil, errUnread
		}
		return []byte("\xff"), nil
	}
	tests := []struct {
		name, send string
		data       string
		text       bool
		sizes      []int
		err        string
	}{
		{"text", `"a${half}"`, "aabc", true, nil, ""},
		{"json", `{json: {a: "${half}", b: [1, null]}}`, `{"a":"abc","b":[1,null]}`, true, nil, ""},
		{"json, each character as it is", `{json: "<&>"}`, `"<&>"`, true, nil, ""},
		{"a number alone", `"${2 + 3}"`, "5", true, nil, ""},
		{"hex", `{hex: "00ff"}`, "\x00\xff", false, nil, ""},
		{"base64", `{base64: YWI=}`, "ab", false, nil, ""},
		{"a file that is no text", `{file: a.bin}`, "\xff", false, nil, ""},
		{"a file, as said", `{file: a.bin, binary: false}`, "\xff", true, nil, ""},
		{"a file that is not there", `{file: b.bin}`, "", true, nil, "not read"},
		{"repeated to a part", `{repeat: "${half}", size: 7}`, "abcabca", true, nil, ""},
		{"a repetition, as said", `{repeat: a, size: 3, binary: true}`, "aaa", false, nil, ""},
		{"frames of a word", `{text: abcde, fragments: "${half}"}`, "abcde", true, nil, `"abc" is not a number of octets`},
		{"octets repeated", `{repeat: {hex: "00"}, size: 2}`, "\x00\x00", false, nil, ""},
		{"repeated to nothing", `{repeat: "${none}", size: 0}`, "", true, nil, ""},
		{"nothing repeated", `{repeat: "${none}", size: 1}`, "", true, nil, "an empty payload stays empty when it is repeated"},
		{"repeated too long", `{repeat: a, size: "${big}"}`, "", true, nil, "a repetition has at most 64 MiB"},
		{"odd digits", `{hex: "${odd}"}`, "", false, nil, `"0" is not hexadecimal`},
		{"no such name", `"${gone}"`, "", true, nil, "gone"},
		{"no such name in JSON", `{json: [{a: "${gone}"}]}`, "", true, nil, "gone"},
		{"frames of two", `{text: abcde, fragments: 2}`, "abcde", true, []int{2, 2}, ""},
		{"frames that come out even", `{text: abcd, fragments: 2}`, "abcd", true, []int{2}, ""},
		{"frames by size", `{text: abcde, fragments: [1, 0, 4]}`, "abcde", true, []int{1, 0, 4}, ""},
		{"more frames than message", `{text: abcde, fragments: [1, 5]}`, "abcde", true, nil, "the fragments are longer than the message of 5 octets"},
		{"frames by a computed list", `{text: abcde, fragments: "${[1, 0, 1 + 3]}"}`, "abcde", true, []int{1, 0, 4}, ""},
		{"a computed list for one frame", `{text: abcde, fragments: "${[]}"}`, "abcde", true, nil, ""},
		{"a computed list that is too long", `{text: abcde, fragments: "${[1, 5]}"}`, "abcde", true, nil, "the fragments are longer than the message"},
		{"a computed list of words", `{text: abcde, fragments: "${['a']}"}`, "abcde", true, nil, "octets"},
		{"frames of nothing", `{text: abcde, fragments: "${zero}"}`, "abcde", true, nil, "a message cannot be cut into frames of 0 octets"},
		{"frames of no such name", `{text: abcde, fragments: ["${gone}"]}`, "abcde", true, nil, "gone"},
		{"frames all of no such name", `{text: abcde, fragments: "${gone}"}`, "abcde", true, nil, "gone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sending(t, tt.send)
			data, err := s.In(env, read)
			var sizes []int
			if err == nil {
				sizes, err = s.Fragments.Sizes(env, len(data))
			}
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if string(data) != tt.data || fmt.Sprint(sizes) != fmt.Sprint(tt.sizes) {
				t.Errorf("%q in frames of %v, want %q in %v", data, sizes, tt.data, tt.sizes)
			}
			if got := s.IsText(data); got != tt.text {
				t.Errorf("IsText = %v, want %v", got, tt.text)
			}
		})
	}
}

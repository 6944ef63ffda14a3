package value_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
)

// Packed data has keys of YAML's own types, and the numbers that JSON lacks.
func TestPacked(t *testing.T) {
	for yaml, want := range map[string]string{
		`{1: a, b: 2, "3": c, -4: d, 1.0: e, true: f, null: g}`: `{1:"a","b":2,"3":"c",-4:"d",1.0:"e",true:"f",null:"g"}`,
		`[.nan, .inf, -.inf, ".nan", 1.50]`:                     `[NaN,Infinity,-Infinity,".nan",1.50]`,
		`{a: [{5: "${n}"}]}`:                                    `{"a":[{5:7}]}`,
		`{$$a: 1, "$$5": 2}`:                                    `{"$a":1,"$5":2}`,
		`"${o}"`:                                                `{"a":"x","b":1}`,
	} {
		var d value.Data
		var out diag.List
		value.Packed(&d).Decode(node(t, yaml), &out)
		if got := expr.Notation(bind(t, d).Value()); got != want || !out.Empty() {
			t.Errorf("%s is %s, %v, want %s", yaml, got, out.Err(), want)
		}
	}
	for yaml, want := range map[string]string{
		`{012: a}`:        `1:5+3: "012" is a number to some YAML readers`,
		`{1e999: a}`:      `1:5+5: 1e999 does not fit`,
		`{a: [0x1F]}`:     `1:9+4: "0x1F" is a number to some YAML readers`,
		`{$a: 1}`:         `1:5+2: $a is not a matcher here`,
		`{a: {b: "${1"}}`: `1:13+2: ${ is not closed`,
	} {
		var d value.Data
		var out diag.List
		value.Packed(&d).Decode(node(t, yaml), &out)
		if got := shown(out.Sorted()); out.Len() != 1 || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", yaml, got, want)
		}
	}
	var out diag.List
	if name := value.PackedKey(node(t, `[{5: a}]`).Items[0].Fields[0].Key, &out); expr.ShowKey(name) != "5" || expr.IsTextKey(name) || !out.Empty() {
		t.Errorf("the key 5 has the name %q", name)
	}
	if v, err := value.PackedLiteral(node(t, ".nan")); err != nil || !math.IsNaN(v.(float64)) {
		t.Errorf(".nan is %v, %v", v, err)
	}
	d := value.ReadPacked(node(t, `{5: "${n}"}`), &out)
	if d.IsComputed() || d.Computed() == nil || !d.Computed().IsComputed() {
		t.Error("a part that is computed is not found")
	}
	if b, err := bind(t, d).MarshalJSON(); err == nil || bind(t, d).Text() != "{5:7}" {
		t.Errorf("in JSON it is %s, and in text %s", b, bind(t, d).Text())
	}
}

// The fault of data that a format cannot write stands at the value.
func TestFault(t *testing.T) {
	for yaml, col := range map[string]int{
		`{a: [1, 18446744073709551616]}`: 12, `18446744073709551616`: 4, `[1, {b: 18446744073709551616}]`: 12,
		`{18446744073709551616: a}`: 5, `["${big}"]`: 5, `{a: 1}`: 0, `[]`: 0,
	} {
		var out diag.List
		d, err := value.ReadPacked(node(t, yaml), &out).Bind(expr.Env{Names: expr.Map{"big": expr.Simple(23)}})
		if err != nil {
			t.Fatal(err)
		}
		var fault diag.Diagnostic
		if err := d.Fault(expr.EncodeMsgpack); (err == nil) != (col == 0) || col > 0 && (!errors.As(err, &fault) || fault.Pos.Col != col) {
			t.Errorf("%s: %v, want it in column %d", yaml, err, col)
		}
	}
}

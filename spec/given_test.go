package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// A plain ${…} may stand for a whole message, with all its keys, if it names something that
// the suite keeps.
func TestGivenMessages(t *testing.T) {
	read := func(path *spec.Value[string]) ([]byte, error) {
		name, err := path.In(expr.Env{})
		return []byte("content of " + name), err
	}
	for _, tt := range []struct{ kept, want string }{
		{`a`, "text a []"},
		{`5`, "text 5 []"},
		{`true`, "text true []"},
		{`{text: a}`, "text a []"},
		{`{text: 5}`, "text 5 []"},
		{`{text: "$${x} $$"}`, "text ${x} $ []"},
		{`{json: {b: 1, a: [1.0, null, "x", {$$c: "$${y}"}]}}`, `text {"b":1,"a":[1.0,null,"x",{"$c":"${y}"}]} []`},
		{`{json: null}`, "text null []"},
		{`{json: a}`, `text "a" []`},
		{`{hex: "00ff"}`, "binary \x00\xff []"},
		{`{hex: 12e4}`, "binary \x12\xe4 []"},
		{`{base64: AP8=}`, "binary \x00\xff []"},
		{`{file: f.txt}`, "text content of f.txt []"},
		{`{file: f.txt, binary: true}`, "binary content of f.txt []"},
		{`{repeat: ab, size: 5B}`, "text ababa []"},
		{`{repeat: {hex: "01"}, size: 2, binary: false}`, "text \x01\x01 []"},
		{`{text: abcdef, fragments: [1, 2]}`, "text abcdef [1 2]"},
		{`{text: abcdef, fragments: 3}`, "text abcdef [3]"},
		{`null`, "null cannot stand in text"},
		{`[a]`, "a list of 1 cannot stand in text"},
		{`{}`, "a mapping cannot stand in text"},
		{`{a: 1}`, "a mapping cannot stand in text"},
		{`{text: a, hex: "00"}`, "a message has exactly one content, found 2"},
		{`{text: a, txet: b}`, `unknown key "txet"`},
		{`{hex: "0"}`, "is not hexadecimal"},
		{`{text: [a]}`, "expected text, found a list"},
		{`{text: a, size: 5}`, `"size" stands only beside repeat`},
		{`{text: a, binary: 5}`, "expected true or false"},
		{`{text: {$gt: 5}}`, "a matcher cannot stand in text"},
		{`{json: {a: {$gt: 5}}}`, "a matcher is no JSON: {$gt: 5}"},
	} {
		v := parsed(t, "vars: {x: "+tt.kept+"}\nscenarios: [{name: n, steps: [connect]}]").Vars[0].Value
		bound, err := v.Bind(expr.Env{})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"vars.x", "args.x", "matrix.x", "each"} {
			env := expr.Env{Names: expr.Map{"vars": expr.Map{"x": bound.Value()}, "args": expr.Map{"x": bound.Value()}, "matrix": expr.Map{"x": bound.Value()}, "each": bound.Value()}}
			send := step(t, `{send: "${`+name+`}"}`).Action.(*spec.Send)
			if got := message(send, env, read); got != tt.want && (strings.HasPrefix(tt.want, "text ") || strings.HasPrefix(tt.want, "binary ") || !strings.Contains(got, tt.want)) {
				t.Errorf("%s of %s is %q, want %q", name, tt.kept, got, tt.want)
			}
		}
	}
	env := expr.Env{Names: expr.Map{"label": expr.Map{"json": expr.MappingOf(map[string]any{"text": "a"})}, "vars": expr.Map{"x": expr.MappingOf(map[string]any{"text": "a"})}}}
	for _, yaml := range []string{`"${label.json}"`, `"x${vars.x}"`, `{text: "${vars.x}"}`, `{text: "${label.json}"}`} {
		send := step(t, `{send: `+yaml+`}`).Action.(*spec.Send)
		if got := message(send, env, read); !strings.Contains(got, "a mapping cannot stand in text") {
			t.Errorf("%s is %q; only what is kept can be a payload", yaml, got)
		}
	}
}

// message gives a message in words.
func message(send *spec.Send, env expr.Env, read spec.ReadFile) string {
	given, err := send.Given(env)
	if err != nil {
		return err.Error()
	}
	data, err := given.In(env, read)
	if err != nil {
		return err.Error()
	}
	sizes, err := given.Fragments.Sizes(env, len(data))
	if err != nil {
		return err.Error()
	}
	kind := "binary"
	if given.IsText(data) {
		kind = "text"
	}
	return fmt.Sprint(kind, " ", string(data), " ", sizes)
}

// What is random in a payload that is kept is drawn once.
func TestGivenOnce(t *testing.T) {
	calls := 0
	env := expr.Env{Names: expr.Map{"vars": counting{&calls}}}
	send := step(t, `{send: "${vars.x}"}`).Action.(*spec.Send)
	if got := message(send, env, nil); got != "text 1 []" || calls != 1 {
		t.Errorf("%s, computed %d times", got, calls)
	}
	ping := step(t, `{send_ping: "${vars.x}"}`).Action.(*spec.SendPing)
	if data, err := ping.Payload.In(env, nil); string(data) != "2" || err != nil || calls != 2 {
		t.Errorf("%s, %v, computed %d times", data, err, calls)
	}
}

// counting has members that count how often they were asked for.
type counting struct{ calls *int }

func (c counting) Member(string) (any, bool) {
	*c.calls++
	return *c.calls, true
}
func (counting) Members() []string { return nil }

// Where several texts may stand, one ${…} may give a list.
func TestAll(t *testing.T) {
	env := expr.Env{Names: expr.Map{"list": []any{"a", 1}, "none": []any{}, "one": "x", "deep": []any{[]any{"a"}}}}
	for yaml, want := range map[string]string{
		`[a, b]`: "[a b]", `a`: "[a]", `"${list}"`: "[a 1]", `["${one}", "${list}", "x${one}"]`: "[x a 1 xx]", `"${none}"`: "[]", `"${deep}"`: "a list of 1 cannot stand in text", `"x ${list}"`: "a list of 2 cannot stand in text",
	} {
		c := step(t, `{connect: {protocols: `+yaml+`}}`).Action.(*spec.Connect)
		all := []string{}
		var err error
		for i := range c.Protocols {
			var some []string
			if some, err = c.Protocols[i].All(env); err != nil {
				break
			}
			all = append(all, some...)
		}
		got := fmt.Sprint(all)
		if err != nil {
			got = err.Error()
		}
		if got != want && !strings.Contains(got, "list of") || !strings.Contains(got, want) {
			t.Errorf("%s gives %s, want %s", yaml, got, want)
		}
	}
	var out diag.List
	spec.Parse("t.yaml", `scenarios: [{name: n, steps: [connect: {protocols: {a: b}}]}]`, &out)
	if out.Empty() {
		t.Error("a mapping is taken for subprotocols")
	}
}

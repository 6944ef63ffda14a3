package plan

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/diag"
)

// A missing environment variable is told once, at its place, and only if something needs it
// that is selected. Without the environment nothing is missing, but what is not listed is.
func TestEnvironment(t *testing.T) {
	const suite = `
env: [TARGET]
secrets: [TOKEN]
vars: {t: "ws://${env.TARGET}"}
target: ws://127.0.0.1:1
scenarios:
- {name: plain, tags: [fast], steps: [connect, {send: hello}]}
- {name: token, tags: [slow], steps: [connect, {send: "${env.TOKEN}"}, {send: "${env.TOKEN}"}]}
- {name: typo, steps: [connect, {send: "${env.TOKN}"}]}
- name: "row ${matrix.x}"
  matrix: {x: ["${env.TOKEN}"]}
  steps: [connect, {send: "${matrix.x}"}]
`
	without := strings.Replace(suite, `vars: {t: "ws://${env.TARGET}"}`, "", 1)
	noMatrix := without[:strings.Index(without, `- name: "row`)]
	set := func(name string) (string, bool) { return "a-long-value", name == "TARGET" || name == "TOKEN" }
	const target, token = "2:7: the environment variable TARGET is not set", "3:11: the environment variable TOKEN is not set"
	for _, tt := range []struct {
		name, suite string
		o           Options
		want        []string
	}{
		{"all is selected, so all is needed", suite, Options{}, []string{target, token}},
		{"a scenario that needs none", noMatrix, Options{Name: regexp.MustCompile("plain")}, nil},
		{"by a tag", noMatrix, Options{Tags: []string{"fast"}}, nil},
		{"a scenario that needs one", noMatrix, Options{Tags: []string{"slow"}}, []string{token}},
		{"a variable of the suite needs one", suite[:strings.Index(suite, `- name: "row`)], Options{Name: regexp.MustCompile("plain")}, []string{target}},
		{"which rows there are depends on it", without, Options{Name: regexp.MustCompile("plain")}, []string{token}},
		{"set", suite, Options{LookupEnv: set}, []string{"9:43: there is no env.TOKN"}},
		{"without the environment", suite, Options{NoEnv: true}, []string{"9:43: there is no env.TOKN"}},
		{"nor where it is set", suite, Options{NoEnv: true, LookupEnv: set}, []string{"9:43: there is no env.TOKN"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var problems diag.List
			tt.o.Files = fstest.MapFS{"s.yaml": {Data: []byte(tt.suite)}}
			Prepare([]Selection{{File: "s.yaml"}}, tt.o, &problems)
			var got []string
			for _, d := range problems.Sorted() {
				got = append(got, strings.TrimPrefix(d.Error(), "s.yaml:"))
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("complaints are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

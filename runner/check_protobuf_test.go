package runner_test

import (
	"os"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
)

// Messages of Protocol Buffers are held against their .proto file before anything is dialled.
func TestCheckMessages(t *testing.T) {
	file := "testdata/check/messages.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var problems diag.List
	suitetest.Prepare([]plan.Selection{{File: file}}, suitetest.Options{Planning: plan.Options{Root: ".."}}, &problems)
	suitetest.Complaints(t, &problems, string(text))
}

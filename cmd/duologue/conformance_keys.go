package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// keys counts the keys of all dials. No two dials may have the same (RFC 6455 section 4.1).
type keys struct {
	mu   sync.Mutex
	seen map[string]int
}

// note reads the head of a request.
func (k *keys) note(head string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for line := range strings.Lines(head) {
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, "Sec-WebSocket-Key") {
			if k.seen == nil {
				k.seen = map[string]int{}
			}
			k.seen[strings.TrimSpace(value)]++
		}
	}
}

// judge gives a run in which the cases about keys have failed if one key came more than once.
func (k *keys) judge(run *trace.Run) *trace.Run {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := run.Clone()
	for key, n := range k.seen {
		if n < 2 {
			continue
		}
		for s := range out.All() {
			if s.Verdict == trace.Passed && slices.Contains(s.Tags, conformance.TagKeys) {
				s.Verdict = trace.Failed
				said := diag.Diagnostic{Pos: s.Pos, Message: fmt.Sprintf("%d dials had the key %s", n, key)}
				s.Problems = append(s.Problems, trace.Problem{Verdict: trace.Failed, Diagnostic: said})
			}
		}
	}
	return out
}

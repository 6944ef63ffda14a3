package runner_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"github.com/duologue/duologue/internal/pipenet"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/trace"
)

// Set by make truth.
var (
	truthRuns   = flag.Int("truths", 0, "how many processes TestTruthOfProcesses starts against the right server")
	truthWrongs = flag.Int("wrongs", 300, "how many against each wrong one")
	truthAtOnce = flag.Int("at-once", 4, "how many at once")
)

// tooSoon is what a busy machine can take for right: the mark is read late by a thread
// that the probe, which is a sample, does not see. Were the rule wider, right servers
// would be inconclusive (5 in 100 with 50 ms after each standstill, 1 in 600 as it
// is), so some of these may pass.
const tooSoon = "greeting-too-fast"

const truthSuite = "testdata/truth/suite.yaml"

// truths are the servers that the suite meets, each wrong in one small thing,
// with what is said of it.
var truths = []struct{ defect, says string }{
	{"none", ""},
	{"first-chunk-lost", `^similar_to\.lost`},
	{"middle-chunk-lost", `^similar_to\.lost`},
	{"last-chunk-lost", `^similar_to\.lost`},
	{"1001-for-1000", `^this is not the close`},
	{"messages-swapped", `^this is not the message`},
	{"mark-early", `mark`},
	{tooSoon, `^greeted\.at - greeting\.start`},
	{"message-twice", `message came that no step expected`},
	{"header-missing", `x-session`},
}

// A right server passes, and each wrong one fails by what is wrong with it.
func TestTruth(t *testing.T) {
	var runs []*trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		n := pipenet.New()
		l, err := n.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: truthServer()}
		served := make(chan error, 1)
		go func() { served <- server.Serve(l) }()
		for _, tt := range truths {
			o.Dial, o.Root = n.Dial, filepath.Dir(truthSuite)
			o.Target = "ws://" + l.Addr().String() + "/" + tt.defect + "/"
			runs = append(runs, suitetest.Plan(t, o, truthSuite).Run(context.Background()))
		}
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	for i, tt := range truths {
		t.Run(tt.defect, func(t *testing.T) {
			sc := &runs[i].Suites[0].Scenarios[0]
			switch {
			case tt.says == "" && sc.Verdict == trace.Passed:
			case tt.says != "" && sc.Verdict == trace.Failed && len(sc.Problems) == 1 && regexp.MustCompile(tt.says).MatchString(sc.Problems[0].Diagnostic.Message):
			default:
				t.Errorf("%s; want %q", verdict(sc), tt.says)
				explain(t, *sc)
			}
		})
	}
}

// However busy the machine is, the command blames no server that is right, and
// passes none that is wrong. It can only say that it was too late to judge, which
// it must seldom say.
func TestTruthOfProcesses(t *testing.T) {
	if *truthRuns == 0 {
		t.Skip("make truth")
	}
	dir := t.TempDir() // what is done to the repository meanwhile changes nothing
	if err := os.CopyFS(dir, os.DirFS(filepath.Dir(truthSuite))); err != nil {
		t.Fatal(err)
	}
	command := filepath.Join(dir, "duologue")
	if out, err := exec.Command("go", "build", "-o", command, "../cmd/duologue").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server := httptest.NewServer(truthServer())
	defer server.Close()
	startBusyLoops(t)
	var table strings.Builder
	rows := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(rows, "server\truns\tpassed\tfailed\tinconclusive\terror\t")
	for _, tt := range truths {
		times, may := *truthWrongs, map[string]int{"failed": *truthWrongs, "inconclusive": *truthWrongs}
		if tt.says == "" {
			times, may = *truthRuns, map[string]int{"passed": *truthRuns, "inconclusive": *truthRuns / 100}
		}
		if tt.defect == tooSoon {
			may["passed"] = times / 20
		}
		target := strings.Replace(server.URL, "http", "ws", 1) + "/" + tt.defect + "/"
		counts := countVerdicts(t, times, may, command, "run", filepath.Join(dir, filepath.Base(truthSuite)), "--root", dir, "--target", target)
		fmt.Fprintf(rows, "%s\t%d\t%d\t%d\t%d\t%d\t\n", tt.defect, times, counts["passed"], counts["failed"], counts["inconclusive"], counts["error"])
		t.Logf("%s: %v", tt.defect, counts)
	}
	_ = rows.Flush()
	t.Logf("\n%s", &table)
}

// countVerdicts starts a command many times and tells of every verdict beyond
// what it may give.
func countVerdicts(t *testing.T, times int, may map[string]int, command string, args ...string) map[string]int {
	t.Helper()
	verdicts := map[int]string{0: "passed", 1: "failed", 4: "inconclusive"}
	counts := map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	turn := make(chan struct{}, *truthAtOnce)
	for range times {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			cmd := exec.CommandContext(t.Context(), command, args...)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			verdict := verdicts[cmd.ProcessState.ExitCode()]
			if verdict == "" {
				verdict = "error"
			}
			if counts[verdict]++; counts[verdict] > may[verdict] {
				t.Errorf("%s by %v:\n%s", verdict, args, out)
			}
		})
	}
	all.Wait()
	return counts
}

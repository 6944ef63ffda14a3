//go:build unix

package runner_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// roles are what this test is where a suite performs it as a command.
var roles = map[string]func() int{
	"bot":  bot,
	"exit": func() int { fmt.Println("enough"); code, _ := strconv.Atoi(os.Getenv("CODE")); return code },
	"hang": func() int { fmt.Println("starting"); select {} },
	"needs": func() int {
		if _, err := net.Dial("tcp", "127.0.0.1:"+os.Getenv("PORT")); err != nil {
			return 1
		}
		fmt.Println("reached")
		select {}
	},
	"stubborn": func() int {
		signal.Ignore(syscall.SIGTERM)
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "DUOLOGUE_TEST_ROLE=hang")
		if err := child.Start(); err != nil {
			panic(err)
		}
		fmt.Println("pid", os.Getpid())
		fmt.Println("pid", child.Process.Pid)
		return bot()
	},
	"flood": func() int {
		for i := range 300_000 {
			fmt.Println("line", i)
		}
		return bot()
	},
}

// bot is an echo server on PORT. Some messages have a meaning.
func bot() int {
	var asked atomic.Int32
	l, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("listening, with", os.Getenv("TOKEN"))
	_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" {
			if asked.Add(1) < 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			return
		}
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		for {
			_, data, err := c.Read(context.Background())
			if err != nil {
				return
			}
			fmt.Printf("got %s\n", data)
			switch text := string(data); {
			case text == "pid":
				data = []byte(strconv.Itoa(os.Getpid()))
			case text == "here":
				dir, _ := os.Getwd()
				data = []byte(filepath.Base(dir))
			case text == "split": // a secret on two lines
				half := len(os.Getenv("TOKEN")) / 2
				fmt.Printf("%s\n%s\n", os.Getenv("TOKEN")[:half], os.Getenv("TOKEN")[half:])
			case strings.HasPrefix(text, "exit "):
				code, _ := strconv.Atoi(strings.TrimPrefix(text, "exit "))
				fmt.Fprintln(os.Stderr, "I was told to go")
				os.Exit(code)
			}
			_ = c.Write(context.Background(), websocket.MessageText, data)
		}
	}))
	return 0
}

// secret is the value of every environment variable of a suite.
const secret = "correct-horse-battery"

// serve performs a suite in real time, in which @ROLE stands for a command of this test
// that plays a role.
func serve(t *testing.T, text string, change func(*suitetest.Options)) *trace.Run {
	t.Helper()
	return serveIn(t.Context(), t, text, change)
}

func serveIn(ctx context.Context, t *testing.T, text string, change func(*suitetest.Options)) *trace.Run {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`@(\w+)`).ReplaceAllString(text, fmt.Sprintf(`[%q], env: {DUOLOGUE_TEST_ROLE: $1, PORT: "$${services.bot.port}", TOKEN: "$${env.TOKEN}"}`, os.Args[0]))
	file := filepath.Join(dir, "s.yaml")
	if err := os.WriteFile(file, []byte("secrets: TOKEN\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	o := suitetest.Options{Planning: plan.Options{Root: dir, AllowRun: true, Seed: 1, LookupEnv: func(string) (string, bool) { return secret, true }}}
	o.MaxLateness = time.Hour
	if change != nil {
		change(&o)
	}
	var problems diag.List
	p := suitetest.Prepare([]plan.Selection{{File: file}}, o, &problems)
	if !problems.Empty() {
		t.Fatalf("%v\n%s", problems.Err(), text)
	}
	return p.Run(ctx)
}

// tellings gives a line for each scenario: its verdict, its name, and its problems with
// their lines. Times and ports are left out.
func tellings(run *trace.Run) string {
	var b strings.Builder
	for s := range run.All() {
		fmt.Fprintf(&b, "%s %s", s.Verdict, s.Name)
		if s.Reason != "" {
			fmt.Fprintf(&b, ": %s", s.Reason)
		}
		for _, p := range s.Problems {
			fmt.Fprintf(&b, "; %d %s", p.Diagnostic.Pos.Line, p.Diagnostic.Message)
			for _, d := range p.Diagnostic.Details {
				fmt.Fprintf(&b, " [%s: %s]", d.Label, d.Text)
			}
		}
		b.WriteByte('\n')
	}
	return regexp.MustCompile(`\d+\.\d{3}s|127.0.0.1:\d+|port \d+`).ReplaceAllString(b.String(), "N")
}

const echoScenario = `
- {name: echo, steps: [connect, {send: hi}, {expect: {message: hi}}]}`

func TestServices(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	const target = "\ntarget: ws://127.0.0.1:${services.bot.port}/"
	for name, tt := range map[string]struct{ suite, want string }{
		"tcp":       {"services: {bot: {command: @bot, ready: tcp}}" + target + "\nscenarios:" + echoScenario, "passed echo\n"},
		"address":   {"services: {bot: {command: @bot, ready: {tcp: '127.0.0.1:${services.bot.port}'}}}" + target + "\nscenarios:" + echoScenario, "passed echo\n"},
		"http":      {"services: {bot: {command: @bot, ready: {http: /health}}}" + target + "\nscenarios:" + echoScenario, "passed echo\n"},
		"status":    {"services: {bot: {command: @bot, ready: {http: 'http://127.0.0.1:${services.bot.port}/health', status: 503}}}" + target + "\nscenarios:" + echoScenario, "passed echo\n"},
		"websocket": {"services: {bot: {command: @bot, ready: {websocket: /}}}" + target + "\nscenarios:" + echoScenario, "passed echo\n"},
		"log":       {"services: {bot: {command: @bot, ready: {log: '^listening, '}}}" + target + "\nscenarios:" + echoScenario, "passed echo\n"},
		"per scenario": {"services: {bot: {command: @bot, ready: tcp, per: scenario}}" + target + "\nscenarios:" + echoScenario +
			"\n- {name: other, steps: [connect, {send: pid}, {expect: {message: {text: {$matches: '^[0-9]+$'}}}}]}", "passed echo\npassed other\n"},
		"a folder of its own": {"services: {bot: {command: @bot, ready: tcp, dir: sub}}" + target +
			"\nscenarios: [{name: it, steps: [connect, {send: here}, {expect: {message: sub}}]}]", "passed it\n"},
		"further ports": {"services: {bot: {command: @bot, ready: tcp, ports: {admin: 0}}}" + target +
			"\nscenarios: [{name: it, steps: [{assert: {services.bot.ports.admin: {$gte: 20000}, services.bot.ports.admin != services.bot.port: true}}]}]", "passed it\n"},
		"one after the other": {"services: {bot: {command: @bot, ready: {http: /health}}, user: {command: @needs, ready: {log: reached}}}" + target + "\nscenarios:" + echoScenario, "passed echo\n"},
		"no command": {"services: {bot: {command: [no-such-thing], ready: tcp}}" + target + "\nscenarios:" + echoScenario,
			"error services; 2 the service \"bot\" was not started: there is no command \"no-such-thing\" in PATH\nerror echo: the suite's services did not start\n"},
		"no folder": {"services: {bot: {command: [sleep, '1'], dir: none, ready: tcp}}" + target + "\nscenarios:" + echoScenario,
			"error services; 2 the service \"bot\" was not started: there is no folder DIR/none to perform it in\nerror echo: the suite's services did not start\n"},
		"exits with 0": {"services: {bot: {command: @exit, ready: tcp}}" + target + "\nscenarios:" + echoScenario,
			"error services; 2 the service \"bot\" ended with exit code 0 before it was ready\nerror echo: the suite's services did not start\n"},
		"exits before a line": {"services: {bot: {command: [sh, -c, 'echo no; exit 3'], ready: {log: yes}}}" + target + "\nscenarios:" + echoScenario,
			"error services; 2 the service \"bot\" ended with exit code 3 before it was ready\nerror echo: the suite's services did not start\n"},
		"killed": {"services: {bot: {command: [sh, -c, 'kill -KILL 0'], ready: tcp}}" + target + "\nscenarios:" + echoScenario,
			"error services; 2 the service \"bot\" ended by a signal (killed) before it was ready\nerror echo: the suite's services did not start\n"},
		"never ready": {"services: {bot: {command: @hang, ready: {tcp: '${services.bot.port}', within: 300ms}}}" + target + "\nscenarios:" + echoScenario,
			"error services; 2 the service \"bot\" was not ready within 300ms [asked: tcp N] [answer: connect: connection refused]\nerror echo: the suite's services did not start\n"},
		"never that line": {"services: {bot: {command: @hang, ready: {log: started, within: 300ms}}}" + target + "\nscenarios:" + echoScenario,
			"error services; 2 the service \"bot\" was not ready within 300ms [asked: log started] [answer: no line of its output matches]\nerror echo: the suite's services did not start\n"},
		"another status": {"services: {bot: {command: @bot, ready: {http: /, status: 204, within: 3s}}}" + target + "\nscenarios:" + echoScenario,
			"error services; 2 the service \"bot\" was not ready within 3s [asked: http http://N/] [answer: it answers 426 Upgrade Required]\nerror echo: the suite's services did not start\n"},
		"a port that is taken": {"services: {bot: {command: @bot, ready: tcp, port: " + port + "}}" + target + "\nscenarios:" + echoScenario,
			"error services; 2 N of the service \"bot\" is taken by another program\nerror echo: the suite's services did not start\n"},
		"a scenario of its own fails": {"services: {bot: {command: [no-such-thing], ready: tcp, per: scenario}}" + target + "\nscenarios:" + echoScenario,
			"error echo; 2 the service \"bot\" was not started: there is no command \"no-such-thing\" in PATH\n"},
		"dies": {"serial: true\nservices: {bot: {command: @bot, ready: tcp}}" + target + "\nscenarios:" + echoScenario +
			"\n- {name: ends it, steps: [connect, {send: exit 7}, {expect: {message: x}}]}" + strings.Replace(echoScenario, "echo", "after", 1),
			"passed echo\nfailed ends it; 7 the connection closed before a message came [came: 1006, not clean, by peer, tcp N: no Close came at N] [expected: message \"x\"] [service: the service \"bot\" ended by itself with exit code 7 at N]\n" +
				"error after; 3 the service \"bot\" is no more: it ended by itself with exit code 7 at N\n"},
		"dies with 0 as asked": {"services: {bot: {command: @bot, ready: tcp}}" + target +
			"\nscenarios: [{name: it, steps: [connect, {send: exit 0}, {expect: {close: 1006}}]}]",
			"failed it; 2 the service \"bot\" ended by itself with exit code 0 at N\n"},
		"setup and teardown": {"services: {bot: {command: @bot, ready: tcp}}" + target +
			"\nsetup: [connect, {send: a}, {expect: {message: a}}]\nteardown: [connect, {send: b}, {expect: {message: c}}]\nscenarios:" + echoScenario,
			"passed echo\nfailed teardown; 5 this is not the message that came [in: finally] [message: expected \"c\"\nactual   \"b\"] [came: b at N]\n"},
		"output without end": {"services: {bot: {command: @flood, ready: {tcp: '${services.bot.port}', within: 1m}}}" + target + "\nscenarios:" + echoScenario, "passed echo\n"},
		"a load":             {"services: {bot: {command: @bot, ready: tcp, per: scenario}}" + target + "\nscenarios: [{name: it, load: {times: 6, at_once: 3}, steps: [connect, {send: 'exit ${index}'}, {expect: {close: 1006}}]}]", "failed it; 4 passed is not as asked"},
		"retries":            {"services: {bot: {command: @bot, ready: tcp, per: scenario}}" + target + "\nscenarios: [{name: it, retries: 2, steps: [connect, {send: exit 1}, {expect: {message: a}}]}]", "failed it;"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := serve(t, tt.suite, nil)
			got := regexp.MustCompile(`folder \S+/none`).ReplaceAllString(tellings(run), "folder DIR/none")
			got = regexp.MustCompile(`tcp (fin|reset)`).ReplaceAllString(got, "tcp N")
			if got != tt.want && (strings.HasSuffix(tt.want, "\n") || !strings.HasPrefix(got, tt.want)) {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

// A service of the suite starts once, and one of a scenario each time that is performed.
func TestHowOftenServicesStart(t *testing.T) {
	const scenarios = "\n- {name: b, retries: 2, steps: [connect, {send: a}, {expect: {message: b}}]}\n- {name: c, load: {times: 4}, steps: [connect]}\n- {name: d, skip: today, steps: [connect]}"
	for _, tt := range []struct {
		per    string
		repeat int
		want   int
	}{
		{"suite", 1, 1}, {"suite", 3, 1},
		{"scenario", 1, 1 + 3 + 4}, {"scenario", 3, 3*1 + 3*3 + 4},
	} {
		t.Run(fmt.Sprintf("%s %d", tt.per, tt.repeat), func(t *testing.T) {
			t.Parallel()
			starts := filepath.Join(t.TempDir(), "starts")
			counts := fmt.Sprintf(`[sh, -c, "echo >> %s; exec %s"]`, starts, os.Args[0])
			serve(t, "services: {bot: {command: "+counts+", env: {DUOLOGUE_TEST_ROLE: bot, PORT: '${services.bot.port}'}, ready: tcp, per: "+tt.per+"}}\n"+
				"target: ws://127.0.0.1:${services.bot.port}/\nscenarios:"+echoScenario+scenarios, func(o *suitetest.Options) { o.Repeat = tt.repeat })
			text, err := os.ReadFile(starts)
			if err != nil || len(text) != tt.want {
				t.Errorf("it started %d times, want %d (%v)", len(text), tt.want, err)
			}
		})
	}
}

// The output of a service is shown around a failure, and secrets in it are not, also where
// one is broken into lines.
func TestServiceOutput(t *testing.T) {
	for _, per := range []string{"suite", "scenario"} {
		t.Run(per, func(t *testing.T) {
			run := serve(t, "services: {bot: {command: @bot, ready: tcp, per: "+per+"}}\ntarget: ws://127.0.0.1:${services.bot.port}/\n"+
				"scenarios: [{name: it, steps: [connect, {send: split}, {expect: {message: x}}]}]", func(o *suitetest.Options) { o.Events = true })
			sc := run.Suites[0].Scenarios[0]
			var shown []string
			for _, o := range sc.Problems[0].Output {
				shown = append(shown, o.Line()[9:])
			}
			want := []string{" bot: got split", " bot: ***", " bot: ***"}
			if strings.Join(shown, "\n") != strings.Join(want, "\n") {
				t.Errorf("shown is %q, want %q", shown, want)
			}
			programs := run.Suites[0].Programs
			if per == "scenario" {
				programs = sc.Programs
			}
			if len(programs) != 1 {
				t.Fatalf("the trace has %d programs", len(programs))
			}
			p := programs[0]
			if p.Name != "bot" || p.Exit == nil || *p.Exit != 143 || !p.Stopped || p.Started >= p.Ready || p.Ready >= p.Ended || len(p.Output) != 4 || p.Output[0].Text != "listening, with ***" {
				t.Errorf("the trace has %+v", p)
			}
		})
	}
}

// pidsIn gives the process ids that programs told of.
func pidsIn(programs []trace.Program) []int {
	var out []int
	for _, p := range programs {
		for _, o := range p.Output {
			if text, ok := strings.CutPrefix(o.Text, "pid "); ok {
				n, _ := strconv.Atoi(text)
				out = append(out, n)
			}
		}
	}
	return out
}

// Nothing of a service is left after a run, whether that came to its end, failed or was
// interrupted, and if the service ignores that it is asked to end.
func TestServicesEnd(t *testing.T) {
	for _, tt := range []struct{ name, per, steps string }{
		{"passes", "suite", "[connect]"},
		{"fails", "scenario", "[connect, {expect: {message: x}, within: 1ms}]"},
		{"interrupted", "suite", "[connect, {send: now}, {wait: 1h}]"},
		{"interrupted", "scenario", "[connect, {send: now}, {wait: 1h}]"},
	} {
		t.Run(tt.per+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			run := serveUntil(t, "services: {bot: {command: @stubborn, ready: tcp, per: "+tt.per+"}}\ntarget: ws://127.0.0.1:${services.bot.port}/\n"+
				"scenarios: [{name: it, timeout: 2h, steps: "+tt.steps+"}]", tt.name == "interrupted")
			pids := append(pidsIn(run.Suites[0].Programs), pidsIn(run.Suites[0].Scenarios[0].Programs)...)
			if len(pids) != 2 {
				t.Fatalf("it told of %v: %s", pids, tellings(run))
			}
			for _, pid := range pids {
				for deadline := time.Now().Add(10 * time.Second); alive(pid); {
					if time.Now().After(deadline) {
						_ = syscall.Kill(pid, syscall.SIGKILL)
						t.Fatalf("process %d outlived the run", pid)
					}
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
}

// alive reports whether a process is there, zombies apart.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err == nil {
		_, rest, _ := strings.Cut(string(stat), ") ")
		return !strings.HasPrefix(rest, "Z")
	}
	return syscall.Kill(pid, 0) == nil
}

// serveUntil performs a suite, and interrupts it once a message was echoed if that is
// wanted.
func serveUntil(t *testing.T, text string, interrupted bool) *trace.Run {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	return serveIn(ctx, t, text, func(o *suitetest.Options) {
		o.Events = true
		if interrupted {
			o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				nc, err := new(net.Dialer).DialContext(ctx, network, address)
				return &tripwire{nc, cancel}, err
			}
		}
	})
}

// tripwire is a connection that cancels something when a message has been read.
type tripwire struct {
	net.Conn
	cancel func()
}

func (w *tripwire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	if strings.Contains(string(b[:n]), "now") {
		w.cancel()
	}
	return n, err
}

//go:build unix

package runner_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
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
var roles map[string]func() int

func init() {
	roles = map[string]func() int{
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
		"writes": func() int {
			fmt.Println("to stdout")
			fmt.Fprintln(os.Stderr, "to stderr")
			if err := os.WriteFile(os.Getenv("FILE"), []byte(`{"done": true}`), 0o600); err != nil {
				return 1
			}
			return 4
		},
		"dials": func() int { // a client that says hello and tells what it hears
			c, _, err := websocket.Dial(context.Background(), os.Getenv("URL"), nil)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 1
			}
			_ = c.Write(context.Background(), websocket.MessageText, []byte("hello"))
			_, data, err := c.Read(context.Background())
			fmt.Printf("heard %s\n", data)
			if err == nil {
				_, _, err = c.Read(context.Background())
			}
			return int(websocket.CloseStatus(err)) % 200
		},
		"loud": func() int {
			for i := range 300_000 {
				fmt.Println("line", i)
			}
			return 0
		},
		"flood": func() int { roles["loud"](); return bot() },
	}
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
	old, hour := filepath.Join(dir, "old.txt"), time.Now().Add(-time.Hour)
	if err := errors.Join(os.WriteFile(old, nil, 0o600), os.Chtimes(old, hour, hour)); err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`#(\w+)`).ReplaceAllString(text, fmt.Sprintf(`command: [%q], env: {DUOLOGUE_TEST_ROLE: $1}`, os.Args[0]))
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
		"of a scenario, beside setup and teardown": {"services: {bot: {command: @bot, ready: tcp, per: scenario}, shared: {#hang, ready: started}}" + target +
			"\ndefaults: {listeners: [{name: port, when: {message: port}, send: 'at ${services.bot.port}'}]}\nsetup: [{log: first}]\nteardown: [{log: last}]\nscenarios:" + echoScenario +
			"\n- {name: other, steps: [connect, {send: port}, {expect: {message: {text: {$starts_with: 'at '}}}}]}", "passed echo\npassed other\n"},
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
			for sc := range run.All() {
				if part := string(sc.Part); part != sc.Name && (part != "" || slices.Contains([]string{"services", "setup", "teardown"}, sc.Name)) {
					t.Errorf("%q is the part %q of its suite", sc.Name, part)
				}
			}
		})
	}
}

// A command is performed and waited for, or goes on in the background; its exit code, its
// output and what it writes can be asserted.
func TestRun(t *testing.T) {
	writes := fmt.Sprintf(`command: [%q], env: {DUOLOGUE_TEST_ROLE: writes, FILE: out.json}`, os.Args[0])
	dials := fmt.Sprintf(`command: [%q], env: {DUOLOGUE_TEST_ROLE: dials, URL: "${endpoints.here.url}"}, background: true`, os.Args[0])
	for name, tt := range map[string]struct{ steps, want string }{
		"true":        {"[run: {command: ['true']}]", "passed it\n"},
		"false":       {"[run: {command: ['false']}]", "failed it; 3 the command ended with exit code 1\n"},
		"as asked":    {"[run: {command: ['false'], exit: {$gte: 1}}]", "passed it\n"},
		"exit":        {"[run: {command: ['true'], exit: 3}]", "failed it; 3 the command ended with exit code 0 [expected: 3]\n"},
		"killed":      {"[run: {command: [sh, -c, 'kill -KILL 0']}]", "failed it; 3 the command ended by a signal (killed)\n"},
		"missing":     {"[run: {command: [no-such-thing]}]", "error it; 3 the command was not started: there is no command \"no-such-thing\" in PATH\n"},
		"too long":    {"[{run: {command: [sleep, '1000']}, within: 50ms}]", "failed it; 3 the command did not end within 50ms\n"},
		"out of time": {"[{run: {command: [sleep, '1000']}, within: 1h}], timeout: 50ms", "failed it; 3 the scenario ran out of time in this step\n"},
		"what it wrote": {"[{run: {" + writes + ", exit: 4, files: {out: out.json}}, as: w}, " +
			"{assert: {w.exit: 4, w.signal: '', w.stdout: \"to stdout\\n\", w.stderr: \"to stderr\\n\", w.files.out: {$json: {done: true}}, w.end - w.start: {$between: [0ms, 1m]}, w.at == w.start: true}}]", "passed it\n"},
		"no text": {"[{run: {command: [printf, '\\377']}, as: w}, {assert: {w.stdout: \"${unhex('ff')}\"}}]", "passed it\n"},
		"no file": {"[{run: {command: ['true'], files: {out: none.json}}, as: w}, {assert: {w.files.out: x}}]",
			"failed it; 3 w.files.out is not as asked [w.files.out: expected \"x\"\nactual   read \"none.json\": no such file or directory]\n"},
		"an old file": {"[{run: {command: ['true'], files: {out: old.txt}}, as: w}, {assert: {w.files.out: x}}]",
			"failed it; 3 w.files.out is not as asked [w.files.out: expected \"x\"\nactual   read \"old.txt\": it was not written since the command began, but 1h0m0s before]\n"},
		"too much output": {"[{run: {#loud}, within: 1m, as: w}, {assert: {w.stdout: {$contains: line}}}]", "failed it; 3 w.stdout is not as asked [w.stdout: expected contains \"line\"\nactual   it wrote so much"},
		"background":      {"[{run: {command: [sh, -c, 'exit 3'], background: true}, as: w}, {wait: w}, {assert: {w.exit: 3}}]", "passed it\n"},
		"not ended": {"[{run: {command: [sleep, '1000'], background: true}, as: w}, {assert: {w.exit: 0}}]",
			"failed it; 3 w.exit is not as asked [w.exit: expected 0\nactual   it has not ended; `wait` for its label first]\n"},
		"a client program": {"[{run: {" + dials + "}, as: client}, accept, {expect: {message: hello}}, {send: welcome}, {close: {code: 1000}}, {expect: {close: {by: us}}}, {wait: client}, " +
			"{assert: {client.exit: 0, client.stdout: {$contains: heard welcome}}}]", "passed it\n"},
		"stop":                 {"[{run: {command: [sleep, '1000'], background: true}, as: w}, {wait: 50ms, as: waited}, {stop: w, as: end}, {assert: {end.at - waited.at: {$gte: 0ms}, end.end - end.at: {$between: [0ms, 10s]}, end.exit: 143, w.exit: 143, end.signal: terminated}}]", "passed it\n"},
		"stop by int":          {"[{run: {command: [sleep, '1000'], background: true}, as: w}, {stop: {program: w, signal: int}}, {assert: {w.exit: 130}}]", "passed it\n"},
		"kill":                 {"[{run: {command: [sleep, '1000'], background: true}, as: w}, {stop: {program: w, signal: kill}}, {assert: {w.exit: 137}}]", "passed it\n"},
		"stop late":            {"[{run: {#stubborn, background: true}, as: w}, {repeat: {times: 10000, until: len(w.stdout) > 10, steps: [{wait: 1ms}]}}, {stop: w, within: 50ms}]", "failed it; 3 \"w\" did not end within 50ms of SIGTERM, and was killed\n"},
		"stop again":           {"[{run: {command: ['true'], background: true}, as: w}, {wait: w}, {stop: w}, {assert: {w.exit: 0}}]", "passed it\n"},
		"stop without a start": {"[{run: {command: ['true'], background: true}, as: w, if: 1 > 2}, {stop: w}]", "error it; 3 the program \"w\" has not been started\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tellings(serve(t, "endpoints: {here: {}}\nscenarios: [{name: it, steps: "+tt.steps+"}]", nil))
			if got != tt.want && (strings.HasSuffix(tt.want, "\n") || !strings.HasPrefix(got, tt.want)) {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

// A service of a scenario can be stopped, and that is no failure of it.
func TestStopAService(t *testing.T) {
	for stop, want := range map[string]string{"{stop: bot}": "143", "{stop: {program: bot, signal: kill}}": "137"} {
		got := tellings(serve(t, "services: {bot: {command: @bot, ready: tcp, per: scenario}}\ntarget: ws://127.0.0.1:${services.bot.port}/\n"+
			"scenarios: [{name: it, steps: [connect, "+strings.TrimSuffix(stop, "}")+", as: end}, {expect: {close: 1006}}, {assert: {end.exit: "+want+"}}]}]", nil))
		if got != "passed it\n" {
			t.Errorf("%s: %s", stop, got)
		}
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

// An interruption ends the wait for a service.
func TestInterruptedBeforeAServiceIsReady(t *testing.T) {
	for per, want := range map[string]string{
		"suite":    "error services; 2 the run was interrupted before the service \"bot\" was ready\nerror echo: the suite's services did not start\n",
		"scenario": "error echo; 2 the run was interrupted before the service \"bot\" was ready\n",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		run := serveIn(ctx, t, "services: {bot: {command: @hang, ready: {log: never}, per: "+per+"}}\ntarget: ws://127.0.0.1:${services.bot.port}/\nscenarios:"+echoScenario, nil)
		if got := tellings(run); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
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

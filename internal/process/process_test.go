//go:build unix

package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is a command that tests perform if it is started as such.
func TestMain(m *testing.M) {
	if role := os.Getenv("DUOLOGUE_PROCESS_ROLE"); role != "" {
		roles[role]()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

var roles = map[string]func(){
	"says":     func() { fmt.Print("one\ntwo"); fmt.Fprintln(os.Stderr, "wrong"); os.Exit(3) },
	"stubborn": func() { signal.Ignore(syscall.SIGTERM); fmt.Println(os.Getpid()); select {} },
	"family": func() { // a command, its child and its grandchild, none of which ends when it is asked to
		signal.Ignore(syscall.SIGTERM)
		next := map[string]string{"": "child", "child": "grandchild"}[os.Getenv("GENERATION")]
		fmt.Println(os.Getpid())
		if next != "" {
			child := exec.Command(os.Args[0])
			child.Env, child.Stdout = append(os.Environ(), "GENERATION="+next), os.Stdout
			if err := child.Start(); err != nil {
				panic(err)
			}
		}
		select {}
	},
	"host": func() { // starts a family as this package does, and tells of it
		p, err := Start(acting("family"))
		if err != nil {
			panic(err)
		}
		for _, pid := range family(p) {
			fmt.Println(pid)
		}
		if os.Getenv("CRASHES") != "" {
			panic("crashed")
		}
		select {}
	},
	"daemon": func() { // leaves its group
		child := exec.Command(os.Args[0])
		child.Env, child.Stdout = append(os.Environ(), "DUOLOGUE_PROCESS_ROLE=stubborn"), os.Stdout
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := child.Start(); err != nil {
			panic(err)
		}
	},
	"floods": func() {
		for i := range 200_000 {
			fmt.Printf("line %d of many\n", i)
		}
	},
	"endless": func() {
		for {
			fmt.Print(strings.Repeat("y", 1000))
		}
	},
	"listens": func() {
		time.Sleep(30 * time.Millisecond)
		l, err := net.Listen("tcp", os.Getenv("ADDRESS"))
		if err != nil {
			panic(err)
		}
		fmt.Print("listening, without an end of line")
		for {
			if _, err := l.Accept(); err != nil {
				panic(err)
			}
		}
	},
}

func acting(role string, env ...string) Command {
	return Command{Args: []string{os.Args[0]}, Env: append(env, "DUOLOGUE_PROCESS_ROLE="+role)}
}

func start(t *testing.T, c Command) *Process {
	t.Helper()
	p, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop(0) })
	return p
}

// family waits for the process ids of three generations.
func family(p *Process) []int {
	for {
		text, _ := p.Output.Text(false)
		if lines := strings.Fields(string(text)); len(lines) == 3 && strings.HasSuffix(string(text), "\n") {
			return numbers(lines)
		}
		time.Sleep(time.Millisecond)
	}
}

func numbers(words []string) []int {
	var out []int
	for _, w := range words {
		n, err := strconv.Atoi(w)
		if err != nil {
			panic(err)
		}
		out = append(out, n)
	}
	return out
}

// runs reports whether a process is there and no zombie.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err == nil {
		_, rest, _ := strings.Cut(string(stat), ") ")
		return !strings.HasPrefix(rest, "Z")
	}
	return syscall.Kill(pid, 0) == nil
}

// vanish waits until processes are there no more.
func vanish(t *testing.T, pids ...int) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for _, pid := range pids {
		for runs(pid) {
			if time.Now().After(deadline) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
				t.Fatalf("process %d still runs", pid)
			}
			time.Sleep(time.Millisecond)
		}
	}
}

func TestOutputAndExit(t *testing.T) {
	p := start(t, acting("says"))
	<-p.Ended()
	e, ok := p.Exit()
	if !ok || e.Code != 3 || e.Signal != "" || e.String() != "with exit code 3" {
		t.Errorf("Exit() = %+v, %v", e, ok)
	}
	out, _ := p.Output.Text(false)
	wrong, _ := p.Output.Text(true)
	if string(out) != "one\ntwo" || string(wrong) != "wrong\n" {
		t.Errorf("it wrote %q and %q", out, wrong)
	}
	if !p.Stop(time.Minute) {
		t.Error("it has ended, and Stop says that it did not end in time")
	}
}

func TestStopEndsTheWholeGroup(t *testing.T) {
	p := start(t, acting("family"))
	pids := family(p)
	if p.Stop(time.Millisecond) {
		t.Error("it ignores SIGTERM, and Stop says that it ended in time")
	}
	vanish(t, pids...)
	if e, _ := p.Exit(); e.Code != 137 || e.Signal != "killed" {
		t.Errorf("Exit() = %+v", e)
	}
}

func TestStopAsks(t *testing.T) {
	p := start(t, Command{Args: []string{"sleep", "1000"}})
	if !p.Stop(time.Minute) {
		t.Error("Stop says that it did not end in time")
	}
	if e, ok := p.Exit(); !ok || e.Code != 143 {
		t.Errorf("Exit() = %+v, %v", e, ok)
	}
}

// Nothing of a group outlives the process that started it, whether that is killed or
// crashes.
func TestNothingOutlivesUs(t *testing.T) {
	for _, how := range []string{"killed", "crashed"} {
		t.Run(how, func(t *testing.T) {
			host := exec.Command(os.Args[0])
			host.Env = append(os.Environ(), "DUOLOGUE_PROCESS_ROLE=host")
			if how == "crashed" {
				host.Env = append(host.Env, "CRASHES=1")
			}
			out, err := host.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := host.Start(); err != nil {
				t.Fatal(err)
			}
			var pids []int
			for lines := bufio.NewScanner(out); len(pids) < 3 && lines.Scan(); {
				pids = append(pids, numbers([]string{lines.Text()})...)
			}
			if len(pids) != 3 {
				t.Fatalf("it tells of %v", pids)
			}
			if how == "killed" {
				if err := host.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			if err := host.Wait(); err == nil {
				t.Error("it ended well")
			}
			vanish(t, pids...)
		})
	}
}

// What leaves the group is not ended, and Stop does not wait for it.
func TestDaemonsStay(t *testing.T) {
	p := start(t, acting("daemon"))
	seen := p.Output.Watch(regexp.MustCompile(`^\d+$`).Match)
	<-seen
	p.Stop(time.Minute)
	text, _ := p.Output.Text(false)
	pid := numbers(strings.Fields(string(text)))[0]
	if !runs(pid) {
		t.Error("it was ended; say so in the docs")
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
	vanish(t, pid)
}

func TestWhatCannotBeStarted(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		c    Command
		want string
	}{
		{Command{}, "the command is empty"},
		{Command{Args: []string{""}}, "the command is empty"},
		{Command{Args: []string{"no-such-command"}}, `there is no command "no-such-command" in PATH`},
		{Command{Args: []string{"./no-such-command"}}, `there is no command "./no-such-command"`},
		{Command{Args: []string{plain}}, fmt.Sprintf("%q may not be performed: permission denied", plain)},
		{Command{Args: []string{"sleep", "1"}, Dir: plain + "/x"}, "there is no folder " + plain + "/x to perform it in"},
		{Command{Args: []string{"sleep", "1"}, Dir: plain}, "there is no folder " + plain + " to perform it in"},
		{Command{Args: []string{"sleep", "a\x00b"}}, `start "sleep": `},
	} {
		p, err := Start(tt.c)
		if err == nil {
			p.Stop(0)
			t.Errorf("Start(%v) starts something", tt.c)
			continue
		}
		if !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("Start(%v) = %q, want %q", tt.c, err, tt.want)
		}
	}
}

func TestEndsOfLongOutput(t *testing.T) {
	p := start(t, acting("floods"))
	<-p.Ended()
	lines, head, omitted := p.Output.Lines()
	size := 0
	for _, l := range lines {
		size += len(l.Text)
	}
	total := 0
	for i := range 200_000 {
		total += len(fmt.Sprintf("line %d of many\n", i))
	}
	if size+omitted != total || size > 2*Kept || omitted == 0 {
		t.Errorf("%d octets are kept and %d left out of %d", size, omitted, total)
	}
	first, last := string(lines[0].Text), string(lines[len(lines)-1].Text)
	if first != "line 0 of many\n" || last != "line 199999 of many\n" {
		t.Errorf("it begins with %q and ends with %q", first, last)
	}
	before, after := string(lines[head-1].Text), string(lines[head].Text)
	if before != fmt.Sprintf("line %d of many\n", head-1) || after == fmt.Sprintf("line %d of many\n", head) {
		t.Errorf("the gap is between %q and %q", before, after)
	}
	if text, left := p.Output.Text(false); len(text) != size || left != omitted {
		t.Errorf("Text() gives %d octets and leaves out %d", len(text), left)
	}
}

func TestEndlessOutput(t *testing.T) {
	p := start(t, acting("endless"))
	for {
		if _, _, omitted := p.Output.Lines(); omitted > Kept {
			break
		}
		time.Sleep(time.Millisecond)
	}
	p.Stop(time.Minute)
	lines, _, _ := p.Output.Lines()
	size := 0
	for _, l := range lines {
		if len(l.Text) > maxLine {
			t.Fatalf("a line has %d octets", len(l.Text))
		}
		size += len(l.Text)
	}
	if size > 2*Kept+maxLine {
		t.Errorf("%d octets are kept", size)
	}
}

func address(t *testing.T) string {
	t.Helper()
	var ports Ports
	port, err := ports.Find()
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

func TestAwait(t *testing.T) {
	at := address(t)
	p := start(t, acting("listens", "ADDRESS="+at))
	if err := p.Await(t.Context(), TCP(at)); err != nil {
		t.Errorf("Await() = %v", err)
	}
	if err := p.AwaitLine(t.Context(), regexp.MustCompile("^listening")); err != nil {
		t.Errorf("AwaitLine() = %v", err)
	}
	soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := p.AwaitLine(soon, regexp.MustCompile("ready")); err == nil || err.Error() != "no line of its output matches" {
		t.Errorf("AwaitLine() = %v", err)
	}
	if err := p.Await(soon, TCP(address(t))); err == nil {
		t.Error("nobody listens there")
	}
	later, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	asked := 0
	slow := func(ctx context.Context) error { // answers once
		if asked++; asked == 1 {
			return errors.New("busy")
		}
		<-ctx.Done()
		return ctx.Err()
	}
	if err := p.Await(later, slow); err == nil || err.Error() != "busy" {
		t.Errorf("Await() of a server that is busy = %v", err)
	}
	if err := p.Await(later, slow); err == nil || err.Error() != "it does not answer" {
		t.Errorf("Await() of a server that is silent = %v", err)
	}
}

// A process that has ended is not ready, even if somebody answers in its place.
func TestAwaitOfTheDead(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	p := start(t, Command{Args: []string{"true"}})
	<-p.Ended()
	if err := p.Await(t.Context(), TCP(l.Addr().String())); !errors.Is(err, ErrEnded) {
		t.Errorf("Await() = %v", err)
	}
	if err := p.AwaitLine(t.Context(), regexp.MustCompile("x")); !errors.Is(err, ErrEnded) {
		t.Errorf("AwaitLine() = %v", err)
	}
	dies := start(t, Command{Args: []string{"sleep", "0.05"}})
	hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	if err := dies.Await(t.Context(), hangs); !errors.Is(err, ErrEnded) {
		t.Errorf("Await() of one that dies during a probe = %v", err)
	}
}

func TestHTTP(t *testing.T) {
	asked := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer server.Close()
	p := start(t, Command{Args: []string{"sleep", "1000"}})
	if err := p.Await(t.Context(), HTTP(server.URL, func(status int) bool { return status == http.StatusFound })); err != nil || asked != 3 {
		t.Errorf("Await() = %v after %d requests", err, asked)
	}
	if err := HTTP(server.URL, func(status int) bool { return status == http.StatusOK })(t.Context()); err == nil || err.Error() != "it answers 302 Found" {
		t.Errorf("a probe says %v", err)
	}
	if err := HTTP("http://"+address(t), func(int) bool { return true })(t.Context()); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("a probe of nobody says %v", err)
	}
}

func TestPorts(t *testing.T) {
	var ports Ports
	seen := map[int]bool{}
	for range 100 {
		port, err := ports.Find()
		if err != nil {
			t.Fatal(err)
		}
		if seen[port] {
			t.Fatalf("port %d is given out twice", port)
		}
		seen[port] = true
	}
	for port := range seen {
		ports.Return(port)
	}
	if len(ports.given) != 0 {
		t.Errorf("%d ports are still given out", len(ports.given))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if Free(l.Addr().(*net.TCPAddr).Port) {
		t.Error("a port on which somebody listens is called free")
	}
}

// Command bench measures how exactly, and at what cost, Duologue sends media,
// against a bare loop on coder/websocket in which every stream has a timer on
// absolute deadlines. It is a module of its own, so that what it compares with
// is no dependency of the project.
//
// It is the receiver: it starts one sender after the other as a process of its
// own, turn and turn about, and notes when each message arrives. Run it from
// this folder; README.md says how.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// plan is one row of the comparison: what every sender is told to do.
type plan struct {
	Streams  int
	Ramp     time.Duration // over which the streams begin; 0: all on one tick
	Secure   bool          // wss
	Checks   bool          // checks of audio are made all the while, one after the other
	Busy     int           // processes that compute all the while
	Window   time.Duration // in which messages count, once every stream runs
	Interval time.Duration
}

func (p plan) String() string {
	words := []string{fmt.Sprintf("%d streams", p.Streams)}
	if p.Ramp == 0 {
		words = append(words, "one phase")
	}
	if p.Secure {
		words = append(words, "wss")
	}
	if p.Busy > 0 {
		words = append(words, fmt.Sprintf("beside %d busy loops", p.Busy))
	}
	if p.Checks {
		words = append(words, "beside checks of audio")
	}
	return strings.Join(words, ", ")
}

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "loop":
			check(loop(os.Args[2:]))
			return
		case "talk":
			check(talk(os.Args[2:]))
			return
		case "suites":
			check(suites(os.Args[2:]))
			return
		case "busy":
			for {
			}
		}
	}
	streams := flag.String("streams", "50,1000", "rows: numbers of streams")
	pairs := flag.Int("pairs", 5, "rounds of each row, in each of which every sender has its turn")
	window := flag.Duration("window", 4*time.Second, "how long messages count in one turn")
	senders := flag.String("senders", "loop,duologue", "loop, duologue, before, node and k6; ratios are to the first")
	rows := flag.String("rows", "spread", "spread, phase (all streams on one tick), wss, busy (beside four busy loops), and checks (of audio, all the while)")
	most := flag.Bool("most", false, "find the most streams, instead, of which p99 of lateness stays under 5 ms")
	binary := flag.String("duologue", "", "measure this binary, not one built from ..")
	before := flag.String("before", "", "measure this binary of Duologue as well, as the sender before")
	flag.Parse()
	if *before != "" && !slices.Contains(strings.Split(*senders, ","), "before") {
		*senders += ",before"
	}

	dir, err := os.MkdirTemp("", "duologue-bench-")
	check(err)
	defer func() { _ = os.RemoveAll(dir) }()
	b := &bench{dir: dir, duologue: *binary, before: *before}
	check(b.prepare())
	names := strings.Split(*senders, ",")
	if *most {
		check(b.most(names, *pairs, *window))
		return
	}
	for _, p := range plans(*streams, *rows, *window) {
		table := &table[result]{title: p.String(), names: names, measures: sending}
		for range *pairs {
			for _, name := range table.names {
				r, err := b.turn(name, p)
				check(err)
				table.add(name, r)
				fmt.Fprintf(os.Stderr, "%s: %-8s %s\n", p, name, r)
			}
		}
		table.print(os.Stdout)
	}
}

func plans(streams, rows string, window time.Duration) []plan {
	var all []plan
	for _, word := range strings.Split(streams, ",") {
		spread := plan{Window: window, Interval: 20 * time.Millisecond}
		_, err := fmt.Sscan(word, &spread.Streams)
		check(err)
		spread.Ramp = min(max(time.Duration(spread.Streams)*2*time.Millisecond, time.Second), 5*time.Second) + 7*time.Millisecond
		for _, row := range strings.Split(rows, ",") {
			p := spread
			switch row {
			case "spread":
			case "phase":
				p.Ramp = 0
			case "wss":
				p.Secure = true
			case "busy":
				p.Busy = 4
			case "checks":
				p.Checks = true
			default:
				check(fmt.Errorf("there is no row %q", row))
			}
			all = append(all, p)
		}
	}
	return all
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is where the senders are.
type bench struct {
	dir      string
	duologue string
	before   string // an earlier build; "": none
}

// prepare builds Duologue and writes what the senders read.
func (b *bench) prepare() error {
	if err := writeWAV(filepath.Join(b.dir, "speech.wav"), time.Minute); err != nil {
		return err
	}
	if b.duologue != "" {
		return nil
	}
	b.duologue = filepath.Join(b.dir, "duologue")
	build := exec.Command("go", "build", "-o", b.duologue, "./cmd/duologue")
	build.Dir, build.Stderr = "..", os.Stderr
	return build.Run()
}

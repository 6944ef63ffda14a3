package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
	"github.com/urfave/cli/v2"
)

// shareFlags are the flags that say which part of what is selected is performed.
func shareFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "shard", Usage: "perform the shard `I/N` of what is selected, I from 1, such as 1/3 on the first of three machines"},
		&cli.BoolFlag{Name: "fail-fast", Usage: "begin no further scenario after the first that failed or could not be performed"},
		&cli.IntFlag{Name: "max-failures", Usage: "begin no further scenario after `N` that failed or could not be performed"},
		&cli.BoolFlag{Name: "list", Usage: "list what is selected, and perform nothing"},
		&cli.BoolFlag{Name: "list-json", Usage: "list what is selected as JSON, and perform nothing"},
	}
}

// maxShards is the most shares that --shard takes.
const maxShards = 10_000

var sharePattern = regexp.MustCompile(`^([0-9]{1,9})/([0-9]{1,9})$`)

// shardOf reads --shard. of is 0 without it.
func shardOf(c *cli.Context) (index, of int, err error) {
	text := c.String("shard")
	if text == "" && !c.IsSet("shard") {
		return 0, 0, nil
	}
	m := sharePattern.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, usageError{fmt.Errorf("--shard %q is not I/N, such as 1/3", text)}
	}
	index, errI := strconv.Atoi(m[1])
	of, errN := strconv.Atoi(m[2])
	switch {
	case errI != nil || errN != nil || of < 1 || of > maxShards:
		err = fmt.Errorf("--shard %s: the number of shards is not between 1 and %d", text, maxShards)
	case index < 1:
		err = fmt.Errorf("--shard %s: the first of %d is 1/%d", text, of, of)
	case index > of:
		err = fmt.Errorf("--shard %s: the last of %d is %d/%d", text, of, of, of)
	}
	if err != nil {
		return 0, 0, usageError{err}
	}
	return index, of, nil
}

// shareOf gives the part of a plan that --shard names.
func shareOf(c *cli.Context, p *plan.Plan) (*plan.Plan, error) {
	index, of, err := shardOf(c)
	if err != nil || of == 0 {
		return p, err
	}
	return p.Shard(index, of), nil
}

// failuresOf reads --fail-fast and --max-failures; 0 stands for however many.
func failuresOf(c *cli.Context) (int, error) {
	n := c.Int("max-failures")
	switch {
	case c.IsSet("max-failures") && n < 1:
		return 0, usageError{fmt.Errorf("--max-failures %d: at least one has to fail", n)}
	case c.Bool("fail-fast") && n > 1:
		return 0, usageError{fmt.Errorf("--fail-fast is --max-failures 1, and --max-failures %d is given too", n)}
	case c.Bool("fail-fast"):
		return 1, nil
	}
	return n, nil
}

// withoutShards says which others there are beside a run that is one of several shares, and was not merged with them.
// It gives nil for every other run.
func withoutShards(r *trace.Run) error {
	absent := r.Shard.Absent()
	if len(absent) == 0 || r.Shard.Index == 0 { // merged, the run itself tells
		return nil
	}
	var names []string
	for _, i := range absent {
		names = append(names, strconv.Itoa(i))
	}
	words := "shard %s of %d is not among the traces"
	if len(names) > 1 {
		words = "shards %s of %d are not among the traces"
	}
	return fmt.Errorf(words, strings.Join(names, ", "), r.Shard.Of)
}

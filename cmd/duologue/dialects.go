package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/duologue/duologue/dialect"
	"github.com/urfave/cli/v2"
)

func dialectsCommand() *cli.Command {
	return &cli.Command{
		Name:      "dialects",
		Usage:     "list the dialects, or print one as the file that defines it",
		ArgsUsage: "[NAME]",
		Action: func(c *cli.Context) error {
			if c.Args().Len() > 1 {
				return usageError{fmt.Errorf("dialects takes one name, found %d", c.Args().Len())}
			}
			if name := c.Args().First(); name != "" {
				d, err := dialect.Builtin(name)
				if err != nil {
					return usageError{fmt.Errorf("unknown dialect %q%s", name, hint(name, dialect.Names()))}
				}
				_, err = fmt.Fprint(c.App.Writer, d.Source())
				return err
			}
			w := tabwriter.NewWriter(c.App.Writer, 0, 0, 2, ' ', 0)
			for _, name := range dialect.Names() {
				d, err := dialect.Builtin(name)
				if err != nil {
					return err
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", name, d.Description(), strings.Join(d.Encodings(), " "))
			}
			return w.Flush()
		},
	}
}

package main

import (
	"errors"
	"fmt"

	"github.com/duologue/duologue/builtin"
	"github.com/urfave/cli/v2"
)

func serveCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "serve the embedded endpoints until interrupted",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Usage: "listen on `ADDRESS`", Value: "127.0.0.1:0"},
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usageError{fmt.Errorf("serve takes no arguments, found %q", c.Args().First())}
			}
			begun(c.Context)
			server, err := builtin.Start(c.String("listen"))
			if err != nil {
				return err
			}
			fmt.Fprintf(c.App.Writer, "listening on ws://%s\n", server.Address())
			for _, name := range builtin.Names() {
				fmt.Fprintf(c.App.Writer, "  ws://%s/%s\n", server.Address(), name)
			}
			protocol, err := server.Resolve("builtin://" + builtin.Protocol)
			if err != nil {
				return errors.Join(err, server.Close())
			}
			fmt.Fprintf(c.App.Writer, "  %s is builtin://%s\n", protocol, builtin.Protocol)
			<-c.Context.Done()
			return server.Close()
		},
	}
}

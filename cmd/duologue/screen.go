package main

import (
	"io"
	"os"

	"github.com/duologue/duologue/diag"
	"golang.org/x/term"
)

// palette gives colours for a screen that wants them.
func palette(w io.Writer) diag.Palette {
	if wantsColour(os.Getenv, width(w) != nil) {
		return diag.Colours
	}
	return diag.Palette{}
}

// wantsColour follows no-color.org and force-color.org. If both apply, there are
// no colours.
func wantsColour(getenv func(string) string, screen bool) bool {
	if getenv("NO_COLOR") != "" {
		return false
	}
	switch getenv("FORCE_COLOR") {
	case "":
		return screen && getenv("TERM") != "dumb"
	case "0", "false":
		return false
	}
	return true
}

// wantsLive reports whether a screen can redraw a line and a person looks at it.
// Some CI services give their jobs a terminal.
func wantsLive(getenv func(string) string) bool {
	return getenv("TERM") != "dumb" && getenv("CI") == ""
}

// width gives a function for the current number of columns of a screen, or nil
// if w is none.
func width(w io.Writer) func() int {
	f, ok := w.(*os.File)
	if o, wrapped := w.(*outlet); wrapped {
		f, ok = o.to.(*os.File)
	}
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return func() int {
		columns, _, err := term.GetSize(int(f.Fd()))
		if err != nil {
			return 0
		}
		return columns
	}
}

package main

import (
	"encoding/json"
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/plan"
	"github.com/urfave/cli/v2"
)

// listed is a scenario in the list as JSON.
type listed struct {
	Suite string   `json:"suite"`
	Name  string   `json:"name"`
	File  string   `json:"file"`
	Line  int      `json:"line"`
	Tags  []string `json:"tags,omitempty"`
	Skip  string   `json:"skip,omitempty"`
}

// listSuites lists what would be performed. Nothing is dialled or written.
func listSuites(c *cli.Context, files []plan.Selection) error {
	o, err := planOptions(c)
	if err != nil {
		return err
	}
	o.AllowRun = true // nothing is performed
	var problems diag.List
	p := plan.Prepare(files, o, &problems)
	if !problems.Empty() {
		return complain(c.App.ErrWriter, &problems, p.Sources())
	}
	if p, err = shareOf(c, p); err != nil {
		return err
	}
	if c.Bool("list-json") {
		return listJSON(c, p)
	}
	for _, k := range p.Cases() {
		line := fmt.Sprintf("%s:%d  %s › %s", k.Pos.File, k.Pos.Line, k.Suite, k.Name)
		for _, tag := range k.Tags {
			line += "  #" + tag
		}
		if k.Skip != "" {
			line += "  skip: " + k.Skip
		}
		if _, err := fmt.Fprintln(c.App.Writer, diag.Inert(diag.Visible(p.Mask(line)))); err != nil {
			return err
		}
	}
	count := counted(p.Total(), "scenario", "scenarios")
	if s := p.Share; s != nil {
		count = fmt.Sprintf("%d of %s, shard %d of %d", p.Total(), counted(s.Total, "scenario", "scenarios"), s.Index, s.Of)
	}
	_, err = fmt.Fprintln(c.App.Writer, count)
	return err
}

// listJSON lists them as one list in JSON, which is for programs.
func listJSON(c *cli.Context, p *plan.Plan) error {
	all := []listed{}
	for _, k := range p.Cases() {
		l := listed{Suite: p.Mask(k.Suite), Name: p.Mask(k.Name), File: p.Mask(k.Pos.File), Line: k.Pos.Line, Skip: p.Mask(k.Skip)}
		for _, tag := range k.Tags {
			l.Tags = append(l.Tags, p.Mask(tag))
		}
		all = append(all, l)
	}
	enc := json.NewEncoder(c.App.Writer)
	enc.SetIndent("", "  ")
	return enc.Encode(all)
}

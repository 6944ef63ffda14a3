package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// mutant is one small wrong in a file.
type mutant struct {
	id   int
	pos  token.Position // the file is relative to the top of the module
	what string         // what was changed
	code string         // the line that was changed, without indentation
	in   string         // the function, such as "parse" or "reader.feed"
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d:%d: %s\n\t%s", m.pos.Filename, m.pos.Line, m.pos.Column, m.what, m.code)
}

// places finds what can be made wrong in one file, and makes the edits that
// switch on each wrong by its number.
type places struct {
	src   *source
	file  *ast.File
	text  []byte
	name  string // of the file, as it is shown
	edits edits
	next  *int // the number of the next mutant
	found []mutant
	tags  int
	in    string // the function that is being walked
	deep  bool   // also what is neither a branch nor a result
}

// add gives a mutant its number.
func (p *places) add(at ast.Node, format string, args ...any) int {
	pos := p.src.fset.Position(at.Pos())
	start := strings.LastIndexByte(string(p.text[:pos.Offset]), '\n') + 1
	line, _, _ := strings.Cut(string(p.text[start:]), "\n")
	pos.Filename = p.name
	*p.next++
	p.found = append(p.found, mutant{id: *p.next, pos: pos, what: fmt.Sprintf(format, args...), code: strings.TrimSpace(line), in: p.in})
	return *p.next
}

func (p *places) wrap(n ast.Node, before, after string) {
	p.edits.wrap(p.offset(n.Pos()), p.offset(n.End()), before, after)
}

func (p *places) offset(pos token.Pos) int { return p.src.fset.Position(pos).Offset }

// show gives the text of a node in one short line.
func (p *places) show(n ast.Node) string {
	text := strings.Join(strings.Fields(string(p.text[p.offset(n.Pos()):p.offset(n.End())])), " ")
	if len(text) > 60 {
		return text[:57] + "..."
	}
	return text
}

// walk looks at a declaration.
func (p *places) walk(root ast.Node) {
	p.in = nameOf(root)
	var results []*ast.FieldList // the results of the surrounding functions
	var nodes []ast.Node
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil {
			switch nodes[len(nodes)-1].(type) {
			case *ast.FuncDecl, *ast.FuncLit:
				results = results[:len(results)-1]
			}
			nodes = nodes[:len(nodes)-1]
			return true
		}
		nodes = append(nodes, n)
		switch n := n.(type) {
		case *ast.FuncDecl:
			results = append(results, n.Type.Results)
		case *ast.FuncLit:
			results = append(results, n.Type.Results)
		case *ast.ReturnStmt:
			p.results(n, results[len(results)-1], p.afterError(nodes))
		case *ast.GenDecl:
			if n.Tok == token.CONST {
				nodes = nodes[:len(nodes)-1]
				return false
			}
		case *ast.SwitchStmt:
			_, labelled := nodes[max(0, len(nodes)-2)].(*ast.LabeledStmt)
			p.choice(n, labelled)
		default:
			p.plain(n)
		}
		return true
	})
}

// nameOf gives the name of a function with the type of its receiver. It gives ""
// for any other declaration.
func nameOf(d ast.Node) string {
	f, ok := d.(*ast.FuncDecl)
	if !ok {
		return ""
	}
	if f.Recv == nil {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if index, ok := t.(*ast.IndexExpr); ok {
		t = index.X
	}
	return types.ExprString(t) + "." + f.Name.Name
}

// plain handles the nodes whose surroundings do not matter.
func (p *places) plain(n ast.Node) {
	switch n := n.(type) {
	case *ast.IfStmt:
		p.condition(n.Cond, true, true)
	case *ast.ForStmt:
		if n.Cond != nil {
			p.condition(n.Cond, false, true) // an endless loop would be no verdict
		}
	case *ast.CallExpr:
		p.conditions(n.Args)
	case *ast.CompositeLit:
		p.conditions(n.Elts)
	case *ast.KeyValueExpr:
		p.conditions([]ast.Expr{n.Value})
	case *ast.AssignStmt:
		if len(n.Lhs) == len(n.Rhs) {
			p.conditions(n.Rhs)
		}
	case *ast.BlockStmt:
		p.statements(n.List)
	case *ast.CaseClause:
		p.statements(n.Body)
	case *ast.CommClause:
		p.statements(n.Body)
	}
}

// choice looks at the cases of a switch. A switch with a tag becomes one
// without, so that every case is a condition.
func (p *places) choice(n *ast.SwitchStmt, labelled bool) {
	before := ""
	if n.Tag != nil {
		if labelled {
			return // the label would become that of the block
		}
		p.tags++
		tag := fmt.Sprintf("mutateTag%d", p.tags)
		start := p.offset(n.Switch)
		p.edits.swap(start, start+len("switch"), "{")
		p.wrap(n.Tag, tag+" := ", "; _ = "+tag+"; switch ")
		p.wrap(n.Body, "", " }")
		before = tag + " == "
	}
	for _, c := range n.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			if before == "" {
				p.condition(e, true, true)
				continue
			}
			yes, no := p.add(e, "case %s: always", p.show(e)), p.add(e, "case %s: never", p.show(e))
			p.wrap(e, fmt.Sprintf("mutateBool(%d, %d, %s(", yes, no, before), "))")
		}
	}
}

// conditions handles the expressions that are true or false.
func (p *places) conditions(all []ast.Expr) {
	for _, e := range all {
		if p.isBool(e) {
			p.condition(e, true, true)
		}
	}
}

func (p *places) isBool(e ast.Expr) bool {
	tv := p.src.info.Types[e]
	if !tv.IsValue() {
		return false
	}
	b, ok := tv.Type.(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

// condition makes the parts of a condition true or false. It never makes an
// operand of && false or an operand of || true, because that has the same effect
// as forcing the whole condition.
func (p *places) condition(e ast.Expr, yes, no bool) {
	switch x := e.(type) {
	case *ast.ParenExpr:
		p.condition(x.X, yes, no)
		return
	case *ast.UnaryExpr:
		if x.Op == token.NOT {
			p.condition(x.X, no, yes)
			return
		}
	case *ast.BinaryExpr:
		switch x.Op {
		case token.LAND, token.LOR:
			and := x.Op == token.LAND
			p.force(e, yes && !and, no && and)
			p.condition(x.X, and, !and)
			p.condition(x.Y, and, !and)
			return
		default:
			p.force(e, yes, no)
			p.comparison(x)
			return
		}
	}
	p.force(e, yes, no)
}

func (p *places) force(e ast.Expr, yes, no bool) {
	if value := p.src.info.Types[e].Value; value != nil {
		yes, no = yes && value.String() == "false", no && value.String() == "true"
	}
	var always, never int
	if yes {
		always = p.add(e, "%s: true", p.show(e))
	}
	if no {
		never = p.add(e, "%s: false", p.show(e))
	}
	if yes || no {
		p.wrap(e, fmt.Sprintf("mutateBool(%d, %d, ", always, never), ")")
	}
}

// bounds are the comparisons with a limit: the comparison that differs only at
// the limit, and the step that moves a number the other way.
var bounds = map[token.Token]struct {
	helper    string
	neighbour token.Token
	step      int
}{
	token.LSS: {"mutateLess", token.LEQ, -1},
	token.LEQ: {"mutateAtMost", token.LSS, 1},
	token.GTR: {"mutateMore", token.GEQ, 1},
	token.GEQ: {"mutateAtLeast", token.GTR, -1},
	token.EQL: {"", 0, 1},
	token.NEQ: {"", 0, 1},
}

// comparison moves the limit of a comparison.
func (p *places) comparison(x *ast.BinaryExpr) {
	b, ok := bounds[x.Op]
	if !ok || !p.deep {
		return
	}
	for _, side := range []ast.Expr{x.X, x.Y} {
		lit, ok := side.(*ast.BasicLit)
		if !ok || lit.Kind != token.INT || lit.Value == "0" && b.step < 0 {
			continue
		}
		if name, ok := p.typeName(p.src.info.Types[lit].Type); ok {
			id := p.add(lit, "%s: %s %+d", p.show(x), lit.Value, b.step)
			p.wrap(lit, fmt.Sprintf("mutateStep[%s](%d, %d, ", name, id, b.step), ")")
		}
	}
	if b.helper == "" {
		return
	}
	id := p.add(x, "%s: %s", p.show(x), b.neighbour)
	p.wrap(x, fmt.Sprintf("%s(%d, ", b.helper, id), ")")
	at := p.offset(x.OpPos)
	p.edits.swap(at, at+len(x.Op.String()), ",")
}

// typeName gives a type as this file can write it.
func (p *places) typeName(t types.Type) (string, bool) {
	known := true
	name := types.TypeString(t, func(other *types.Package) string {
		if other.Path() == p.src.ImportPath {
			return ""
		}
		for _, spec := range p.file.Imports {
			if strings.Trim(spec.Path.Value, `"`) == other.Path() && spec.Name == nil {
				return other.Name()
			}
		}
		known = false
		return other.Name()
	})
	return name, known && !strings.HasPrefix(name, "untyped")
}

// results makes a function return the zero value in place of each result. It
// skips text, which describes a verdict but does not give one, and results
// beside an error.
func (p *places) results(n *ast.ReturnStmt, fields *ast.FieldList, failed bool) {
	var wanted []ast.Expr
	if fields != nil {
		for _, f := range fields.List {
			for range max(1, len(f.Names)) {
				wanted = append(wanted, f.Type)
			}
		}
	}
	if len(wanted) != len(n.Results) {
		return
	}
	for i, e := range n.Results {
		tv := p.src.info.Types[e]
		switch {
		case failed && i < len(wanted)-1:
		case p.isBool(e):
			p.condition(e, true, true)
		case !isZero(tv, e) && !isText(tv.Type):
			id := p.add(e, "return %s: zero", p.show(e))
			result := string(p.text[p.offset(wanted[i].Pos()):p.offset(wanted[i].End())])
			p.wrap(e, fmt.Sprintf("mutateZero[%s](%d, ", result, id), ")")
		}
	}
}

// afterError reports whether the last of some nested nodes stands right after
// "if err != nil".
func (p *places) afterError(nodes []ast.Node) bool {
	if len(nodes) < 3 {
		return false
	}
	branch, ok := nodes[len(nodes)-3].(*ast.IfStmt)
	if !ok || nodes[len(nodes)-2] != branch.Body {
		return false
	}
	cond, ok := branch.Cond.(*ast.BinaryExpr)
	if !ok || cond.Op != token.NEQ || !p.src.info.Types[cond.Y].IsNil() {
		return false
	}
	return types.Identical(p.src.info.Types[cond.X].Type, types.Universe.Lookup("error").Type())
}

func isZero(tv types.TypeAndValue, e ast.Expr) bool {
	lit, ok := e.(*ast.CompositeLit)
	return tv.IsNil() || ok && len(lit.Elts) == 0 || tv.Value != nil && (tv.Value.String() == "0" || tv.Value.String() == `""`)
}

func isText(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// statements drops calls and assignments.
func (p *places) statements(list []ast.Stmt) {
	if !p.deep {
		return
	}
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); !ok || isKept(call) {
				continue
			}
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE || isBlank(s.Lhs) {
				continue
			}
		case *ast.IncDecStmt:
		default:
			continue
		}
		id := p.add(s, "dropped: %s", p.show(s))
		p.wrap(s, fmt.Sprintf("if mutateKeep(%d) { ", id), " }")
	}
}

// isKept reports whether a call must not be dropped: it guards data, which the
// race detector judges, or ends the program.
func isKept(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		id, ok := call.Fun.(*ast.Ident)
		return ok && id.Name == "panic"
	}
	switch sel.Sel.Name {
	case "Lock", "Unlock", "RLock", "RUnlock":
		return true
	}
	return false
}

func isBlank(lhs []ast.Expr) bool {
	for _, e := range lhs {
		if id, ok := e.(*ast.Ident); !ok || id.Name != "_" {
			return false
		}
	}
	return true
}

package mutant

// ClientDefects lists every defect of [Client], in the order of the rules they
// break.
func ClientDefects() []Defect { return listed(clientDefects) }

var clientDefects []defect

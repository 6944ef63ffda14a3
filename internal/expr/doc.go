// Package expr evaluates the expressions of the scenario language: bare ones
// (Compile: `if`, `until`, keys of assert), text with ${…} in it (Parse), and
// moments such as `reply.start + 1200ms` (ParseMoment).
//
// The syntax tree comes from github.com/expr-lang/expr. The evaluation is our
// own, because a verdict must never rest on a typo: in that library a missing
// member is nil, so that `msg.tpye != "error"` is true. Here
//
//   - a name, member or key that does not exist is an error, never null;
//   - comparing values of different kinds is an error, never false, except
//     with null;
//   - numbers are the decimals that were written, of any size up to about
//     1e±300, and compare by value: 0.1 + 0.2 == 0.3, 1 == 1.0, and
//     12345678901234567890 keeps its last digit;
//   - text is neither ordered nor a number.
//
// A value is one of: nil (JSON's null), bool, string, []byte, a number (any Go
// integer, float64, json.Number), time.Duration, []any, [*Mapping], [*Tag],
// [Simple], or an Object. An evaluation gives the same types. It gives a computed number as an
// int64 if that can hold it, as a json.Number if it is whole, and otherwise as a
// float64.
//
// Limits: an expression has at most 4 KiB and nests at most 100 deep. One
// evaluation makes at most 64 MiB of text, octets and list elements. Expressions
// cannot access files, the network or the environment of the process.
package expr

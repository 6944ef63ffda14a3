// Package page holds the program and the style of the HTML report, as files that were
// made of the TypeScript beside them. report.HTML writes them into a page with the data
// that they show.
//
// `go generate ./report/page` makes them anew. The generator is a module of its own, so
// esbuild is no dependency of Duologue, and building Duologue needs neither it nor Node.
package page

import _ "embed"

//go:generate go -C build run .

// Script is the program of the page. It is JavaScript, in ASCII and without `</script`.
//
//go:embed dist/page.js
var Script string

// Style is the style sheet of the page. It is CSS, in ASCII and without `</style`.
//
//go:embed dist/page.css
var Style string

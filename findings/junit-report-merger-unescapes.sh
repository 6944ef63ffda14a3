#!/bin/bash
# junit-report-merger undoes escapes: line breaks in a failure's message are lost, and &amp; in it becomes &.
#
# npm junit-report-merger 9.0.4 (Node.js 20.20.2; read back with saxes 6.0.0).
#
# Expected: merging puts suites beside each other; what a parser reads of a failure is the same before and after. A line break in an
# attribute must be written &#10; since a bare one reads as a space (XML 1.0 section 3.3.3), and writers of JUnit do so.
#
# Observed: &#10; comes out as a bare line break, so the next parser reads a space: expected and actual stand on one line. And
# &amp;amp; (the text "&amp;", as in a failure that shows HTML or a query) comes out as &amp;: the text "&". Both need but one merge; a second takes
# one more layer away.
#
#   before: "expected: a\nactual: x=1&amp;y=2"
#   after:  "expected: a actual: x=1&y=2"
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts junit-report-merger@9.0.4 saxes@6.0.0
cat >in.xml <<'P'
<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="s" tests="1" failures="1"><testcase name="t" classname="c" time="1"><failure message="expected: a&#10;actual: x=1&amp;amp;y=2"/></testcase></testsuite></testsuites>
P
npx jrm out.xml in.xml >/dev/null
cat >t.js <<'P'
const {SaxesParser} = require('saxes'), fs = require('fs');
const message = file => {
  let m; const p = new SaxesParser();
  p.on('opentag', t => { if (t.name === 'failure') m = t.attributes.message; });
  p.write(fs.readFileSync(file, 'utf8')).close();
  return m;
};
const before = message('in.xml'), after = message('out.xml');
console.log('before: ' + JSON.stringify(before)); console.log('after:  ' + JSON.stringify(after));
process.exit(before === 'expected: a\nactual: x=1&amp;y=2' && after === 'expected: a actual: x=1&y=2' ? 0 : 1);
P
node t.js

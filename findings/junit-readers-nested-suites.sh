#!/bin/bash
# Two readers of JUnit files find no test in a suite within a suite; one calls such a run skipped. Neither says so.
#
# npm test-results-parser 0.4.6, junitxml-to-javascript 1.1.4; beside them junit-to-ctrf 0.0.14 (Node.js 20.20.2).
#
# Expected: Jenkins' junit-10.xsd lets a testsuite stand within a testsuite, and PHPUnit writes it so: two tests, one of them failed.
#
# Observed: test-results-parser: 0 tests, status SKIP. junitxml-to-javascript: an empty list of suites. Whoever asks "did one fail?" hears no.
# It also keeps a reference to a line feed, which XML asks for in a message of two lines, as five letters.
#
#   flat:   test-results-parser 2 tests, 1 failed, FAIL; junitxml-to-javascript 2 tests, 1 failed; junit-to-ctrf 2 tests, 1 failed
#   nested: test-results-parser 0 tests, 0 failed, SKIP; junitxml-to-javascript 0 tests, 0 failed; junit-to-ctrf 2 tests, 1 failed
#   message: test-results-parser "one&#10;two", junit-to-ctrf "one\ntwo"
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts test-results-parser@0.4.6 junitxml-to-javascript@1.1.4 junit-to-ctrf@0.0.14
cat >t.mjs <<'P'
import { writeFileSync } from 'node:fs';
import parser from 'test-results-parser';
import ToJavaScript from 'junitxml-to-javascript';
import { convertJUnitToCTRFReport } from 'junit-to-ctrf';
const suite = '<testsuite name="inner" tests="2" failures="1" errors="0" skipped="0" time="1"><testcase classname="c" name="a" time="0.5"/>' +
  '<testcase classname="c" name="b" time="0.5"><failure message="one&#10;two">text</failure></testcase></testsuite>';
const files = { 'flat:  ': suite, 'nested:': `<testsuite name="outer" tests="2" failures="1" errors="0" skipped="0" time="1">${suite}</testsuite>` };
const sum = (list, key) => list.reduce((n, s) => n + s[key], 0);
const said = []; let messages;
for (const [name, xml] of Object.entries(files)) {
  writeFileSync('r.xml', `<?xml version="1.0" encoding="UTF-8"?><testsuites>${xml}</testsuites>`);
  const p = parser.parse({ type: 'junit', files: ['r.xml'] });
  const j = (await new ToJavaScript().parseXMLFile('r.xml')).testsuites;
  const c = (await convertJUnitToCTRFReport('r.xml')).results;
  messages ??= [p.suites[0].cases[1].failure, c.tests[1].message];
  said.push(`test-results-parser ${p.total} tests, ${p.failed} failed, ${p.status}; junitxml-to-javascript ${sum(j, 'tests')} tests, ` +
    `${sum(j, 'errors')} failed; junit-to-ctrf ${c.summary.tests} tests, ${c.summary.failed} failed`);
  console.log(name, said.at(-1));
}
console.log(`message: test-results-parser ${JSON.stringify(messages[0])}, junit-to-ctrf ${JSON.stringify(messages[1])}`);
const right = 'junit-to-ctrf 2 tests, 1 failed';
process.exit(said[0] === `test-results-parser 2 tests, 1 failed, FAIL; junitxml-to-javascript 2 tests, 1 failed; ${right}` &&
  said[1] === `test-results-parser 0 tests, 0 failed, SKIP; junitxml-to-javascript 0 tests, 0 failed; ${right}` &&
  messages.join() === 'one&#10;two,one\ntwo' ? 0 : 1);
P
node t.mjs

#!/bin/bash
# junit2json turns the name of a test into a number where it looks like one, and then reads it only in part.
#
# npm junit2json 4.0.0 (Node.js 20.20.2).
#
# Expected: name and classname are text in every JUnit schema, and `name?: string` in the package's own types. time, tests,
# failures become numbers. A test named 007 (a dialled number, a row of a table) stays "007".
#
# Observed: a name that JavaScript reads as a number becomes one: "007" is 7, and so is "7". But it is read up to the first letter: "1e3" is
# 1, not 1000, and "0x10" is 0, not 16. Tests with different names get one name, and name.startsWith is no function.
#
#   "007" -> 7 number
#   "7" -> 7 number
#   "1e3" -> 1 number
#   "1.9" -> 1.9 number
#   "0x10" -> 0 number
#   "7 keys" -> 7 keys string
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts junit2json@4.0.0
cat >t.mjs <<'P'
import {parse} from 'junit2json';
const names = ['007', '7', '1e3', '1.9', '0x10', '7 keys'];
const got = await parse(`<testsuite name="s">${names.map(n => `<testcase name="${n}" classname="c" time="1.9"/>`).join('')}</testsuite>`);
const said = got.testcase.map((t, i) => `${JSON.stringify(names[i])} -> ${t.name} ${typeof t.name}`);
for (const s of said) console.log(s);
process.exit(said.map(s => s.split(' -> ')[1]).join() === '7 number,7 number,1 number,1.9 number,0 number,7 keys string' ? 0 : 1);
P
node t.mjs

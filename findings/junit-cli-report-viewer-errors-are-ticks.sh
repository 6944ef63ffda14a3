#!/bin/bash
# junit-cli-report-viewer puts a tick before a test that ended in an error, and counts it as not failed.
#
# npm junit-cli-report-viewer 1.5.2 (Node.js 20.20.2); 3.0.0, for Node.js 22, does the same.
#
# Expected: Ant's JUnit format, and Jenkins' junit-10.xsd: a testcase has <error>, <failure>, <skipped> or none of them; only the last one passed.
# Surefire writes <error> for an exception, other runners for a connection that could not be made.
#
# Observed: of the cases only <failure> counts. Where every test ended in an error there is a tick before each, no text of an error, and
# "failed tests" is 0. The number of errors is not shown. Only the word before the suite, taken from its own count, is FAIL.
#
#   failed tests: 0
#   FAIL calls (1)
#   tick connects (0.5)
#   tick talks (0.5)
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts junit-cli-report-viewer@1.5.2
cat >r.xml <<'P'
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="run" tests="2" failures="0" errors="2" time="1">
  <testsuite name="calls" tests="2" failures="0" errors="2" skipped="0" time="1">
    <testcase classname="calls" name="connects" time="0.5"><error message="connection refused" type="error">dial</error></testcase>
    <testcase classname="calls" name="talks" time="0.5"><error message="connection refused" type="error">dial</error></testcase>
  </testsuite>
</testsuites>
P
node node_modules/junit-cli-report-viewer/index.js r.xml | sed 's/\x1b\[[0-9;]*m//g; s/✔/tick/; s/✖/cross/; s/^ *//' >said.txt
said=$(sed -n 's/^> Total number of failed tests: *\([0-9]*\) *$/failed tests: \1/p; /^PASS\|^FAIL\|^tick\|^cross/p' said.txt)
echo "$said"
[ "$said" = "$(printf 'failed tests: 0\nFAIL calls (1)\ntick connects (0.5)\ntick talks (0.5)')" ]

#!/bin/bash
# xunit-viewer shows one green case for a failed case and a passed one of the same name.
#
# npm xunit-viewer 10.6.1 (Node.js 20.20.2).
#
# Expected: the JUnit schema does not make a case's name unique (Jenkins' junit-10.xsd has neither xs:unique nor xs:key).
# A test performed twice, a row of a table, a suite of one name in two files: two cases. Two cases, one failed: two are
# counted, one of them failed.
#
# Observed: cases are kept by name, and suites too. The second takes the place of the first in all but its messages: a case with a tick and
# the text of a failure. Other names of classes or of suites keep them apart.
#
#   failed, then passed, in one suite:   1 passed
#   the same, in two suites of one name: 1 passed
#   the same, classes a and b:           1 failure, 1 passed
#   the same, in suites of two names:    1 failure, 1 passed
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts xunit-viewer@10.6.1
failed() { echo "<testcase classname=\"$1\" name=\"greets\" time=\"1\"><failure message=\"silence\">nothing came</failure></testcase>"; }
passed() { echo "<testcase classname=\"$1\" name=\"greets\" time=\"1\"/>"; }
one='<testsuite name="one" tests="1">' two='<testsuite name="two" tests="1">' end='</testsuite>'
say() { # says what the viewer counts of a report
  mkdir -p "$2"
  echo "<testsuites>$3</testsuites>" >"$2/r.xml"
  node node_modules/xunit-viewer/bin/xunit-viewer.js -r "$2" -c -o false >"$2.txt"
  said=$(sed 's/\x1b\[[0-9;]*m//g' "$2.txt" | grep -E '^[0-9]+ (passed|failure)')
  printf '%-36s %s\n' "$1:" "$said"
  [ "$said" = "$4" ] || bad=1
}
bad=0
say 'failed, then passed, in one suite' a "$one$(failed c)$(passed c)$end" '1 passed'
say 'the same, in two suites of one name' c "$one$(failed c)$end$one$(passed c)$end" '1 passed'
say 'the same, classes a and b' b "$one$(failed a)$(passed b)$end" '1 failure, 1 passed'
say 'the same, in suites of two names' d "$one$(failed c)$end$two$(passed c)$end" '1 failure, 1 passed'
exit $bad

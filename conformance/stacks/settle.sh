# Sourced by check and by clients, in this folder: where they work, what they
# build, and how what they performed is held against what is known. They bring
# `perform STACK FLAG…`, which performs cases with a stack, and $stacks.

reports=${DIR:-$(mktemp -d)}
mkdir -p "$reports"
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
(cd ../.. && go build -o "$work/duologue" ./cmd/duologue)
(cd go && go build -o "$work/stacks" . && go build -o "$work/known" ./known)

# judged CODE tells what came of performing cases. It returns 4 where this machine
# was too late to judge some, and ends everything where they were not performed.
judged() {
  case $1 in
  0 | 1 | 4) ;;
  *) cat "$work/out" "$work/err"; exit 1 ;;
  esac
  grep '^all ' "$work/out"
  [ "$1" -ne 4 ] || return 4
}

# first STACK FLAG… performs cases for the first time. What this machine was too
# late for is not as known, and so performed again by itself.
first() {
  local stack=$1
  shift
  perform "$stack" --json "$reports/$stack.json" "$@" </dev/null || [ $? -eq 4 ]
}

# settle TABLE FLAG… holds the reports against a table. A case that a busy machine
# was in the way of may try once more, by itself. One that is missing from the
# report may not. A stack of Debian's whose package is not that of packages.csv is
# told of and not counted, since a mirror moves on by itself.
settle() {
  local table=$1 differing again= stack ids id cases
  shift
  "$work/known" -packages packages.csv "$table" "$reports" $stacks && return
  differing=$("$work/known" -packages packages.csv -cases "$table" "$reports" $stacks) && exit 1
  echo "again:"
  mkdir "$work/again"
  while read -r stack ids; do
    cases=()
    for id in $ids; do cases+=(--case "$id"); done
    for _ in 1 2 3; do
      perform "$stack" --json "$work/again/$stack.json" "$@" "${cases[@]}" </dev/null && break || [ $? -eq 4 ]
    done
    again+=" $stack"
  done <<<"$differing"
  "$work/known" -packages packages.csv -some "$table" "$work/again" $again
}

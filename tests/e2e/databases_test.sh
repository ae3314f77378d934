#!/usr/bin/env bash
# The same demonstration on SQLite and on PostgreSQL gives the same statements, byte for byte but for the instants.
source "$(dirname "$0")/lib.sh"
: "${TRIBUTARY_TEST_POSTGRES:?run by scripts/with-postgres}"

results() {
  demonstration
  tributary run section-month --period 2020-05..2021-03 --json >/dev/null 2>&1
  tributary statement list --json
  for id in $(tributary statement list --json | jq '.[].id'); do tributary statement explain "$id" --json; done
}
instants='s/"at":"[^"]*"//g; s/as_known=[0-9]*//g'

results | sed "$instants" >"$scratch/sqlite"
name=e2e_$$
psql -q "$TRIBUTARY_TEST_POSTGRES" -c "CREATE DATABASE $name"
databases+=("$name")
export TRIBUTARY_DB=${TRIBUTARY_TEST_POSTGRES/\/postgres/\/$name}
results | sed "$instants" >"$scratch/postgresql"
[ "$(wc -l <"$scratch/sqlite")" -gt 20 ] || fail "too few statements"
cmp "$scratch/sqlite" "$scratch/postgresql" || fail "the databases differ"
tributary doctor >/dev/null || fail "doctor"

#!/usr/bin/env bash
# kill -9 while rights are proposed and approved, again and again: what was acknowledged is there, once; no unit comes or
# goes; the second verifier and the ledger's own check find nothing wrong.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/server_lib.sh"
rounds=${2:-40}

tributary init --jurisdiction 341602 --pack demo >/dev/null
tributary user setup >/dev/null
for who in chen:office_drafter wang:office_approver; do
  tributary user add "${who%:*}" --display "${who%:*}" --roles "${who#*:}" --organisation office --json | jq -r .one_time_password >"$scratch/${who%:*}.once"
done
tributary right set-up C --kind cap --instrument COD-GUO --start 2026-01 --end 2031-01 --quantity 1000000 --by seed --reason 示例 >/dev/null
refused "nobody agrees to his own" 5 tributary right agree C --by seed --reason 核对 -- rights.same_person
tributary right agree C --by seed2 --reason 核对 >/dev/null
same "the cap holds" 1000000 "$(tributary right use COD-GUO --json | jq '.[0].cap')"
tributary right propose I --kind issue --instrument COD-GUO --start 2027-01 --end 2027-07 --from ISSUE --to RESERVE --quantity 1000000 --by seed --reason 示例 >/dev/null
tributary right approve I --by seed2 --reason 示例 >/dev/null
start_server
for who in chen wang; do first_sign_in "$who" "$(cat "$scratch/$who.once")"; done
: >"$scratch/acknowledged"

send() {  # who, path, idempotency key, body
  ask "$1" POST "$2" "$4" -H "Idempotency-Key: $3" --max-time 5 -o "$scratch/answer" -w '%{http_code}' 2>/dev/null || true
}
propose() { send chen /api/v1/rights/transactions "p-$1" "{\"key\":\"K$1\",\"kind\":\"allocate\",\"instrument\":\"COD-GUO\",\"from\":\"RESERVE\",\"to\":\"H-FOOD\",\"quantity\":1,\"start\":\"2027-01\",\"end\":\"2027-07\",\"reason\":\"示例\"}"; }
approve() { send wang /api/v1/rights/approvals "a-$1" "{\"decision\":\"approve\",\"transactions\":[\"K$1\"],\"reason\":\"核对\"}"; }
load() {  # allocations of one unit, one after the other from a number on until the server is gone
  local n=$1
  while true; do
    echo "$n" >"$scratch/tried"
    [ "$(propose "$n")" = 201 ] && [ "$(approve "$n")" = 200 ] || return 0
    echo "$n" >>"$scratch/acknowledged"
    n=$((n + 1))
  done
}

next=1
for ((round = 1; round <= rounds; ++round)); do
  load $next &
  loader=$!
  sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
  kill -KILL "$server"
  wait "$server" 2>/dev/null || true
  wait "$loader" || true
  start_server
  # Whatever the server had got to, both steps are sent again with their keys.
  tried=$(cat "$scratch/tried")
  same "round $round: the proposal again" 201 "$(propose "$tried")"
  same "round $round: the approval again" 200 "$(approve "$tried")"
  echo "$tried" >>"$scratch/acknowledged"
  next=$((tried + 1))
done
stop_server

acknowledged=$(sort -nu "$scratch/acknowledged" | wc -l)
held() { tributary right holdings --account "$1" --from 2027-01 --to 2027-07 --json | jq -c '[.[] | .held]'; }
same "each allocation that was acknowledged counts once" "[$acknowledged]" "$(held H-FOOD)"
same "and left the reserve" "[$((1000000 - acknowledged))]" "$(held RESERVE)"
same "nothing is left half-way" '[]' "$(tributary right waiting --json | jq -c .)"
tributary right check >/dev/null || fail "right check"
tributary ledger check >/dev/null || fail "ledger check"
tributary audit verify >/dev/null || fail "audit verify"

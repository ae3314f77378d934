# For the tests of the running server; read after lib.sh. Speaks to it with curl, as one person per cookie file.
# shellcheck shell=bash
server=0
good='红鲤鱼-绿鲤鱼-与驴'

start_server() {  # further arguments of serve
  : >"$scratch/serve.json"
  "$program" --json serve --listen 127.0.0.1:0 --no-rate-limits "$@" >"$scratch/serve.json" 2>>"$scratch/serve.log" &
  server=$!
  local tries=0
  until [ -s "$scratch/serve.json" ]; do
    kill -0 "$server" 2>/dev/null || { tail -n 5 "$scratch/serve.log"; fail "the server does not start"; exit 1; }
    sleep 0.05
    tries=$((tries + 1))
    [ $tries -lt 1200 ] || { fail "the server does not answer"; exit 1; }
  done
  url=$(jq -r .url "$scratch/serve.json")
}
stop_server() {
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || { fail "the server ended with $?"; tail -n 40 "$scratch/serve.log"; }
  server=0
}

ask() {  # who, method, path, body
  local token=
  [ ! -f "$scratch/$1.csrf" ] || token=$(cat "$scratch/$1.csrf")
  curl -s -b "$scratch/$1.cookie" -c "$scratch/$1.cookie" -H "X-CSRF-Token: $token" -X "$2" ${4:+-H "Content-Type: application/json" -d "$4"} "${@:5}" "$url${3#/}"
}
sign_in() {  # who, password
  ask "$1" POST /api/v1/session "$(jq -nc --arg n "$1" --arg p "$2" '{name: $n, password: $p}')" | jq -r '.csrf // empty' >"$scratch/$1.csrf"
  [ -s "$scratch/$1.csrf" ] || fail "$1 cannot sign in"
}
first_sign_in() {  # who, one-time password
  sign_in "$1" "$2"
  ask "$1" POST /api/v1/session/password "$(jq -nc --arg o "$2" --arg n "$good" '{old: $o, new: $n}')"
  sign_in "$1" "$good"
}

#!/usr/bin/env bash
# The server as others use it: first start, sign-in, the interface's description, OGC API – Features by ogrinfo.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/server_lib.sh"

demonstration
start_server
password=$(jq -r .administrator.one_time_password "$scratch/serve.json")
same "the first administrator" admin "$(jq -r .administrator.name "$scratch/serve.json")"
same "health" '{"status":"ok"}' "$(curl -s "${url}health")"
same "ready" '{"status":"ready"}' "$(curl -s "${url}ready")"
holds "metrics" "$(curl -s "${url}metrics")" tributary_requests_total
same "nobody" 401 "$(curl -s -o /dev/null -w '%{http_code}' "${url}api/v1/statements")"
first_sign_in admin "$password"
same "who am I" admin "$(ask admin GET /api/v1/session | jq -r .user.name)"
same "a wrong path" api.no_such_route "$(ask admin GET /api/v1/nothing | jq -r .code)"

description=$(curl -s "${url}api/v1/openapi.json")
same "OpenAPI" 3.1.0 "$(jq -r .openapi <<<"$description")"
same "operations have names" true "$(jq '[.paths[][] | .operationId] | length > 80 and (unique | length) == length' <<<"$description")"

# Features are read by a program that is not ours; a box around one place finds that place.
places=$(curl -s "${url}ogc/collections/places/items?limit=1000")
wanted=$(jq .numberMatched <<<"$places")
read -r x y code < <(jq -r '.features[0] | "\(.geometry.coordinates[0]) \(.geometry.coordinates[1]) \(.id)"' <<<"$places")
summary=$(ogrinfo -so "OAPIF:${url}ogc" places 2>&1)
holds "ogrinfo: geometry" "$summary" "Geometry: Point"
holds "ogrinfo: count" "$summary" "Feature Count: $wanted"
# shellcheck disable=SC2046
holds "ogrinfo: one place" "$(ogrinfo -al "OAPIF:${url}ogc" places -spat $(jq -nr "[$x - 0.001, $y - 0.001, $x + 0.001, $y + 0.001] | join(\" \")") 2>&1)" "$code"
same "EPSG:4490 turns the axes" "[$y,$x]" "$(curl -s "${url}ogc/collections/places/items/$code?crs=http://www.opengis.net/def/crs/EPSG/0/4490" | jq -c .geometry.coordinates)"

# It ends by a signal, and starts again without telling another password.
stop_server
start_server
same "no second administrator" null "$(jq -c .administrator "$scratch/serve.json")"
same "sessions outlive a restart" admin "$(ask admin GET /api/v1/session | jq -r .user.name)"
"$program" --json serve --listen "${url#http://}" >/dev/null 2>"$scratch/second" && fail "two servers on one port"
stop_server
"$program" audit verify >/dev/null || fail "audit verify"

#!/usr/bin/env bash
# What becomes public and how it is found: reviewed by another, refused with numbers of people, searched, subscribed to, in the
# catalogue of open data, gone on its day. The catalogue and the feeds are read by programs that are not ours.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/server_lib.sh"
check() { /usr/bin/python3 tests/e2e/open_data_check.py "$@"; }
status() { curl -s -o /dev/null -w '%{http_code}' "$@"; }

demonstration
start_server
first_sign_in admin "$(jq -r .administrator.one_time_password "$scratch/serve.json")"
for who in zhao qian; do
  once=$(tributary user add $who --display $who --roles township --organisation div-341602100 --json | jq -r .one_time_password)
  first_sign_in $who "$once" >/dev/null
done

post() {  # conditions: a ranger's post that zhao writes; its number
  ask zhao POST /api/v1/cases "$(jq -nc --arg c "$1" '{type: "ranger-appointment", values: {village: "小李村", plot: "涡河右岸", funding: "local", conditions: $c, pay_year: "6000", apply_by: "2099-12-31"}}')" | jq .id
}
review() {  # who, case
  ask "$1" POST "/api/v1/cases/$2/actions" '{"step": "notice", "values": {"not_secret": true, "privacy_ok": true}}'
}
good_post=$(post 身体健康)
same "the drafter reviews" casework.same_person "$(review zhao "$good_post" | jq -r .code)"
same "without the review" casework.incomplete "$(ask qian POST "/api/v1/cases/$good_post/actions" '{"step": "notice"}' | jq -r .code)"
same "reviewed by another" noticed "$(review qian "$good_post" | jq -r .state)"
told=$(review qian "$(post '联系人 13812345678')")
same "a private phone" '["casework.personal_text","conditions"]' "$(jq -c '[.code, .errors[0].field]' <<<"$told")"
same "only one became public" 1 "$(curl -s "${url}api/v1/public/notices" | jq '.items | length')"
id=$(curl -s "${url}api/v1/public/notices?kind=village" | jq '.items[0].id')

find() { curl -s -G "${url}api/v1/public/search" --data-urlencode "words=$1" "${@:2}"; }
same "found by a part of a name" "/notices/$id" "$(find 李村 | jq -r '.items[] | select(.kind == "village") | .path')"
same "a rule is found" true "$(find 断面 -d kind=rule | jq '.items | length > 0 and all(.kind == "rule")')"
same "sections page by page" true "$(find 河 -d kind=section -d limit=2 | jq '(.items | length) == 2 and .next != null')"
same "an article" true "$(find 水权 -d kind=article | jq '.items[0].path == "/plan/3"')"
same "nothing to look for" 400 "$(status -G "${url}api/v1/public/search" --data-urlencode 'words=〔〕')"

check catalogue <(curl -s "${url}api/v1/public/catalogue") >"$scratch/addresses" || fail "the catalogue"
same "every address of the catalogue answers" "" "$(while read -r one; do [ "$(status "$one")" = 200 ] || echo "$one"; done <"$scratch/addresses")"
same "no licence is made up" '["licence not stated"]' "$(curl -s "${url}api/v1/public/catalogue" | jq -c '[."dct:rights"."rdfs:label"[] | select(."@language" == "en") | ."@value"]')"

n=0
for one in feed "feed?kind=village" "feed?article=9" "feed?about=div-341602100" "feed?about=nobody" feed/progress; do
  n=$((n + 1))
  curl -s "${url}api/v1/public/$one" >"$scratch/$n.atom"
done
# The grammar refuses what is none: it is no grammar of everything.
sed 's/<updated>.*<.updated>//' "$scratch/1.atom" >"$scratch/undated.atom"
xmllint --noout --relaxng tests/e2e/atom.rng "$scratch/undated.atom" 2>/dev/null && fail "a feed without its day passes"
same "entries of the feeds" "1 1 1 1 0" "$(check feed "$scratch"/[1-5].atom | xargs)"
check feed "$scratch/6.atom" >/dev/null || fail "the feed of progress"
tag=$(curl -sI "${url}api/v1/public/feed" | tr -d '\r' | sed -n 's/^etag: //Ip')
when=$(curl -sI "${url}api/v1/public/feed" | tr -d '\r' | sed -n 's/^last-modified: //Ip')
same "not modified, by its tag" 304 "$(status -H "If-None-Match: $tag" "${url}api/v1/public/feed")"
same "not modified, by its day" 304 "$(status -H "If-Modified-Since: $when" "${url}api/v1/public/feed")"
same "another tag" 200 "$(status -H 'If-None-Match: "x"' -H "If-Modified-Since: $when" "${url}api/v1/public/feed")"

# On the day after its last it is gone from everywhere but the archive.
sqlite3 "$scratch/tributary.db" "UPDATE casework_publication SET until = '2020-01-01' WHERE id = $id"
same "gone" "410 api.gone" "$(status "${url}api/v1/public/notices/$id") $(curl -s "${url}api/v1/public/notices/$id" | jq -r .code)"
same "not in the list" 0 "$(curl -s "${url}api/v1/public/notices" | jq '.items | length')"
same "not found" 0 "$(find 李村 -d kind=village | jq '.items | length')"
once=$(tributary user add wang --display wang --roles office_approver --organisation office --json | jq -r .one_time_password)
first_sign_in wang "$once" >/dev/null
past() { curl -s -G "${url}api/v1/public/archive" "$@"; }
same "of what is over only that it was" '[null,"over","2020-01-01"]' "$(past | jq -c '.items[0] | [.title, .standing, .came_down]')"
same "it is not found by its words" 0 "$(past --data-urlencode words=李村 | jq '.items | length')"
same "the archive by what became of it" "1 0" "$(past -d standing=over | jq '.items | length') $(past -d standing=withdrawn | jq '.items | length')"
same "the office reads it whole" '小李村' "$(ask wang GET "/api/v1/publications/$id" | jq -r '.content[] | select(.name == "village") | .value')"
same "in the archive" "$id" "$(ask wang GET /api/v1/publications | jq '.items[0].id')"
same "the archive is not for everybody" 401 "$(status "${url}api/v1/publications")"
stop_server

start_server --open-data-licence https://creativecommons.org/licenses/by/4.0/
check catalogue <(curl -s "${url}api/v1/public/catalogue") >/dev/null || fail "the catalogue with a licence"
same "the licence that is set" https://creativecommons.org/licenses/by/4.0/ "$(curl -s "${url}api/v1/public/catalogue" | jq -r '."dct:license"."@id"')"
stop_server

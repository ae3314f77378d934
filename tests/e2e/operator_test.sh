#!/usr/bin/env bash
# What keeps a server alive over the years: backups taken while it writes, restoring, the configuration file, the unit.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/server_lib.sh"
: "${TRIBUTARY_TEST_POSTGRES:?run by scripts/with-postgres}"

live=$TRIBUTARY_DB
# The results of a database, without the instants.
results() {
  tributary statement list --json
  tributary ledger accounts --json
}
sound() {  # what
  tributary doctor >/dev/null || fail "$1: doctor"
  tributary audit verify >/dev/null || fail "$1: audit verify"
}
files() { ls -A "$1"; }
nothing_left() {  # what, folder, what was in it before
  same "$1: nothing left behind" "$3" "$(files "$2")"
}

# ---- Backups while the server writes
demonstration
tributary run section-month --period 2020-10 --json >/dev/null
start_server
first_sign_in admin "$(jq -r .administrator.one_time_password "$scratch/serve.json")"
: >"$scratch/acknowledged"
write_units() {
  local n=1
  until [ -e "$scratch/enough" ]; do
    [ "$(ask admin POST /api/v1/organisations "{\"name\":{\"zh\":\"单位$n\",\"en\":\"unit $n\"},\"kind\":\"enterprise\"}" -o /dev/null -w '%{http_code}')" = 201 ] || { echo "write $n was refused"; return 1; }
    echo "$n" >>"$scratch/acknowledged"
    n=$((n + 1))
  done
}
write_units &
writer=$!
mkdir "$scratch/backups"
acknowledged() { wc -l <"$scratch/acknowledged"; }
for round in 1 2 3; do
  before=$(acknowledged)
  until [ "$(acknowledged)" -gt $((before + 3)) ]; do sleep 0.02; done
  before=$(acknowledged)
  tributary backup "$scratch/backups/$round" >/dev/null || fail "backup $round"
  after=$(acknowledged)
  export TRIBUTARY_DB=sqlite:$scratch/restored$round/tributary.db
  tributary restore "$scratch/backups/$round" >/dev/null || fail "restore $round"
  units=$(sqlite3 "${TRIBUTARY_DB#sqlite:}" "SELECT COUNT(*) FROM identity_organisation WHERE name_zh LIKE '单位%'")
  # Written one after the other, so the copy must hold the first so many and no others, each with its note.
  same "round $round: no gap" "$units" "$(sqlite3 "${TRIBUTARY_DB#sqlite:}" "SELECT MAX(CAST(substr(name_zh, 3) AS INTEGER)) FROM identity_organisation WHERE name_zh LIKE '单位%'")"
  same "round $round: notes" "$units" "$(sqlite3 "${TRIBUTARY_DB#sqlite:}" "SELECT COUNT(*) FROM audit_entry WHERE action = 'organisation.create'")"
  [ "$units" -ge "$before" ] && [ "$units" -le $((after + 1)) ] || fail "round $round: $units units, wanted $before to $after"
  sound "round $round"
  same "round $round: noted" database.restore "$(tributary audit list --json --action database.restore | jq -r '.[0].action')"
  same "round $round: for its owner only" 600 "$(stat -c %a "$scratch/backups/$round")"
  export TRIBUTARY_DB=$live
done
same "backups are noted" 3 "$(tributary audit list --json --action database.backup | jq length)"
touch "$scratch/enough"
wait "$writer" || fail "the writer was refused"
stop_server
same "nothing but the backups" "1 2 3" "$(files "$scratch/backups" | xargs)"

# ---- All of it on another machine: restore, put the key back, go on
wanted=$(results)
tributary backup "$scratch/last.backup" --json | jq -e ".key_file == \"$scratch/identity.key\" and .bytes > 1000" >/dev/null || fail "what a backup says"
cp -p "$scratch/identity.key" "$scratch/key-kept-apart"
export TRIBUTARY_DB=sqlite:$scratch/new/tributary.db
tributary restore "$scratch/last.backup" >/dev/null
cp -p "$scratch/key-kept-apart" "$scratch/new/identity.key"
same "the same results" "$wanted" "$(results)"
start_server
same "no second administrator" null "$(jq -c .administrator "$scratch/serve.json")"
sign_in admin "$good"
stop_server
export TRIBUTARY_DB=$live

# ---- Refused, with nothing changed
state=$(contents)
refused "over a file" 4 tributary backup "$scratch/last.backup" -- store.file_exists
refused "over a database" 4 tributary restore "$scratch/last.backup" -- store.not_empty
same "the database is as it was" "$state" "$(contents)"
refused "no database to copy" 3 env TRIBUTARY_DB=sqlite:$scratch/none.db "$program" backup "$scratch/none" -- cli.not_initialised
sqlite3 "$scratch/theirs.db" 'CREATE TABLE other (id INTEGER)'
refused "a database of somebody else" 2 env TRIBUTARY_DB=sqlite:$scratch/theirs.db "$program" backup "$scratch/none" -- store.not_a_backup theirs.db init
same "the database is its owner's alone" 600 "$(stat -c %a "${live#sqlite:}")"
[ ! -e "$scratch/none.db" ] && [ ! -e "$scratch/none" ] || fail "a backup of nothing made something"

mkdir "$scratch/target"
export TRIBUTARY_DB=sqlite:$scratch/target/t.db
touch "$scratch/target/t.db-wal"
refused "a log is left" 4 tributary restore "$scratch/last.backup" -- store.not_empty t.db-wal
rm "$scratch/target/t.db-wal"
bad_file() {  # what, file, part of the answer
  refused "$1" "${4:-2}" tributary restore "$2" -- "${3:-store.not_a_backup}"
  nothing_left "$1" "$scratch/target" ""
}
size=$(stat -c %s "$scratch/last.backup")
for at in 2 30 $((size / 3)) $((size / 2)) $((size - 12)) $((size - 6)) $((size - 2)); do
  cp "$scratch/last.backup" "$scratch/damaged"
  byte=$(dd if="$scratch/damaged" bs=1 skip="$at" count=1 status=none | od -An -tu1 | tr -d ' ')
  # shellcheck disable=SC2059
  printf "\\x$(printf %x $((byte ^ 16)))" | dd of="$scratch/damaged" bs=1 seek="$at" conv=notrunc status=none
  bad_file "byte $at damaged" "$scratch/damaged"
done
for length in 0 1 12 $((size / 2)) $((size - 8)) $((size - 1)); do
  head -c "$length" "$scratch/last.backup" >"$scratch/damaged"
  bad_file "cut off after $length" "$scratch/damaged"
done
bad_file "no such file" "$scratch/nothing"
bad_file "a folder" "$scratch/backups"
bad_file "a text" "$water"
gzip -c "$water" >"$scratch/damaged"
bad_file "a packed text" "$scratch/damaged"
sqlite3 "$scratch/other.db" 'CREATE TABLE a (b)'
gzip -c "$scratch/other.db" >"$scratch/damaged"
bad_file "a database of another program" "$scratch/damaged"
gzip -dc "$scratch/last.backup" >"$scratch/newer.db"
sqlite3 "$scratch/newer.db" "INSERT INTO schema_migration VALUES (9999, 'tomorrow', 'x')"
gzip -c "$scratch/newer.db" >"$scratch/damaged"
bad_file "of a newer program" "$scratch/damaged" store.newer_schema 4
export TRIBUTARY_DB=$live

# ---- No room, no permission
mkdir "$scratch/small"
TRIBUTARY_DB=sqlite:$scratch/new/tributary.db tributary import "$water" --as cnemc-daily >/dev/null 2>&1 || true
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=1m none "$scratch/small" 2>/dev/null; then
  refused "backup to a full disk" 6 tributary backup "$scratch/small/b" -- disk_full
  nothing_left "backup to a full disk" "$scratch/small" ""
  refused "restore to a full disk" 6 env TRIBUTARY_DB="sqlite:$scratch/small/t.db" "$program" restore "$scratch/last.backup" -- disk_full
  nothing_left "restore to a full disk" "$scratch/small" ""
  mount -o remount,ro "$scratch/small"
else
  status=0
  (ulimit -f 512; trap '' XFSZ; tributary backup "$scratch/small/b") >/dev/null 2>&1 || status=$?
  same "a backup that cannot grow" 6 "$status"
  nothing_left "a backup that cannot grow" "$scratch/small" ""
  chmod 555 "$scratch/small"
fi
if touch "$scratch/small/any" 2>/dev/null; then
  rm "$scratch/small/any"
  echo "root that may not mount: no folder here that cannot be written"
else
  refused "backup into a folder that cannot be written" 6 tributary backup "$scratch/small/b" -- store.disk_failure
  refused "restore into it" 6 env TRIBUTARY_DB="sqlite:$scratch/small/t.db" "$program" restore "$scratch/last.backup" -- store.
  nothing_left "a folder that cannot be written" "$scratch/small" ""
fi
refused "into no folder" 6 tributary backup "$scratch/nowhere/b" -- store.disk_failure
same "the database is as it was, all the same" "$state" "$(contents)"

# ---- PostgreSQL: the same commands
new_database() {  # name; sets TRIBUTARY_DB
  psql -q "$TRIBUTARY_TEST_POSTGRES" -c "CREATE DATABASE $1"
  databases+=("$1")
  export TRIBUTARY_DB=${TRIBUTARY_TEST_POSTGRES/\/postgres/\/$1}
}
new_database operator_a_$$
refused "an empty PostgreSQL database" 2 tributary backup "$scratch/pg0" -- store.not_a_backup init
source_db=$TRIBUTARY_DB
demonstration
tributary run section-month --period 2020-10 --json >/dev/null
wanted=$(results)
tributary backup "$scratch/pg.backup" >/dev/null || fail "backup of PostgreSQL"
refused "over a file, PostgreSQL" 4 tributary backup "$scratch/pg.backup" -- store.file_exists
refused "over tables" 4 tributary restore "$scratch/pg.backup" -- store.not_empty
same "noted" database.backup "$(tributary audit list --json | jq -r '.[0].action')"
refused "no folder, PostgreSQL" 6 tributary backup "$scratch/nowhere/pg" -- store.disk_failure
refused "without pg_dump" 6 env PATH=/nonexistent "$program" backup "$scratch/pg2" -- store.tool_failed "pg_dump --format=custom" postgresql-client
[ ! -e "$scratch/pg2" ] || fail "a backup without pg_dump made a file"
# Other users of the machine see a program's arguments: the password goes another way.
mkdir "$scratch/bin"
printf '#!/bin/sh\nprintf "%%s\\n" "$*" "$PGPASSWORD" >"%s"\necho no such luck >&2\nexit 1\n' "$scratch/called" >"$scratch/bin/pg_dump"
chmod +x "$scratch/bin/pg_dump"
refused "pg_dump fails" 6 env PATH="$scratch/bin:$PATH" TRIBUTARY_DB="$TRIBUTARY_DB&password=ge%27heim" "$program" backup "$scratch/pg2" -- store.tool_failed "no such luck"
same "the password reaches pg_dump" "ge'heim" "$(sed -n 2p "$scratch/called")"
case $(sed -n 1p "$scratch/called") in *heim*) fail "the password stands among the arguments" ;; esac
[ ! -e "$scratch/pg2" ] || fail "a pg_dump that failed made a file"
new_database operator_b_$$
tables() { psql -qtA "$TRIBUTARY_DB" -c "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public'"; }
size=$(stat -c %s "$scratch/pg.backup")
for at in 2 $((size / 2)) $((size * 9 / 10)); do
  cp "$scratch/pg.backup" "$scratch/damaged"
  printf '\xff\x00\xff\x00' | dd of="$scratch/damaged" bs=1 seek="$at" conv=notrunc status=none
  refused "PostgreSQL: damaged at $at" 2 tributary restore "$scratch/damaged" -- store.not_a_backup
done
head -c $((size / 2)) "$scratch/pg.backup" >"$scratch/damaged"
refused "PostgreSQL: cut off" 2 tributary restore "$scratch/damaged" -- store.not_a_backup
refused "PostgreSQL: the backup of a SQLite database" 2 tributary restore "$scratch/last.backup" -- store.not_a_backup
refused "without pg_restore" 6 env PATH=/nonexistent "$program" restore "$scratch/pg.backup" -- store.tool_failed pg_restore
same "nothing restored" 0 "$(tables)"
tributary restore "$scratch/pg.backup" >/dev/null || fail "restore of PostgreSQL"
same "the same results, PostgreSQL" "$wanted" "$(results)"
sound "PostgreSQL"
# What the database itself forbids, it forbids after restoring too.
if psql -q "$TRIBUTARY_DB" -c "DELETE FROM audit_entry" 2>/dev/null; then fail "the restored trail can be deleted"; fi
psql -q "$source_db" -c "INSERT INTO schema_migration VALUES (9999, 'tomorrow', 'x')"
refused "PostgreSQL: of a newer program" 4 env TRIBUTARY_DB="$source_db" "$program" backup "$scratch/pg3" -- store.newer_schema
pg_dump --format=custom --file="$scratch/pg3" "$source_db"
new_database operator_c_$$
refused "PostgreSQL: the archive of a newer program" 4 tributary restore "$scratch/pg3" -- store.newer_schema
same "nothing of it" 0 "$(tables)"
export TRIBUTARY_DB=$live

# ---- The configuration file
sample=deploy/tributary.toml
unset TRIBUTARY_PACKS
refused "the sample itself" 3 env -u TRIBUTARY_DB "$program" --config $sample audit verify -- /var/lib/tributary/tributary.db cli.not_initialised
# Every option of the server stands in the sample, and what is switched off by # is right too.
for option in $(for part in "" serve; do tributary $part --help | sed -nE 's/^ +(-h,)?--([a-z-]+).*/\2/p'; done); do
  case $option in help | version | by | json | config) continue ;; esac
  grep -E "^(# )?$option = " $sample >/dev/null || fail "the sample does not explain $option"
done
sed -E 's/^# ([a-z-]+ = )/\1/' $sample | awk -F ' = ' '/^[a-z]/ && seen[$1]++ { next } { print }' >"$scratch/all.toml"
[ "$(grep -cE '^[a-z-]+ = ' "$scratch/all.toml")" -ge 14 ] || fail "too few settings in the sample"
refused "the sample with all switched on" 3 env -u TRIBUTARY_DB "$program" --config "$scratch/all.toml" audit verify -- cli.not_initialised

export TRIBUTARY_PACKS=$source_folder/policies
printf 'db = "%s"\nlang = "en"\npublic-url = "https://bc.example.gov.cn/"\n\n[serve]\nlisten = "127.0.0.1:0"\nquiet = true\nno-rate-limits = true\ntrusted-proxy = ["127.0.0.1", "::1"]\nbasemap = "https://t{0-7}.example.org/{z}/{x}/{y}.png"\n' "$live" >"$scratch/t.toml"
configured() { env -u TRIBUTARY_DB "$program" --config "$scratch/t.toml" "$@"; }
holds "the file names the database" "$(configured audit verify)" "intact"
same "the file's language" 0 "$(configured audit verify | grep -cP '\p{Han}')"
[ "$(configured --lang zh audit verify | grep -cP '\p{Han}')" -gt 0 ] || fail "a flag wins over the file"
[ "$(TRIBUTARY_LANG=zh configured audit verify | grep -cP '\p{Han}')" -gt 0 ] || fail "the environment wins over the file"
refused "the environment's database wins" 3 env TRIBUTARY_DB=sqlite:/nowhere/t.db "$program" --config "$scratch/t.toml" --lang both audit verify -- /nowhere/t.db
refused "the flag's database wins" 3 env TRIBUTARY_DB="$live" "$program" --config "$scratch/t.toml" --lang both --db sqlite:/nowhere/t.db audit verify -- /nowhere/t.db
holds "the file named by the environment" "$(env -u TRIBUTARY_DB TRIBUTARY_CONFIG="$scratch/t.toml" "$program" audit verify)" intact
: >"$scratch/serve.json"
env -u TRIBUTARY_DB "$program" --config "$scratch/t.toml" --json serve >"$scratch/serve.json" 2>"$scratch/serve.log" &
server=$!
until [ -s "$scratch/serve.json" ] || ! kill -0 $server 2>/dev/null; do sleep 0.05; done
url=$(jq -r .url "$scratch/serve.json")
same "served by the file" '{"status":"ready"}' "$(curl -s "${url}ready")"
holds "the map's origin, and no other" "$(curl -sI "${url}" | grep -i content-security-policy)" "img-src 'self' data: blob: https://*.example.org;"
stop_server
refused "a map that is none" 2 tributary serve --listen 127.0.0.1:0 --basemap http://example.org -- api.bad_basemap
same "quiet by the file" 0 "$(grep -c '"request"' "$scratch/serve.log")"

bad_settings() {  # what, text of the file, parts of the answer
  printf '%s\n' "$2" >"$scratch/bad.toml"
  refused "$1" 2 tributary --config "$scratch/bad.toml" audit verify -- "$scratch/bad.toml" cli.bad_settings "${@:3}"
}
bad_settings "an unknown key" $'packs = "x"\npakcs = "x"' ':2 [pakcs]' packs
bad_settings "an unknown key of serve" $'[serve]\nlisten = "x"\nport = 8080' ':3 [port]' listen
bad_settings "an unknown part" $'[server]\nlisten = "x"' 'server' serve
bad_settings "not for a file" 'by = "me"' '[by]'
bad_settings "out of range" $'[serve]\nworkers = 1000' ':2 [workers]'
bad_settings "not a number" $'[serve]\nworkers = "many"' ':2 [workers]'
bad_settings "not a language" 'lang = "fr"' ':1 [lang]'
bad_settings "a list where one is wanted" 'packs = ["a", "b"]' ':1 [packs]'
bad_settings "a fraction" $'[serve]\nconnections = 1.5' '[connections]'
bad_settings "not TOML" $'\ndb = sqlite' ':2:'
bad_settings "twice" $'db = "a"\ndb = "b"' ':2:'
refused "no such file" 3 tributary --config "$scratch/no.toml" audit verify -- "$scratch/no.toml" base.file_unreadable
refused "half of TLS" 2 tributary serve --tls-cert x -- --tls-key
refused "a proxy by name" 2 tributary serve --trusted-proxy localhost -- localhost
for public in ftp://a https:// 'https://a?b' 'https://a#b' 'a.b'; do
  refused "public URL $public" 2 tributary serve --public-url "$public" -- "$public" https://
done

# ---- The guide: its commands are the same in both languages and do what it says, in this order
commands_of() { sed -nE 's/^sudo (-u tributary )?((tributary|cp -p|mkdir|sh -c|systemctl) .*)$/\2/p' "docs/guide/$1/operator.md"; }
same "both guides" "$(commands_of en)" "$(commands_of zh)"
mkdir -p "$scratch/machine/lib" "$scratch/machine/backups"
export TRIBUTARY_DB=sqlite:$scratch/machine/lib/tributary.db
run_by_guide() {  # one command
  local line=${1//\/var\/lib\/tributary/$scratch/machine/lib}
  line=${line//\/var\/backups\/tributary/$scratch/machine/backups}
  case $line in
    "systemctl stop tributary") stop_server ;;
    "systemctl start tributary" | "systemctl enable --now tributary")
      start_server
      same "$1" '{"status":"ready"}' "$(curl -s "${url}ready")"
      same "user setup made the administrator" null "$(jq -c .administrator "$scratch/serve.json")" ;;
    *) eval "$line" >"$scratch/answer" 2>&1 || { cat "$scratch/answer"; fail "the guide: $1"; } ;;
  esac
}
count=0
while read -r -u 7 command; do
  run_by_guide "$command"
  count=$((count + 1))
done 7< <(commands_of zh)
[ "$count" -ge 17 ] || fail "only $count commands in the guide"
same "restored by the guide" 1 "$(tributary audit list --json --action database.restore | jq length)"
stop_server
export TRIBUTARY_DB=$live

# ---- The units
if command -v systemd-analyze >/dev/null; then
  for unit in tributary.service tributary-backup.service tributary-backup.timer; do
    sed "s|/usr/bin/tributary|$program|; s|^User=.*|User=daemon|; s|^Group=.*|Group=daemon|" "deploy/$unit" >"$scratch/$unit"
  done
  systemd-analyze verify "$scratch"/tributary*.service "$scratch/tributary-backup.timer" >"$scratch/verify" 2>&1 || fail "systemd-analyze verify: $(cat "$scratch/verify")"
  same "nothing to remark on the units" "" "$(grep -F "$scratch" "$scratch/verify" || true)"
  systemd-analyze security --offline=true --threshold=20 "$scratch/tributary.service" >"$scratch/security" 2>&1 || fail "systemd-analyze security: $(tail -n 3 "$scratch/security")"
else
  echo "systemd-analyze is not here: the units were not judged"
fi

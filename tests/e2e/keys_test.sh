#!/usr/bin/env bash
# Keys are listed, rotated and retired; not under a running server, and not when the file is another one.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server_lib.sh"

demonstration
refused "no key yet" 6 tributary key list -- identity.bad_key identity.key
start_server
admin=$(jq -r .administrator.one_time_password "$scratch/serve.json")
first_sign_in admin "$admin"
# An authenticator: a secret sealed by the first key.
ask admin POST /api/v1/session/totp/start >/dev/null
for command in "list" "rotate --cipher sm4" "retire 00000000"; do
  # shellcheck disable=SC2086
  refused "$command under a server" 4 tributary key $command -- identity.keys_in_use systemctl
done
stop_server

keys=$(tributary key list --json)
old=$(jq -r '.[0].key' <<<"$keys")
same "one key" 1 "$(jq length <<<"$keys")"
same "it seals the secret" 1 "$(jq '.[0].sealed' <<<"$keys")"
refused "the only key" 4 tributary key retire "$old" -- identity.keys_in_use
cp -p "$scratch/identity.key" "$scratch/kept.key"

# Another file: nothing is added, nothing changed.
head -c 32 /dev/urandom >"$scratch/other.key"
chmod 600 "$scratch/other.key"
state=$(contents)
refused "another key" 6 tributary --key-file "$scratch/other.key" key rotate --cipher aes -- identity.bad_key
same "nothing changed" "$state" "$(contents)"
same "no key added" 32 "$(stat -c %s "$scratch/other.key")"

# Interrupted after the new key was written: the old one still seals, and the next run goes on with the same keys.
cp -p "$scratch/tributary.db" "$scratch/before.db"
tributary key rotate --cipher sm4 >/dev/null
new=$(tributary key list --json | jq -r '.[-1].key')
cp -p "$scratch/before.db" "$scratch/tributary.db"
rm -f "$scratch/tributary.db-wal" "$scratch/tributary.db-shm"
refused "still in use" 4 tributary key retire "$old" -- identity.keys_in_use
done=$(tributary key rotate --cipher sm4 --json)
same "goes on" "true $new" "$(jq -r '"\(.continued) \(.key)"' <<<"$done")"
same "two keys" "$old 0 $new 1" "$(tributary key list --json | jq -r 'map("\(.key) \(.sealed)") | join(" ")')"
same "private" 600 "$(stat -c %a "$scratch/identity.key")"
tributary key retire "$old" >/dev/null
same "one key is left" 32 "$(stat -c %s "$scratch/identity.key")"
refused "retired already" 3 tributary key retire "$old" -- identity.not_found
same "all of it noted" "1 1" "$(for a in key.rotate key.retire; do tributary audit list --json --action $a | jq length; done | xargs)"
tributary audit verify >/dev/null || fail "the trail"

# The former file no longer opens anything; the new one does.
refused "the former key" 6 tributary --key-file "$scratch/kept.key" key rotate --cipher aes -- identity.bad_key
start_server
sign_in admin "$good"
stop_server

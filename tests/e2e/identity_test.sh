# Users, roles and the audit trail from the command line; the trail against tampering with the database file itself.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

demonstration
first=$(tributary user setup --json)
same "the first administrator" '["admin",["administrator"],true]' "$(jq -c '[.name, .roles, .must_change_password]' <<<"$first")"
same "a one-time password" 23 "$(jq -r '.one_time_password | length' <<<"$first")"
before=$(contents)
same "only once" null "$(tributary user setup --json | jq -c .one_time_password)"
same "setup again changes nothing" "$before" "$(contents)"
if sqlite3 "$scratch/tributary.db" .dump | grep -F "$(jq -r .one_time_password <<<"$first")" >/dev/null; then fail "the password stands in the database"; fi

same "departments of the plan" '["区水利局","区财政局"]' "$(tributary user organisations --json | jq -c '[.[] | select(.id == "water" or .id == "finance") | .name.zh] | sort')"
same "townships and zones of the district alone" 26 "$(tributary user organisations --json | jq '[.[] | select(.kind == "township" and (.id | startswith("demo-") | not))] | length')"
tributary user add li --display 李明 --organisation water --roles lead_department >/dev/null
refused "a name twice" 4 tributary user add ＬＩ --display 李 --organisation water -- identity.name_taken
refused "an unknown organisation" 3 tributary user add wang --display 王 --organisation nowhere -- identity.not_found
refused "an unknown role" 3 tributary user add wang --display 王 --organisation water --roles king -- identity.not_found
refused "roles that exclude each other" 4 tributary user change li --roles auditor,administrator -- identity.roles_exclude
refused "the last administrator" 4 tributary user change admin --disable -- identity.last_administrator
tributary user change li --roles lead_department,office_approver --organisation drc >/dev/null
same "changed" '["drc",["lead_department","office_approver"]]' "$(tributary user list --json | jq -c '.[] | select(.name == "li") | [.organisation, .roles]')"
[ "$(tributary user password li --json | jq -r .one_time_password | wc -c)" -eq 24 ] || fail "a new one-time password"

run=$(tributary run section-month --period 2020-10 --json)
id=$(jq '.statements[0]' <<<"$run")
tributary statement publish "$id" --working-days 5 --basis 试验 >/dev/null
refused "the drafter confirms" 5 tributary statement confirm "$id" --note 同意 -- compensate.same_person
tributary statement confirm "$id" --by head --note 同意 >/dev/null
same "who did what" '["clerk run.start","clerk statement.publish","head statement.confirm"]' \
  "$(tributary audit list --json | jq -c '[.[] | select(.action | test("^(run|statement)")) | .who + " " + .action] | reverse')"
same "search by action" 1 "$(tributary audit list --action user.create --object "user/$(tributary user list --json | jq -r '.[] | select(.name == "li") | .id')" --json | jq length)"

# Heads and exports
tributary audit head --out "$scratch/head" >/dev/null
tributary audit export "$scratch/trail" >/dev/null
same "intact" true "$(tributary audit verify --head "$scratch/head" --json | jq .intact)"
same "the export, without a database" true "$(TRIBUTARY_DB=sqlite:/none/none.db tributary audit verify --file "$scratch/trail" --head "$scratch/head" --json | jq .intact)"
sed 's/"head"/"haed"/' "$scratch/trail" >"$scratch/cut"
refused "an export cut off" 2 tributary audit verify --file "$scratch/cut" -- identity.bad_export
sed 's/office_approver/office_drafter/' "$scratch/trail" >"$scratch/forged"
refused "a forged export" 1 tributary audit verify --file "$scratch/forged" -- 第
refused "no such file" 3 tributary audit verify --file "$scratch/none" -- base.file_unreadable
refused "not a head" 2 tributary audit verify --head "$scratch/trail" -- identity.bad_export

# The database refuses; who takes its triggers away is found out.
if sqlite3 "$scratch/tributary.db" "DELETE FROM audit_entry" 2>/dev/null; then fail "the trail could be deleted"; fi
if sqlite3 "$scratch/tributary.db" "UPDATE audit_entry SET who = 'x'" 2>/dev/null; then fail "the trail could be changed"; fi
sqlite3 "$scratch/tributary.db" "DROP TRIGGER audit_entry_same; UPDATE audit_entry SET who = 'nobody' WHERE action = 'statement.confirm'"
refused "a changed entry" 1 tributary audit verify -- 第

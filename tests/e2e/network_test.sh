#!/usr/bin/env bash
# The server on the network: TLS by itself, behind a reverse proxy (the nginx of deploy/), packed answers.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/server_lib.sh"

demonstration
status_of() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
headers_of() { curl -s -o /dev/null -D - "$@" | tr -d '\r'; }

# ---- TLS
authority() {  # name: a certificate authority of our own
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout "$scratch/$1.key" -out "$scratch/$1.pem" 2>/dev/null
}
certificate() {  # name, authority
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout "$scratch/$1.key" -out "$scratch/$1.csr" 2>/dev/null
  openssl x509 -req -in "$scratch/$1.csr" -CA "$scratch/$2.pem" -CAkey "$scratch/$2.key" -CAcreateserial -days 2 -out "$scratch/$1.pem" \
    -extfile <(echo "subjectAltName=DNS:localhost,IP:127.0.0.1") 2>/dev/null
}
authority ours
authority other
certificate server ours
certificate elsewhere ours
openssl ec -in "$scratch/server.key" -aes128 -passout pass:secret -out "$scratch/locked.key" 2>/dev/null

refused "no such certificate" 2 tributary serve --tls-cert "$scratch/none.pem" --tls-key "$scratch/server.key" -- api.bad_certificate none.pem --tls-cert
refused "not a certificate" 2 tributary serve --tls-cert "$water" --tls-key "$scratch/server.key" -- api.bad_certificate "$water"
refused "no such key" 2 tributary serve --tls-cert "$scratch/server.pem" --tls-key "$scratch/none.key" -- api.bad_certificate none.key --tls-key
refused "the key of another" 2 tributary serve --tls-cert "$scratch/server.pem" --tls-key "$scratch/elsewhere.key" -- api.bad_certificate elsewhere.key
refused "a key with a password" 2 tributary serve --tls-cert "$scratch/server.pem" --tls-key "$scratch/locked.key" -- api.bad_certificate locked.key
: >"$scratch/empty.key"
refused "an empty key" 2 tributary serve --tls-cert "$scratch/server.pem" --tls-key "$scratch/empty.key" -- api.bad_certificate empty.key

export CURL_CA_BUNDLE=$scratch/ours.pem
start_server --tls-cert "$scratch/server.pem" --tls-key "$scratch/server.key"
same "https" "https://127.0.0.1" "${url%:*}"
where=${url#https://}
where=${where%/}
password=$(jq -r .administrator.one_time_password "$scratch/serve.json")
same "our authority" 200 "$(status_of "${url}ready")"
got=0
curl -s --cacert "$scratch/other.pem" "${url}ready" >/dev/null || got=$?
same "another authority" 60 "$got"
speaks() { openssl s_client -connect "$where" -CAfile "$scratch/ours.pem" "$@" </dev/null 2>&1 || true; }
for version in tls1_2 tls1_3; do holds "$version" "$(speaks -$version)" "Verify return code: 0"; done
# The client is willing (security level 0): it is the server that refuses.
for version in tls1 tls1_1; do
  answer=$(speaks -$version -cipher 'ALL:@SECLEVEL=0')
  holds "$version is refused" "$answer" "alert protocol version"
done
got=0
curl -s "http://$where/ready" >/dev/null || got=$?
[ "$got" -ne 0 ] || fail "plain HTTP on the port of TLS was answered"
# Who connects and sends nothing is let go: reading ends.
exec 4<>"/dev/tcp/127.0.0.1/$(sed 's|.*:||; s|/$||' <<<"$url")"
cat <&4 >/dev/null || true
exec 4>&-
head -c 100000 /dev/urandom | timeout 20 bash -c "cat >/dev/tcp/${where/://}" 2>/dev/null || true
same "unharmed" 200 "$(status_of "${url}ready")"
holds "HSTS" "$(headers_of "${url}ready")" "Strict-Transport-Security: max-age="
answer=$(ask admin POST /api/v1/session "$(jq -nc --arg p "$password" '{name: "admin", password: $p}')" -D - -o /dev/null)
holds "the cookie" "$answer" "HttpOnly; SameSite=Strict; Secure"
first_sign_in admin "$password"
stop_server

# ---- A proxy is believed only where it is listed
session_from() {  # further arguments of curl
  curl -s -o /dev/null -D - -H 'Content-Type: application/json' -d "$(jq -nc --arg p "$good" '{name: "admin", password: $p}')" "$@" "${url}api/v1/session" | tr -d '\r'
}
last_address() { tributary audit list --json --action session.open --limit 1 | jq -r '.[0].address'; }
start_server
answer=$(session_from -H 'X-Forwarded-For: 203.0.113.9' -H 'X-Forwarded-Proto: https')
holds "signed in" "$answer" "200 OK"
same "nobody is believed" 127.0.0.1 "$(last_address)"
case $answer in *Secure* | *Strict-Transport*) fail "a visitor's word for HTTPS was believed" ;; esac
stop_server
start_server --trusted-proxy 10.9.8.7
answer=$(session_from -H 'X-Forwarded-For: 203.0.113.9' -H 'X-Forwarded-Proto: https')
same "another than the listed one is not believed" 127.0.0.1 "$(last_address)"
stop_server
start_server --trusted-proxy 127.0.0.1 --trusted-proxy 10.9.8.7
answer=$(session_from -H 'X-Forwarded-For: 198.51.100.1, 203.0.113.9, 10.9.8.7' -H 'X-Forwarded-Proto: https')
same "the last that is not ours" 203.0.113.9 "$(last_address)"
holds "HTTPS at the proxy: cookie" "$answer" "; Secure"
holds "HTTPS at the proxy: HSTS" "$answer" "Strict-Transport-Security"
answer=$(session_from -H 'X-Forwarded-For: 2001:db8::7' -H 'X-Forwarded-Proto: http')
same "IPv6" 2001:db8::7 "$(last_address)"
case $answer in *"; Secure"*) fail "Secure without HTTPS" ;; esac
session_from -H 'X-Forwarded-For: <script>' >/dev/null
same "nonsense" 127.0.0.1 "$(last_address)"
stop_server

# ---- Packed as the reader likes
mkdir -p "$scratch/web/assets"
{ echo '<!doctype html><title>支流</title>'; seq 2000; } >"$scratch/web/index.html"
seq 5000 >"$scratch/web/assets/index-AbCd1234.js"
head -c 5000 /dev/urandom >"$scratch/web/assets/photo-AbCd1234.jpg"
start_server --web "$scratch/web"
unpacked() {  # encoding
  case $1 in br) brotli -dc ;; gzip) gzip -dc ;; *) cat ;; esac
}
packing() {  # what, path, Accept-Encoding, wanted
  local answer
  answer=$(curl -s -D - -o "$scratch/body" -H "Accept-Encoding: $3" "$url$2" | tr -d '\r')
  same "$1, asked for «$3»" "$4" "$(sed -n 's/^Content-Encoding: //p' <<<"$answer")"
  holds "$1: Vary" "$answer" "Vary: Accept-Encoding"
  curl -s "$url$2" | cmp - <(unpacked "$4" <"$scratch/body") || fail "$1, asked for «$3»: other bytes"
  same "$1: length" "$(stat -c %s "$scratch/body")" "$(sed -n 's/^Content-Length: //p' <<<"$answer")"
}
for file in assets/index-AbCd1234.js api/v1/openapi.json; do
  packing $file $file 'gzip, deflate, br' br
  packing $file $file 'gzip' gzip
  packing $file $file 'br;q=0.5, gzip;q=0.9' gzip
  packing $file $file 'br;q=0, gzip' gzip
  packing $file $file 'br;q=0, gzip;q=0' ''
  packing $file $file 'identity' ''
  packing $file $file '*;q=0.1' br
done
plain=$(curl -s "${url}assets/index-AbCd1234.js" | wc -c)
small=$(curl -s -H 'Accept-Encoding: br' "${url}assets/index-AbCd1234.js" | wc -c)
[ "$small" -lt $((plain / 2)) ] || fail "brotli: $small of $plain bytes"
tag() { headers_of -H "Accept-Encoding: $1" "${url}assets/index-AbCd1234.js" | sed -n 's/^ETag: //p'; }
same "each packing has its tag" 3 "$(for e in br gzip identity; do tag $e; done | sort -u | wc -l)"
same "known already" 304 "$(status_of -H 'Accept-Encoding: br' -H "If-None-Match: $(tag br)" "${url}assets/index-AbCd1234.js")"
same "a photograph goes as it is" "" "$(headers_of -H 'Accept-Encoding: br' "${url}assets/photo-AbCd1234.jpg" | sed -n 's/^Content-Encoding: //p')"

# ---- Behind nginx, by the sample
free_port() {
  local port
  while port=$((20000 + RANDOM % 20000)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}
stop_server
if ! command -v nginx >/dev/null; then
  echo "nginx is not here: deploy/nginx.conf was not tried"
  exit 0
fi
start_server --web "$scratch/web" --trusted-proxy 127.0.0.1 --trusted-proxy ::1
direct=$url
plain_port=$(free_port)
tls_port=$(free_port)
# Other ports, names and files; whatever else the sample says stays. Without IPv6 nobody can listen on it.
sed -e "s|127.0.0.1:8080|$(sed 's|http://||; s|/$||' <<<"$direct")|; s|/etc/tributary/tls/fullchain.pem|$scratch/server.pem|" \
  -e "s|/etc/tributary/tls/key.pem|$scratch/server.key|; s|bc.example.gov.cn|localhost|" -e '/listen \[::\]/d' \
  -e "s|listen 80;|listen 127.0.0.1:$plain_port;|; s|listen 443 |listen 127.0.0.1:$tls_port |" deploy/nginx.conf >"$scratch/site.conf"
folder=$scratch/nginx
mkdir "$folder"
chmod 755 "$scratch" "$folder"
{
  [ "$(id -u)" -ne 0 ] || echo "user nobody nogroup;"
  echo "daemon off; pid $folder/pid; error_log $folder/error.log; worker_processes 1; events { worker_connections 100; }"
  echo "http { access_log off; client_body_temp_path $folder/a; proxy_temp_path $folder/b; fastcgi_temp_path $folder/c; uwsgi_temp_path $folder/d; scgi_temp_path $folder/e; include $scratch/site.conf; }"
} >"$folder/nginx.conf"
nginx -t -e "$folder/error.log" -c "$folder/nginx.conf" >"$folder/tested" 2>&1 || { cat "$folder/tested"; fail "nginx -t"; exit 1; }
same "nginx -t has nothing to remark" "" "$(grep -E '\[(warn|error|emerg)\]' "$folder/tested" || true)"
nginx -e "$folder/error.log" -c "$folder/nginx.conf" &
nginx=$!
trap '[ $? -eq 0 ] || failures=$((failures + 1)); kill $nginx 2>/dev/null || true; finish' EXIT
until (exec 3<>"/dev/tcp/127.0.0.1/$tls_port") 2>/dev/null; do
  kill -0 $nginx 2>/dev/null || { cat "$folder/error.log"; fail "nginx does not start"; exit 1; }
  sleep 0.05
done
url=https://localhost:$tls_port/
same "through nginx" '{"status":"ready"}' "$(curl -s "${url}ready")"
same "HTTP/2" 2 "$(curl -s -o /dev/null -w '%{http_version}' "${url}ready")"
same "from HTTP to HTTPS" "301 https://localhost/console?a=b" "$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -H 'Host: localhost' "http://127.0.0.1:$plain_port/console?a=b")"
same "packed by Tributary" br "$(headers_of -H 'Accept-Encoding: br' "${url}assets/index-AbCd1234.js" | sed -nE 's/^content-encoding: //pi')"
answer=$(session_from -H 'X-Forwarded-For: 203.0.113.9' -H 'X-Forwarded-Proto: http')
holds "cookie through nginx" "$answer" "; Secure"
holds "HSTS through nginx" "$answer" "max-age=31536000"
same "a visitor's own word is dropped" 127.0.0.1 "$(last_address)"
same "figures are not for outside" 404 "$(status_of "${url}metrics")"
holds "figures at the machine" "$(curl -s "${direct}metrics")" tributary_requests_total

# A file as large as the server takes passes, a larger one is refused.
first_sign_in li "$(tributary user add li --display 李明 --organisation drc --roles office_drafter --json | jq -r .one_time_password)"
upload() { status_of -b "$scratch/li.cookie" -H "X-CSRF-Token: $(cat "$scratch/li.csrf")" -H 'Content-Type: text/csv' --data-binary "@$scratch/large" "${url}api/v1/imports?as=cnemc-daily"; }
head -c $((60 * 1024 * 1024)) /dev/zero >"$scratch/large"
same "60 MiB reach the server" 400 "$(upload)"
head -c $((65 * 1024 * 1024)) /dev/zero >"$scratch/large"
same "65 MiB do not" 413 "$(upload)"

# Events come while the stream is open.
: >"$scratch/events"
curl -sN -b "$scratch/li.cookie" "${url}api/v1/events" >"$scratch/events" &
listener=$!
wait_for() {  # text
  until grep -F "$1" "$scratch/events" >/dev/null; do
    kill -0 $listener 2>/dev/null || { fail "the stream ended without «$1»"; return; }
    sleep 0.05
  done
}
wait_for "retry: 3000"
same "a run" 202 "$(ask li POST /api/v1/runs '{"rule":"section-month","period":"2020-10"}' -o "$scratch/answer" -w '%{http_code}')"
wait_for "event: job"
kill -0 $listener 2>/dev/null || fail "the stream did not stay open"
# The end of the server ends the stream; nginx stays.
stop_server
wait $listener || true
same "nobody behind nginx" 502 "$(status_of "${url}ready")"

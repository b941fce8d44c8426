#!/bin/sh
# Talks over plain HTTP: sh talk.sh USERNAME PASSWORD ROOM [TEXT]
#
# Registers unless that is done already, logs in, joins the public room of that name or makes it, sends the text if
# there is one, and prints the last twenty messages. Needs curl and python3; SOPAPO_URL says where the server is.
set -eu

api="${SOPAPO_URL:-http://127.0.0.1:5000}/api/v1"
username=$1
password=$2
name=$3
text=${4-}
token=

# json KEY VALUE ...: an object of strings.
json() {
  python3 -c 'import json, sys; print(json.dumps(dict(zip(sys.argv[1::2], sys.argv[2::2]))))' "$@"
}

# pick EXPRESSION [ARGUMENT]: what the expression makes of the answer on standard input.
pick() {
  python3 -c 'import json, sys; answer = json.load(sys.stdin); print(eval(sys.argv[1]))' "$@"
}

# ask METHOD PATH [CURL OPTION ...]: one call; says what was wrong where it fails.
ask() {
  method=$1
  path=$2
  shift 2
  body=$(curl -sS --fail-with-body -X "$method" "$api$path" -H 'Content-Type: application/json' \
    ${token:+-H "Authorization: Bearer $token"} "$@") || {
    printf '%s %s: %s\n' "$method" "$path" "$body" >&2
    return 1
  }
  printf '%s\n' "$body"
}

me=$(json username "$username" password "$password")
ask POST /auth/register -d "$me" >/dev/null 2>&1 || true # whoever is registered already logs in
session=$(ask POST /auth/login -d "$me")
token=$(printf '%s' "$session" | pick 'answer["access_token"]')

found=$(ask GET /rooms/public --get --data-urlencode "q=$name")
room=$(printf '%s' "$found" | pick 'next((r["id"] for r in answer["rooms"] if r["name"] == sys.argv[2]), "")' "$name")
if [ -n "$room" ]; then
  ask POST "/rooms/$room/join" >/dev/null
else
  body=$(json name "$name" kind group | pick 'json.dumps({**answer, "public": True})')
  made=$(ask POST /rooms -d "$body")
  room=$(printf '%s' "$made" | pick 'answer["room"]["id"]')
fi

if [ -n "$text" ]; then
  # The client_id is made once, before the first try: however often curl repeats this, one message is stored.
  message=$(json text "$text" client_id "$(python3 -c 'import uuid; print(uuid.uuid4())')")
  ask POST "/rooms/$room/messages" -d "$message" --retry 5 --retry-all-errors --max-time 10 >/dev/null
fi

page=$(ask GET "/rooms/$room/messages?limit=20")
printf '%s' "$page" | pick '"\n".join(
  "{seq:>5}  {name}: {text}".format(
    seq=m["seq"], text=m["text"] or (m["system"] or {}).get("action"),
    name=next((u["name"] for u in answer["users"] if u["id"] == m["sender"]), "*"),
  ) for m in answer["messages"])'

# shellcheck shell=bash
# Step 1: the network is up when the archive answers, nothing less counts.

# How long to wait for it, in seconds.
NETWORK_WAIT=${NETWORK_WAIT:-60}
# The same for an address. Emulated beside seven others, a machine came to its shell two minutes before it had one.
ADDRESS_WAIT=$((NETWORK_WAIT * 10))

# has_route: this machine knows where to send what is for others.
has_route() {
  grep -q -E '^[^[:space:]]+[[:space:]]00000000[[:space:]]' /proc/net/route
}

# fetch URL: its content on stdout; else status 1, with what curl said in $FETCH_WORDS, the reason first. Not an answer yet (no name server, a
# server that restarts) is tried again for NETWORK_WAIT seconds from when there is an address; a plain "no" of the server is final.
fetch() {
  local until=$((SECONDS + NETWORK_WAIT)) late=$((SECONDS + ADDRESS_WAIT)) status
  while true; do
    status=0
    curl -sS -f -L --connect-timeout 10 --max-time 60 "$1" 2> "$FETCH_WORDS" || status=$?
    [ $status -ne 0 ] || return 0
    # 22 is an HTTP error; of those the 5xx may pass.
    if [ $status -eq 22 ] && ! grep -q ' 5[0-9][0-9]' "$FETCH_WORDS"; then return 1; fi
    if [ "$SECONDS" -lt "$late" ] && ! has_route; then until=$((SECONDS + NETWORK_WAIT)); fi
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 1
  done
}

# download URL FILE: as fetch, for what is too large for a minute: it may take long, but not stand still.
download() {
  curl -sS -f -L --connect-timeout 10 --speed-limit 1000 --speed-time 60 --retry 3 --retry-all-errors -o "$2" "$1" ||
    fail "$1 cannot be fetched: curl ended with status $?; its words stand above"
}

# await_release MIRROR SUITE: the archive's signed index answers and is of that suite. Its signature is apt's affair.
await_release() {
  local url=$1/dists/$2/InRelease release
  FETCH_WORDS=$(mktemp)
  release=$(fetch "$url") || fail "$url does not answer: $(head -n 1 "$FETCH_WORDS")"
  rm -f "$FETCH_WORDS"
  grep -q -x -e "Codename: $2" -e "Suite: $2" <<< "$release" || fail "$url answers, but is no index of $2"
  say "$url of $(sed -n 's/^Date: //p' <<< "$release")"
}

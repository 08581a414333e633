# shellcheck shell=bash
# Signatures of what no package manager of stub's looks after.

# prepare_keys FINGERPRINT…: KEYS becomes what gpgv is to read, ACCEPTED the keys that count. The distribution's come from
# KEYS_URL, from wherever: of what lies there only the keys count whose fingerprints are known here. Those in KEYRING all count.
prepare_keys() {
  KEYS=$(mktemp --suffix=.gpg)
  if [ -n "${KEYRING:-}" ]; then
    ACCEPTED=()
    dearmour "$KEYRING" > "$KEYS"
  else
    ACCEPTED=("$@")
    download "$KEYS_URL" "$KEYS"
  fi
}

# verify FILE SIGNATURE: the file SIGNATURE is that of FILE, by a key that counts.
verify() {
  check_signature "$1" "$2" "$1"
}

# extract_signed FILE RESULT: FILE bears in itself the signature of a key that counts; RESULT becomes what is signed. What stands
# before or behind that was written by anybody.
extract_signed() {
  check_signature "$1" --output "$2" "$1"
}

# check_signature FILE ARGUMENT…: the arguments are gpgv's.
check_signature() {
  local file=$1 status signer
  status=$(mktemp)
  gpgv -q --keyring "$KEYS" --status-fd 3 "${@:2}" 3> "$status" 2> "$status.words" ||
    fail "$file is not signed by a key of $DISTRO: $(tail -n 1 "$status.words")"
  # Its last word is the primary key, whichever of its subkeys signed.
  signer=$(sed -n 's/^\[GNUPG:\] VALIDSIG .* //p' "$status")
  rm "$status" "$status.words"
  [ -n "$signer" ] || fail "$file bears no valid signature"
  [ ${#ACCEPTED[@]} -eq 0 ] || [[ " ${ACCEPTED[*]} " == *" $signer "* ]] ||
    fail "$file is signed by $signer, which is no key of $DISTRO"
}

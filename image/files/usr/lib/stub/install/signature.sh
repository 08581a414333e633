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

# verify FILE [SIGNATURE]: FILE bears the signature of a key that counts, in itself or in the file SIGNATURE. Of one that bears
# it in itself prints what is signed: what stands before or behind that was written by anybody.
verify() {
  local status signed signer
  status=$(mktemp) signed=()
  [ $# -gt 1 ] || signed=(--output -)
  gpgv -q --keyring "$KEYS" --status-fd 3 "${signed[@]}" ${2:+"$2"} "$1" 3> "$status" 2> "$status.words" ||
    fail "$1 is not signed by a key of $DISTRO: $(tail -n 1 "$status.words")"
  # Its last word is the primary key, whichever of its subkeys signed.
  signer=$(sed -n 's/^\[GNUPG:\] VALIDSIG .* //p' "$status")
  rm "$status" "$status.words"
  [ -n "$signer" ] || fail "$1 bears no valid signature"
  [ ${#ACCEPTED[@]} -eq 0 ] || [[ " ${ACCEPTED[*]} " == *" $signer "* ]] ||
    fail "$1 is signed by $signer, which is no key of $DISTRO"
}

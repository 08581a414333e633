# shellcheck shell=bash
# Whose signatures count: the distribution's keys, which are in the image, or those in the file KEYRING of the user's, who signs
# a mirror of their own. OpenPGP, ASCII-armoured, named *.asc. There is no third way.

check_keyring() {
  [ -z "${KEYRING:-}" ] || [[ $KEYRING == *.asc ]] || fail "KEYRING=$KEYRING is to be an armoured file named *.asc"
  [ -z "${KEYRING:-}" ] || [ -s "$KEYRING" ] || fail "KEYRING=$KEYRING cannot be read, or is empty"
}

# dearmour FILE: on stdout what gpgv reads, and debootstrap with it.
dearmour() {
  perl -MMIME::Base64 -0777 -ne \
    'print decode_base64($1) while /^-----BEGIN PGP.*?\n(?:\S+: .*?\n)*\s*^(.*?)^(?:=\S{4}\n)?-----END/gms' "$1"
}

# shellcheck shell=bash
# Steps 1 and 3: which tarball is the newest, and what is in it and in the snapshot of the tree. Nothing is unpacked that was
# not verified as a whole.

# Where what is fetched lies until it is unpacked: on the disk, for it is larger than what a small machine has of memory.
FETCHED=/stub-fetched

# Sets STAGE3_URL: the list names the newest by its path from its own folder, and its size.
find_stage3() {
  local list name _ url=$MIRROR/${STAGE3[$ARCHITECTURE]}
  list=$(mktemp) FETCH_WORDS=$(mktemp)
  fetch "$url" > "$list" || fail "$url does not answer: $(head -n 1 "$FETCH_WORDS")"
  prepare_keys "${FINGERPRINTS[@]}"
  extract_signed "$list" "$list.signed"
  read -r name _ < <(grep -v '^#' "$list.signed" | grep .) || fail "$url names no tarball"
  STAGE3_URL=${url%/*}/$name
  say "$url of $(sed -n 's/^# Latest as of //p' "$list.signed")"
  rm "$list" "$list.signed" "$FETCH_WORDS"
}

# fetch_signed URL ENDING: the file in FETCHED, with its signature beside it at URL.ENDING, verified; its path is $fetched.
fetch_signed() {
  fetched=$TARGET$FETCHED/${1##*/}
  mkdir -p "${fetched%/*}"
  download "$1" "$fetched"
  download "$1.$2" "$fetched.$2"
  verify "$fetched" "$fetched.$2"
  progress "have ${1##*/}"
}

unpack_stage3() {
  fetch_signed "$STAGE3_URL" asc
  tar -x -p --xattrs-include='*.*' --numeric-owner -C "$TARGET" -f "$fetched" || fail "$STAGE3_URL does not unpack"
  rm -r "$TARGET$FETCHED"
  progress 'unpacked the system'
}

# The tree lies in the archive as portage/.
unpack_snapshot() {
  local tree=$TARGET/var/db/repos/gentoo
  fetch_signed "$MIRROR/$SNAPSHOT" gpgsig
  mkdir -p "$tree"
  tar -x -p --no-same-owner --strip-components=1 -C "$tree" -f "$fetched" || fail "$MIRROR/$SNAPSHOT does not unpack"
  rm -r "$TARGET$FETCHED"
  progress 'unpacked the tree of ebuilds'
}

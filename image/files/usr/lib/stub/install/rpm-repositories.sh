# shellcheck shell=bash
# Where packages come from, and whose signatures they bear.

# Of Debian's package distribution-gpg-keys; what that lacks is in the second one.
KEY_FOLDERS='/usr/share/distribution-gpg-keys /usr/share/stub/keys'
# The file by which the new system verifies: its own packages may call the same keys otherwise.
GPG_KEY=/etc/pki/rpm-gpg/RPM-GPG-KEY-stub

# repository_url REPOSITORY: of an item of REPOSITORIES.
repository_url() {
  local path=${1#*=}
  # shellcheck disable=SC2016 # meant as it stands
  echo "$MIRROR/${path//'$basearch'/$ARCHITECTURE}"
}

await_repositories() {
  local repository
  for repository in "${REPOSITORIES[@]}"; do
    await_repository "$(repository_url "$repository")"
  done
}

# await_repository URL: its index answers, and is one.
await_repository() {
  local url=$1/repodata/repomd.xml index
  FETCH_WORDS=$(mktemp)
  index=$(fetch "$url") || fail "$url does not answer: $(head -n 1 "$FETCH_WORDS")"
  rm -f "$FETCH_WORDS"
  grep -q '<repomd[ >]' <<< "$index" || fail "$url answers, but is no index of packages"
  say "$url, revision $(sed -n 's:.*<revision>\(.*\)</revision>.*:\1:p' <<< "$index")"
}

# Sets KEY_FILES to those that hold the keys that count.
find_keys() {
  local name folder
  if [ -n "${KEYRING:-}" ]; then
    KEY_FILES=("$KEYRING")
    return
  fi
  KEY_FILES=()
  for name in "${KEYS[@]}"; do
    for folder in $KEY_FOLDERS; do
      [ ! -s "$folder/$name" ] || { KEY_FILES+=("$folder/$name") && continue 2; }
    done
    fail "the image has no key $name, in none of $KEY_FOLDERS"
  done
}

# The distribution's own files would have it asked elsewhere (mirror lists, which are gone for some): what they say of our
# repositories goes, the others stay, switched off.
write_repositories() {
  local repository file ids=' '
  for repository in "${REPOSITORIES[@]}"; do ids+="${repository%%=*} "; done
  for file in "$TARGET"/etc/yum.repos.d/*.repo; do
    [ -e "$file" ] || continue
    awk -v ids="$ids" '
      /^\[/ { id = $0; gsub(/[][ \t\r]/, "", id); ours = index(ids, " " id " ") > 0; if (!ours) print $0 "\nenabled=0"; next }
      ours || /^enabled[ \t]*=/ { next }
      { print }' "$file" > "$file.new"
    mv "$file.new" "$file"
  done
  print_repositories | write /etc/yum.repos.d/stub.repo
}

print_repositories() {
  local repository
  for repository in "${REPOSITORIES[@]}"; do
    cat << END
[${repository%%=*}]
name=$DISTRO ${repository%%=*}
baseurl=$MIRROR/${repository#*=}
enabled=1
gpgcheck=1
gpgkey=file://$GPG_KEY

END
  done
}

# What is told about it with SHOW=1
show_repositories() {
  echo "mirror: $MIRROR"
  printf 'repository: %s\n' "${REPOSITORIES[@]}"
  [ -n "${KEYRING:-}" ] || printf 'key: %s\n' "${KEYS[@]}"
  [ -z "${UNVERIFIED:-}" ] || echo "unverified: $UNVERIFIED"
}

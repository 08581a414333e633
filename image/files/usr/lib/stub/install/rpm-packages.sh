# shellcheck shell=bash
# Step 3: the first packages by stub's rpm, the others by the package manager that they bring.

# Without what is only recommended, as stub's other installers do it. yum knows no such thing.
declare -A MANAGE=(
  [yum]='yum -y'
  [dnf]='dnf -y --setopt=install_weak_deps=False'
  [dnf5]='dnf5 -y --setopt=install_weak_deps=False'
)
declare -A FS_PACKAGES=([xfs]=xfsprogs [btrfs]=btrfs-progs [ext4]=e2fsprogs [virtiofs]='' [luks]='xfsprogs cryptsetup')
# Where the first packages stay until the new system's own rpm has seen them.
FIRST_FOLDER=/stub-packages

# Sets PACKAGE_LIST, one blank between two names.
list_packages() {
  local list="kernel $PACKAGES ${FS_PACKAGES[$FS]:-}" words
  # With the C library there are only C.UTF-8 and what is asked for; CentOS 6 and 7 have all.
  [[ $LOCALE == "$TARGET_LC_ALL" || $TARGET_LC_ALL != C.* ]] || list+=" glibc-langpack-${LOCALE%%[_.]*}"
  read -r -d '' -a words <<< "$list" || true
  PACKAGE_LIST=${words[*]}
}

install_first_packages() {
  local urls=() repository
  for repository in "${REPOSITORIES[@]:0:$FIRST_REPOSITORIES}"; do
    urls+=(--repository "$(repository_url "$repository")")
  done
  cat "${KEY_FILES[@]}" | write "$GPG_KEY"
  local verification=(--key "$TARGET$GPG_KEY")
  # A KEYRING of the user's is never passed over.
  if [ -n "${UNVERIFIED:-}" ] && [ -z "${KEYRING:-}" ]; then
    say "WARNING: the first packages are not verified: $UNVERIFIED"
    verification=(--no-signature)
  fi
  # shellcheck disable=SC2086 # names of packages
  rpmbootstrap "${urls[@]:2}" "${verification[@]}" --releasever "$RELEASE" --database "/$RPM_DATABASE" \
    --keep "$FIRST_FOLDER" "${urls[1]}" "$TARGET" $FIRST_PACKAGES ||
    fail "rpmbootstrap ended with status $?; its words stand above"
  progress 'installed the first packages'
}

# What stub's rpm has written is for an rpm as new as itself. One that has BerkeleyDB is told of the packages once more, by
# itself: it reads the packages and nothing of what stub wrote.
check_database() {
  "take_over_$RPM_FORMAT"
  rm -r "${TARGET:?}$FIRST_FOLDER"
  # shellcheck disable=SC2086 # names of packages
  in_target rpm -q $FIRST_PACKAGES || fail "the new system's rpm does not know of its own packages"
}

take_over_sqlite() { :; }

take_over_bdb() {
  rm -rf "${TARGET:?}/$RPM_DATABASE"
  mkdir -p "$TARGET/$RPM_DATABASE"
  in_target rpm --initdb
  in_target rpm --import "$GPG_KEY" || say "WARNING: the new system's rpm does not take the key: nothing can be verified by it"
  # shellcheck disable=SC2016 # for the shell inside
  in_target sh -c 'exec rpm --install --justdb --nodeps --noscripts --notriggers "$0"/*.rpm' "$FIRST_FOLDER" ||
    fail "the new system's rpm does not read its own packages; its words stand above"
  progress 'rpm database made anew from inside'
}

install_packages() {
  list_packages
  rm -f "$TARGET/etc/resolv.conf"
  cp -L /etc/resolv.conf "$TARGET/etc/resolv.conf"
  # shellcheck disable=SC2086 # names of packages
  in_target ${MANAGE[$PACKAGE_MANAGER]} install $PACKAGE_LIST ||
    fail "$PACKAGE_MANAGER ended with status $?; its words stand above"
  rm -rf "$TARGET"/var/cache/{yum,dnf,libdnf5}/*
  # The new system's own to write: NetworkManager or resolved.
  rm -f "$TARGET/etc/resolv.conf"
  progress 'installed the others'
}

# One line for whoever compares two installs: a digest of all packages and their versions.
tell_packages() {
  local versions
  versions=$(in_target rpm -qa --queryformat '%{name} %{version}-%{release} %{arch}\n' | sort)
  say "packages $(grep -c . <<< "$versions"), sha256 $(sha256sum <<< "$versions" | cut -d ' ' -f 1)"
}

# What is told about it with SHOW=1
show_packages() {
  list_packages
  echo "first packages: $FIRST_PACKAGES"
  echo "packages: $PACKAGE_LIST"
  echo "package manager: $PACKAGE_MANAGER"
  echo "database: $RPM_FORMAT $RPM_DATABASE"
}

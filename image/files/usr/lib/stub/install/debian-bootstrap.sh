# shellcheck shell=bash
# Step 3: packages into the new root, by apt and dpkg (fast, debian-apt.sh), mmdebstrap or debootstrap. All install the same
# list, all verify signatures with the archive's keyring.
# INITRD=No tells the kernel's scripts to make no initramfs: that is dear under emulation and is done once.

# Where the new system has the keys of a user's own.
OWN_KEYRING=/etc/apt/keyrings/own.asc
# Ubuntu gives updates to some machines first, by their machine-id: what is installed now would depend on a number of stub's.
PHASED='APT::Get::Always-Include-Phased-Updates "true";'

# What makes the initramfs and what is in it: the first to be configured
BOOT_PACKAGES="initramfs-tools udev kmod $INITRAMFS_COMPRESS $KERNEL_PACKAGE"
# What a user misses first on a bare Debian. Without ca-certificates: apt needs it only for an https mirror, and its
# script hashes some hundred and fifty files.
USER_PACKAGES='login passwd mount procps less nano vim-tiny iputils-ping tzdata'
declare -A FS_PACKAGES=([xfs]=xfsprogs [btrfs]=btrfs-progs [ext4]=e2fsprogs [virtiofs]="" [luks]='xfsprogs cryptsetup-initramfs')

check_bootstrap_settings() {
  case $BOOTSTRAP in
    apt | mmdebstrap | debootstrap) ;;
    *) fail "unknown BOOTSTRAP=$BOOTSTRAP; known are apt mmdebstrap debootstrap" ;;
  esac
}

# Sets PACKAGE_LIST, one blank between two names.
list_packages() {
  local words
  words="$BOOT_PACKAGES $BASE_PACKAGES $USER_PACKAGES ${FS_PACKAGES[$FS]} $PACKAGES"
  [ "$LLMNR" = resolved ] || words="$words $LLMNR"
  [ "$LOCALE" = C.UTF-8 ] || words="$words locales"
  case "$MIRROR $SECURITY_MIRROR" in *https:*) words="$words ca-certificates" ;; esac
  read -r -d '' -a words <<< "$words" || true
  PACKAGE_LIST=${words[*]}
}

# suite_read SUITE: the name under which it is read while installing, where the archive is not as it should be for a time.
suite_read() {
  local pair
  for pair in ${SUITES_READ:-}; do
    [ "${pair%%=*}" != "$1" ] || { echo "${pair#*=}" && return; }
  done
  echo "$1"
}

# What is told about it with SHOW=1
show_packages() {
  list_packages
  echo "packages: $PACKAGE_LIST"
  print_sources | sed -n 's/^\(URIs\|Suites\|Components\|Signed-By\): /\L&/p'
}

# print_sources [read [ROOT]]: what the new system is set up with, or what it is installed from by an apt that sees the new
# system's keys below ROOT.
print_sources() {
  local main=$SUITE updates=$SUITE-updates security=$SECURITY_SUITE more='' keyring=$VENDOR_KEYRING
  [ -z "${KEYRING:-}" ] || keyring=$OWN_KEYRING
  if [ "${1:-}" = read ]; then
    main=$(suite_read "$main") updates=$(suite_read "$updates") security=$(suite_read "$security")
    # Signed all the same; only the date on which the signature ends is passed over.
    [ -z "${KEYRING:-}" ] || keyring=${2:-}$OWN_KEYRING
    [ "${PAST_VALID_UNTIL:-}" != yes ] || more=$'\nCheck-Valid-Until: no'
  fi
  cat << END
Types: deb
URIs: $MIRROR
Suites: $main $updates
Components: $COMPONENTS
Signed-By: $keyring$more

Types: deb
URIs: $SECURITY_MIRROR
Suites: $security
Components: $COMPONENTS
Signed-By: $keyring$more
END
}

# Translated descriptions are not worth their download. No fsync: an install that breaks off is thrown away whole.
bootstrap_by_mmdebstrap() {
  list_packages
  write_own_keyring
  local sources
  sources=$(mktemp --suffix=.sources)
  print_sources read "$TARGET" > "$sources"
  # Through a pipe it prints lines in place of a progress bar: a sign of life for people and programs at the console.
  INITRD=No mmdebstrap --verbose --mode=root --format=directory --variant=apt --skip=check/empty \
    --aptopt='Acquire::Languages "none"' --aptopt="$PHASED" --dpkgopt=force-unsafe-io --include="${PACKAGE_LIST// /,}" \
    "$(suite_read "$SUITE")" "$TARGET" "$sources" 2>&1 | cat || fail "mmdebstrap ended with status ${PIPESTATUS[0]}; its words stand above"
  rm -f "$sources" "$TARGET"/etc/apt/apt.conf.d/99mmdebstrap "$TARGET"/etc/dpkg/dpkg.cfg.d/99mmdebstrap
  write_sources
  mount_kernel_folders
  begin_initramfs
}

# debootstrap knows one suite only: what -updates and -security have is upgraded afterwards.
bootstrap_by_debootstrap() {
  list_packages
  local keyring=$VENDOR_KEYRING script=${DEBOOTSTRAP_SCRIPT:+/usr/share/debootstrap/scripts/$DEBOOTSTRAP_SCRIPT}
  if [ -n "${KEYRING:-}" ]; then
    keyring=$(mktemp --suffix=.gpg)
    dearmour "$KEYRING" > "$keyring"
  fi
  INITRD=No debootstrap --variant=minbase --keyring="$keyring" --components="${COMPONENTS// /,}" \
    --include="${PACKAGE_LIST// /,}" "$(suite_read "$SUITE")" "$TARGET" "$MIRROR" ${script:+"$script"} ||
    fail "debootstrap ended with status $?; its words stand above"
  write_sources read
  rm -f "$TARGET/etc/resolv.conf"
  cp -L /etc/resolv.conf "$TARGET/etc/resolv.conf"
  write /usr/sbin/policy-rc.d 755 <<< $'#!/bin/sh\nexit 101'
  mount_kernel_folders
  in_target apt-get -q -o Acquire::Languages=none update
  in_target apt-get -q -y -o Dpkg::Options::=--force-unsafe-io dist-upgrade
  in_target apt-get -q clean
  rm -rf "$TARGET/usr/sbin/policy-rc.d" "$TARGET"/var/lib/apt/lists/*
  write_sources
  begin_initramfs
}

# write_sources [read [ROOT]]
write_sources() {
  rm -rf "$TARGET"/etc/apt/sources.list "$TARGET"/etc/apt/sources.list.d
  print_sources "$@" | write "/etc/apt/sources.list.d/$VENDOR.sources"
  write_own_keyring
}

# Where apt can read it as the user as which it fetches: KEYRING may lie in a folder that is root's alone.
write_own_keyring() {
  [ -z "${KEYRING:-}" ] || write "$OWN_KEYRING" < "$KEYRING"
}

# One line for whoever compares two installs: a digest of all packages and their versions.
tell_packages() {
  local versions
  versions=$(sed -n 's/^\(Package\|Version\): //p' "$TARGET/var/lib/dpkg/status")
  say "packages $(grep -c . <<< "$versions" | awk '{ print $1 / 2 }'), sha256 $(sha256sum <<< "$versions" | cut -d ' ' -f 1)"
}

# shellcheck shell=bash
# Step 3: packages into the new root, by apt and dpkg (fast, debian-apt.sh), mmdebstrap or debootstrap. All install the same
# list, all verify signatures with the archive's keyring.
# INITRD=No tells the kernel's scripts to make no initramfs: that is dear under emulation and is done once.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# What makes the initramfs; the kernel is added to both lists of what the new system boots by.
BOOT_PACKAGES='initramfs-tools udev kmod zstd'
# What the new system runs, is reached and is looked after by
BASE_PACKAGES='apt systemd-sysv dbus systemd-resolved iproute2 netbase openssh-server qemu-guest-agent socat'
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

# Sets PACKAGE_LIST, one blank between two names, and adds the kernel to BOOT_PACKAGES.
list_packages() {
  local words
  BOOT_PACKAGES="$BOOT_PACKAGES linux-image-$(dpkg --print-architecture)"
  words="$BOOT_PACKAGES $BASE_PACKAGES $USER_PACKAGES ${FS_PACKAGES[$FS]} $PACKAGES"
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

# print_sources [read]: what the new system is set up with, or what it is installed from.
print_sources() {
  local main=$SUITE updates=$SUITE-updates security=$SECURITY_SUITE more=
  if [ "${1:-}" = read ]; then
    main=$(suite_read "$main") updates=$(suite_read "$updates") security=$(suite_read "$security")
    # Signed all the same; only the date on which the signature ends is passed over.
    [ "${PAST_VALID_UNTIL:-}" != yes ] || more=$'\nCheck-Valid-Until: no'
  fi
  cat << END
Types: deb
URIs: $MIRROR
Suites: $main $updates
Components: main
Signed-By: $KEYRING$more

Types: deb
URIs: $SECURITY_MIRROR
Suites: $security
Components: main
Signed-By: $KEYRING$more
END
}

# Translated descriptions are not worth their download. No fsync: an install that breaks off is thrown away whole.
bootstrap_by_mmdebstrap() {
  list_packages
  local sources
  sources=$(mktemp --suffix=.sources)
  print_sources read > "$sources"
  # Through a pipe it prints lines in place of a progress bar: a sign of life for people and programs at the console.
  INITRD=No mmdebstrap --verbose --mode=root --format=directory --variant=apt --skip=check/empty \
    --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io --include="${PACKAGE_LIST// /,}" \
    "$(suite_read "$SUITE")" "$TARGET" "$sources" 2>&1 | cat || fail "mmdebstrap ended with status ${PIPESTATUS[0]}; its words stand above"
  rm -f "$sources" "$TARGET"/etc/apt/apt.conf.d/99mmdebstrap "$TARGET"/etc/dpkg/dpkg.cfg.d/99mmdebstrap
  write_sources
  mount_kernel_folders
  begin_initramfs
}

# debootstrap knows one suite only: what -updates and -security have is upgraded afterwards.
bootstrap_by_debootstrap() {
  list_packages
  INITRD=No debootstrap --variant=minbase --keyring="$KEYRING" --include="${PACKAGE_LIST// /,}" \
    "$(suite_read "$SUITE")" "$TARGET" "$MIRROR" ||
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

# write_sources [read]
write_sources() {
  rm -rf "$TARGET"/etc/apt/sources.list "$TARGET"/etc/apt/sources.list.d
  print_sources "$@" | write /etc/apt/sources.list.d/debian.sources
}

# One line for whoever compares two installs: a digest of all packages and their versions.
tell_packages() {
  local versions
  versions=$(sed -n 's/^\(Package\|Version\): //p' "$TARGET/var/lib/dpkg/status")
  say "packages $(grep -c . <<< "$versions" | awk '{ print $1 / 2 }'), sha256 $(sha256sum <<< "$versions" | cut -d ' ' -f 1)"
}

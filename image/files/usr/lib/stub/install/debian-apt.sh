# shellcheck shell=bash
# Step 3 by stub's own apt and the new system's dpkg: apt chooses and fetches all packages in one go and verifies them,
# debian-unpack.sh lays them down, dpkg configures them. mmdebstrap, which does more in general, resolves twice and unpacks
# the essential packages twice.

bootstrap_by_apt() {
  list_packages
  write_sources read "$TARGET"
  prepare_apt
  ask_apt -o pkgCacheFile::Generate=false update
  progress 'have the index'
  # shellcheck disable=SC2086 # names of packages
  ask_apt --download-only install '?essential' $PACKAGE_LIST &
  unpack_packages "$TARGET$FETCHED" $!
  rm -r "${APT_CONFIG%/*}" "$TARGET$FETCHED"
  write_sources
  progress 'fetched and unpacked'
  configure_unpacked
}

# First what an initramfs takes, so that it is made on one processor while the other goes on with the rest.
configure_unpacked() {
  mount_kernel_folders
  write /usr/sbin/policy-rc.d 755 <<< $'#!/bin/sh\nexit 101'
  lay_stand_ins
  run_preinst_scripts
  # shellcheck disable=SC2046,SC2086 # names of packages
  configure_packages $("$LIB/dependencies" "$TARGET" $BOOT_PACKAGES)
  progress 'configured what boots'
  begin_initramfs
  configure_packages -a
  remove_stand_ins
  mark_dependencies
  rm "$TARGET/usr/sbin/policy-rc.d"
  progress 'configured the rest'
}

# Where packages lie until they are unpacked: no folder that one of them brings, and with it other rights.
FETCHED=/stub-packages

# An apt of whose settings nothing is stub's: sources and trust are those of the new system. The lists are thrown away, so
# they lie in memory, and so does the cache, which is made where it is wanted and not by `update` as well.
prepare_apt() {
  local work
  work=$(mktemp -d)
  chmod 755 "$work" # apt fetches as a user of its own
  mkdir -p "$work/lists/partial" "$TARGET"/var/lib/dpkg "$TARGET$FETCHED/partial"
  : > "$TARGET/var/lib/dpkg/status"
  export APT_CONFIG=$work/apt.conf
  cat > "$APT_CONFIG" << END
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$TARGET/etc/apt/sources.list.d";
Dir::State "$work";
Dir::State::Status "$TARGET/var/lib/dpkg/status";
Dir::Cache::Archives "$TARGET$FETCHED";
Dir::Cache::PkgCache "";
Dir::Cache::SrcPkgCache "";
Acquire::Languages "none";
APT::Install-Recommends "false";
$PHASED
END
}

ask_apt() {
  apt-get -q -y "$@" || fail "apt-get $* ended with status $?; its words stand above"
}

# configure_packages NAME…|-a
configure_packages() {
  with_stand_ins dpkg --force-unsafe-io --configure "$@" || fail "dpkg ended with status $?; its words stand above"
}

# What nobody asked for by name may go when nothing needs it any more: the word that apt keeps of it.
mark_dependencies() {
  awk -v asked=" $PACKAGE_LIST " -v architecture="$ARCHITECTURE" '
    /^Package: / { name = $2; essential = 0 }
    /^Essential: yes/ { essential = 1 }
    /^$/ && !essential && !index(asked, " " name " ") {
      printf "Package: %s\nArchitecture: %s\nAuto-Installed: 1\n\n", name, architecture
    }' "$TARGET/var/lib/dpkg/status" | write /var/lib/apt/extended_states
}

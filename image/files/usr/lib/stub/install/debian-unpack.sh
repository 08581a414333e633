# shellcheck shell=bash
# All packages into an empty root, in place of `dpkg --unpack`: one decompressor and one tar for many packages, where dpkg
# starts some ten processes for each and renames each file. Under emulation that is a quarter of its time, and it can go on
# beside the download. dpkg's database comes out as dpkg would have written it (image/files-tests/unpack.root.test.ts), and
# dpkg takes over from there.
#
# Right for an empty root only: there is nothing to replace or to back up. The preinst scripts, which look for what an
# upgrade would find, run behind the files, as debootstrap has it with the essential packages.

# Links into /usr that must be there before the first package that still thinks otherwise.
declare -A MERGED=([amd64]='bin sbin lib lib64' [arm64]='bin sbin lib' [riscv64]='bin sbin lib')
# One for each processor that QEMU is given; the download and its checksums want some of it too.
UNPACK_JOBS=2
# A job begins with what is there, up to so many bytes. Starting one is dear, and so is waiting at the end for the longest.
UNPACK_BYTES=$((16 << 20))

# unpack_packages FOLDER PID: all packages that come to FOLDER until process PID, a child of ours, has ended.
unpack_packages() {
  local folder
  for folder in ${MERGED[$ARCHITECTURE]}; do
    mkdir -p "$TARGET/usr/$folder"
    ln -s "usr/$folder" "$TARGET/$folder"
  done
  mkdir -p "$TARGET"/var/lib/dpkg/{alternatives,info,parts,triggers,updates}
  : > "$TARGET/var/lib/dpkg/available"
  local work order=()
  work=$(mktemp -d)
  follow_downloads "$1" "$2"
  wait "$2" || fail "apt-get ended with status $?; its words stand above"
  "$LIB/deb-members" control "${order[@]}" | "$LIB/register-packages" "$TARGET" <(cat "$work"/names-*)
  rm -r "$work"
}

# Sets `order` to the packages in the order in which the files names-* tell their content.
follow_downloads() {
  local over='' jobs=() job batch
  while true; do
    # Looked at first: what comes to the folder between the two is seen in the next round.
    kill -0 "$2" 2> /dev/null || over=yes
    next_batch "$1"
    if [ ${#batch[@]} -gt 0 ]; then
      extract_packages "${batch[@]}" > "$(printf '%s/names-%04d' "$work" ${#jobs[@]})" &
      jobs+=($!)
      order+=("${batch[@]}")
    elif [ -n "$over" ]; then
      break
    fi
    until sleep 1 && unpacks_less_than "$UNPACK_JOBS"; do :; done
  done
  for job in "${jobs[@]}"; do
    wait "$job" || fail 'the packages cannot be unpacked; the reason stands above'
  done
}

# Sets `batch` to packages in the folder that are in no batch yet.
next_batch() {
  local deb size new=() bytes=0 taken=" ${order[*]} "
  batch=()
  for deb in "$1"/*.deb; do
    [[ ! -e $deb || $taken == *" $deb "* ]] || new+=("$deb")
  done
  [ ${#new[@]} -gt 0 ] || return 0
  while read -r size deb; do
    batch+=("$deb")
    bytes=$((bytes + size))
    [ "$bytes" -lt "$UNPACK_BYTES" ] || break
  done < <(stat -c '%s %n' "${new[@]}")
}

unpacks_less_than() {
  local job running=0
  for job in "${jobs[@]}"; do
    ! kill -0 "$job" 2> /dev/null || running=$((running + 1))
  done
  [ "$running" -lt "$1" ]
}

# extract_packages DEB…: prints the names of what it writes. A link that stands for a folder, as /bin, is kept.
extract_packages() {
  "$LIB/deb-members" data "$@" |
    tar -x -v -p -i -b 128 --numeric-owner --keep-directory-symlink --quoting-style=literal -C "$TARGET" -f -
}

# Each in the environment that dpkg gives it. That of base-passwd comes first: it writes /etc/passwd. An older one leaves that to
# its postinst, which dpkg, going by dependencies alone, would call after others that want it.
run_preinst_scripts() {
  in_target sh -eu << 'END' || fail 'a preinst script ended badly; its words stand above'
export DPKG_ADMINDIR=/var/lib/dpkg DPKG_ROOT='' DPKG_MAINTSCRIPT_NAME=preinst DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1
export DPKG_MAINTSCRIPT_ARCH="$(dpkg --print-architecture)"
for script in /var/lib/dpkg/info/base-passwd.preinst /var/lib/dpkg/info/*.preinst; do
  [ -e "$script" ] || continue
  name=${script##*/}
  name=${name%.preinst}
  export DPKG_MAINTSCRIPT_PACKAGE="${name%:*}"
  "$script" install < /dev/null || { echo "$script ended with status $?"; exit 1; }
done
for file in passwd group; do
  [ -e /etc/$file ] || cp /usr/share/base-passwd/$file.master /etc/$file
done
END
  check_diversions
}

# A preinst that diverts what another package has brought already came too late: nobody has moved the file. What the package
# brings itself (dash, /bin/sh) its diversion leaves alone; and folders, which Ubuntu 24.04 diverts so that nobody puts one in
# the place of /lib, are never moved.
check_diversions() {
  local from _ owner others
  [ -e "$TARGET/var/lib/dpkg/diversions" ] || return 0
  while read -r from && read -r _ && read -r owner; do
    [ ! -d "$TARGET$from" ] || continue
    others=$(grep -l -s -x -F "$from" "$TARGET"/var/lib/dpkg/info/*.list | grep -v "/$owner\(:[a-z0-9]*\)\?\.list$") || continue
    [ -z "$others" ] ||
      fail "$owner diverts $from, which cannot be done behind its unpacking; BOOTSTRAP=mmdebstrap can"
  done < "$TARGET/var/lib/dpkg/diversions"
}

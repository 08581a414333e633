# shellcheck shell=dash disable=SC2034 # answers are variables that the caller reads
# What the boot plugin knows: where kernels and initramfs lie, how they are packed, what command line they get.
# Functions only, for dash; nothing here mounts, loads or jumps, so all of it can be tried on a folder.
# An answer comes in the variables named with each function (no subshell: a fork is dear under emulation),
# a "no" is status 1 with the reason in $why.

# The names of a kernel and of an initramfs; %V stands for the version. Of two names for one version the first wins: vmlinux,
# as Debian calls a kernel that is not compressed (riscv64), may elsewhere be one for debuggers.
KERNEL_NAMES='vmlinuz-%V kernel-%V vmlinux-%V'
PLAIN_KERNEL_NAMES='kernel vmlinuz'
INITRAMFS_NAMES='initramfs-%V.img initramfs-%V initrd.img-%V initrd-%V.img'
PLAIN_INITRAMFS_NAMES='initramfs initrd.img'
IMAGE_FOLDERS='/boot /'

# resolve_inside ROOT PATH: follows symbolic links as the installed system would, so that an absolute target stays below
# ROOT. $resolved is the path below ROOT; status 1 where it ends at no file.
resolve_inside() {
  local hops link_text
  resolved=$2
  hops=0
  while [ -L "$1$resolved" ] && [ "$hops" -lt 10 ]; do
    hops=$((hops + 1))
    link_text=$(readlink "$1$resolved")
    case $link_text in
      /*) resolved=$link_text ;;
      *) resolved=${resolved%/*}/$link_text ;;
    esac
    # By words alone: ".." cannot climb over ROOT.
    case $resolved in */../* | *//*) resolved=$(realpath -ms "$resolved") ;; esac
  done
  [ -f "$1$resolved" ]
}

# find_first ROOT VERSION NAMES: the first of NAMES that is a file in one of the folders, as $found below ROOT.
find_first() {
  local folder name
  for folder in $IMAGE_FOLDERS; do
    for name in $3; do
      case $name in *%V*) name=${name%%"%V"*}$2${name#*"%V"} ;; esac
      resolve_inside "$1" "${folder%/}/$name" && found=${folder%/}/$name && return
    done
  done
  return 1
}

# find_plain_file ROOT NAMES: as find_first without a version; links are passed over unread, for reading one is a fork.
find_plain_file() {
  local folder name
  for folder in $IMAGE_FOLDERS; do
    for name in $2; do
      found=${folder%/}/$name
      [ -f "$1$found" ] && ! [ -L "$1$found" ] && return
    done
  done
  return 1
}

# list_versions ROOT: the versions of all kernels with one in their name, newest first, as $versions (one a line).
list_versions() {
  local folder name prefix file version
  versions=
  for folder in $IMAGE_FOLDERS; do
    for name in $KERNEL_NAMES; do
      prefix=${folder%/}/${name%"%V"}
      for file in "$1$prefix"*; do
        version=${file#"$1$prefix"}
        case $version in
          # Copies put aside by installkernel, editors and package managers, check sums and signatures.
          '*' | *.old | *.bak | *.orig | *'~' | *.dpkg-* | *.rpm* | *.hmac | *.sig | *.tmp) continue ;;
        esac
        resolve_inside "$1" "$prefix$version" || continue
        versions="$versions$version
"
      done
    done
  done
  # Nearly always there is one, and sorting it would take three processes.
  # shellcheck disable=SC2086 # versions have no blanks
  set -- $versions
  [ $# -lt 2 ] || versions=$(printf '%s\n' "$@" | sort -rVu)
}

# find_images ROOT: the newest kernel that has an initramfs of its own version, else one without a version in its name.
# Sets $kernel and $initramfs (below ROOT) and $passed_over (newer kernels without initramfs, for a word to the user).
find_images() {
  local versions found resolved version
  why='' passed_over=''
  # One without a version that is a file, no link, was put there for a loader to find: it is meant.
  if find_plain_file "$1" "$PLAIN_KERNEL_NAMES"; then
    kernel=$found
    if find_first "$1" '' "$PLAIN_INITRAMFS_NAMES"; then
      initramfs=$found
      return
    fi
    passed_over=" $kernel"
  fi
  list_versions "$1"
  while read -r version; do
    find_first "$1" "$version" "$KERNEL_NAMES" || continue
    kernel=$found
    if find_first "$1" "$version" "$INITRAMFS_NAMES"; then
      initramfs=$found
      return
    fi
    passed_over="$passed_over $kernel"
  done << END
$versions
END
  find_linked "$1" && return
  why="no kernel in / or /boot"
  [ -z "$passed_over" ] || why="no initramfs of the same version for$passed_over"
  return 1
}

# find_linked ROOT: the last resort, a plain link to a kernel of a name that tells no version we know.
find_linked() {
  find_first "$1" '' "$PLAIN_KERNEL_NAMES" && [ -L "$1$found" ] || return 1
  kernel=$found
  case "$passed_over " in *" $resolved "*) return 1 ;; esac
  find_first "$1" '' "$PLAIN_INITRAMFS_NAMES" && initramfs=$found && return
  passed_over="$passed_over $kernel"
  return 1
}

# unpacker NAME: sets $unpack to the command that unpacks a stream; NAME as in a zboot header ("zstd22", "xzkern", …).
unpacker() {
  case $1 in
    gzip*) unpack='gzip -dc' ;;
    zstd*) unpack='zstd -dcq' ;;
    xz*) unpack='xz -dc' ;;
    lzma*) unpack='xz -dc --format=lzma' ;;
    lz4*) unpack='lz4 -dc' ;;
    lzo*) unpack='lzop -dc' ;;
    *) why="kernel is compressed with \"$1\", which stub does not know" && return 1 ;;
  esac
  command -v "${unpack%% *}" > /dev/null || { why="kernel is compressed with $1 and stub has no ${unpack%% *}" && return 1; }
}

# unpack_kernel FILE WORK: what kexec can load, as $loadable: FILE itself, or its unpacked content at WORK.
# Known: gzip around the kernel (aarch64, riscv64), and EFI zboot, whose header holds "MZ\0\0zimg", then payload offset
# and size (32 bits each, little endian), and from byte 24 the compression's name, ended by a zero.
unpack_kernel() {
  local source work offset size compression unpack status
  loadable=$1
  # shellcheck disable=SC2046 # one word a byte is what is wanted
  set -- "$1" "$2" $(od -An -v -tu1 -N56 "$1")
  [ $# -ge 58 ] || { why="kernel is only $(($# - 2)) bytes long" && return 1; }
  source=$1 work=$2
  shift 2
  case "$1 $2 $3 $4 $5 $6 $7 $8" in
    '31 139 '*)
      unpacker gzip || return 1
      $unpack < "$source" > "$work" 2> /dev/null
      ;;
    '77 90 0 0 122 105 109 103')
      offset=$((${9} + ${10} * 256 + ${11} * 65536 + ${12} * 16777216))
      size=$((${13} + ${14} * 256 + ${15} * 65536 + ${16} * 16777216))
      shift 24
      compression=
      while [ $# -gt 0 ] && [ "$1" -ne 0 ]; do
        compression="$compression\\0$(($1 / 64))$(($1 / 8 % 8))$(($1 % 8))"
        shift
      done
      compression=$(printf %b "$compression")
      unpacker "$compression" || return 1
      tail -c "+$((offset + 1))" "$source" | head -c "$size" | $unpack > "$work" 2> /dev/null
      ;;
    *) return 0 ;;
  esac
  # gzip says 2 for bytes behind its stream, which do no harm.
  status=$?
  if { [ $status -ne 0 ] && [ "$unpack $status" != 'gzip -dc 2' ]; } || ! [ -s "$work" ]; then
    why="kernel does not unpack: ${unpack%% *} ended with status $status"
    return 1
  fi
  loadable=$work
}

# root_in_fstab FSTAB: whether the installed system says itself how / is to be mounted.
root_in_fstab() {
  local source point _
  [ -r "$1" ] || return 1
  while read -r source point _; do
    case $source in '#'*) continue ;; esac
    [ "$point" = / ] && return
  done < "$1"
  return 1
}

# compose_command_line CMDLINE FSTAB DEVICE TYPE: what the installed kernel is told, as $command_line: the stub's own
# command line with the root exchanged. Without an entry for / in FSTAB nobody would remount it, so it is mounted
# read-write at once. DEVICE is what root= is to be, TYPE the filesystem.
compose_command_line() {
  local added writable kept quoted for_init word
  added="root=$3 rootfstype=$4 rd.hostonly=0"
  writable=
  root_in_fstab "$2" || writable=yes
  [ -z "$writable" ] || added="$added rw"
  kept='' quoted='' for_init=''
  set -f
  for word in $1; do
    # A quoted value with spaces comes in pieces: put together up to the closing quote.
    word=${quoted:+$quoted }$word
    quoted=
    case $word in
      *\"*\"*) ;;
      *\"*) quoted=$word && continue ;;
    esac
    [ -z "$for_init" ] || { for_init="$for_init $word" && continue; }
    case $word in
      root=* | rootfstype=* | initrd=* | rd.hostonly=*) continue ;;
      ro | rw) [ -z "$writable" ] || continue ;;
      # What follows is meant for the installed init, not for its kernel.
      --) for_init=' --' && continue ;;
    esac
    kept="$kept$word "
  done
  set +f
  command_line="$kept${quoted:+$quoted }$added$for_init"
}

# append_to_initramfs INITRAMFS SOURCE NAME: on stdout, INITRAMFS with one more file in it, NAME (without a slash before it,
# in a folder that it has), which holds what SOURCE holds and which only root may read. The kernel unpacks several cpio
# archives that stand one behind the other; one that is not compressed has to begin at a multiple of four bytes.
append_to_initramfs() {
  cat "$1" || return 1
  pad "$(stat -Lc %s "$1")"
  cpio_entry "$3" 0100400 "$(wc -c < "$2")"
  cat "$2" || return 1
  pad "$(wc -c < "$2")"
  cpio_entry 'TRAILER!!!' 0 0
}

# cpio_entry NAME MODE SIZE: the head of a file in a cpio archive of kind "newc": a magic number, then thirteen numbers of
# eight digits (inode, mode, owner, group, links, time, size, four of devices, length of the name, sum), then the name.
cpio_entry() {
  # shellcheck disable=SC2046
  printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\0' 1 $(($2)) 0 0 1 0 "$3" 0 0 0 0 $((${#1} + 1)) 0 "$1"
  pad $((110 + ${#1} + 1))
}

# pad SIZE: zeros up to the next multiple of four.
pad() {
  case $(($1 % 4)) in
    1) printf '\0\0\0' ;;
    2) printf '\0\0' ;;
    3) printf '\0' ;;
  esac
}

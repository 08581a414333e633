# shellcheck shell=bash
# Step 2: the filesystem of the new root. A distribution says in MKFS_OPTIONS what its kernel can read.

# The disk to install on, whole; what is on it is lost.
if [ -z "${TARGET_DISK:-}" ]; then
  TARGET_DISK=/dev/disk/by-id/virtio-data
  [ -e "$TARGET_DISK" ] || TARGET_DISK=/dev/vdb
fi
# The tag of the share for FS=virtiofs; the boot plugin knows it by this name.
SHARE=fs
MINIMUM_MIB=2048

# By FS: what makes the root, as the function make_NAME, and the type with which it is mounted in the end.
declare -A MAKE=([xfs]=disk [btrfs]=subvolume [ext4]=disk [virtiofs]=share [luks]=encrypted)
declare -A ROOT_TYPE=([xfs]=xfs [btrfs]=btrfs [ext4]=ext4 [virtiofs]=virtiofs [luks]=xfs)
# By type: the command, and options, dump and pass of the line in fstab
declare -A MKFS=(
  [xfs]='mkfs.xfs -q -f'
  [btrfs]='mkfs.btrfs -q -f'
  [ext4]='mkfs.ext4 -q -F'
)
# As Debian's installer names it; a distribution with a layout of its own says so.
SUBVOLUME=${SUBVOLUME:-@rootfs}
# Characters of a label, which is the distribution's name: what mkfs refuses to cut it does not make.
declare -A LABEL_LENGTH=([xfs]=12 [btrfs]=255 [ext4]=16)
declare -A FSTAB=(
  [xfs]='defaults 0 0'
  [btrfs]="defaults,subvol=$SUBVOLUME 0 0"
  [ext4]='errors=remount-ro 0 1'
  [virtiofs]='defaults 0 0'
)

check_filesystem_settings() {
  [ -n "${MAKE[$FS]+known}" ] || fail "unknown FS=$FS; known are ${!MAKE[*]}"
  ! mountpoint -q "$TARGET" || fail "$TARGET is in use: something is mounted there"
  [ "$FS" != luks ] || find_luks_key
  [ "$FS" = virtiofs ] || check_disk
}

check_disk() {
  [ -b "$TARGET_DISK" ] || fail "no disk $TARGET_DISK; give one by TARGET_DISK="
  local mib
  mib=$(($(blockdev --getsize64 "$TARGET_DISK") / 1048576))
  [ "$mib" -ge "$MINIMUM_MIB" ] || fail "$TARGET_DISK has $mib MiB, an install needs $MINIMUM_MIB"
  local points
  points=$(lsblk -n -r -o MOUNTPOINTS "$TARGET_DISK" | grep . || true)
  [ -z "$points" ] || fail "$TARGET_DISK is in use: mounted at ${points//$'\n'/ }"
}

# Makes the filesystem and mounts it at TARGET. Sets ROOT_SOURCE, by which fstab names it. Until
# finish_root the boot plugin refuses what lies there.
make_root() {
  mkdir -p "$TARGET"
  # shellcheck disable=SC2034 # steps.sh unmounts by it
  TARGET_IS_OURS=yes
  "make_${MAKE[$FS]}"
  : > "$TARGET/.stub-installing"
}

make_share() {
  ROOT_SOURCE=$SHARE
  mount -t virtiofs "$SHARE" "$TARGET" || fail "the virtiofs share \"$SHARE\" cannot be mounted; was the machine given one?"
  [ -z "$(find "$TARGET" -mindepth 1 -maxdepth 1 -print -quit)" ] || fail "the virtiofs share \"$SHARE\" is not empty; empty its folder on the host first"
}

make_disk() {
  make_on "$TARGET_DISK"
}

# The default subvolume as well: the boot plugin and the kernel's root= find it without being told its name.
make_subvolume() {
  make_on "$TARGET_DISK"
  btrfs -q subvolume create "$TARGET/$SUBVOLUME"
  btrfs -q subvolume set-default "$TARGET/$SUBVOLUME"
  umount "$TARGET"
  mount -t btrfs "$TARGET_DISK" "$TARGET"
}

make_encrypted() {
  make_luks "$TARGET_DISK"
  make_on "/dev/mapper/$LUKS_NAME"
  write_crypttab
}

# mkfs_words TYPE: prints the command without the device.
mkfs_words() {
  echo "${MKFS[$1]} ${MKFS_OPTIONS[$1]:-} -L ${DISTRO:0:${LABEL_LENGTH[$1]}}"
}

# make_on DEVICE
make_on() {
  local type=${ROOT_TYPE[$FS]} words
  read -r -a words < <(mkfs_words "$type")
  "${words[@]}" "$1" || fail "no $type on $1: its mkfs ended with status $?"
  ROOT_SOURCE=UUID=$(blkid -p -s UUID -o value "$1")
  mount -t "$type" "$1" "$TARGET"
}

# What is told about it with SHOW=1
show_filesystem() {
  local type=${ROOT_TYPE[$FS]:-}
  echo "filesystem: $FS"
  [ -z "${MKFS[$type]:-}" ] || echo "mkfs: $(mkfs_words "$type")"
}

write_fstab() {
  write /etc/fstab << END
# <source> <mount point> <type> <options> <dump> <pass>
$ROOT_SOURCE / ${ROOT_TYPE[$FS]} ${FSTAB[${ROOT_TYPE[$FS]}]}
END
}

finish_root() {
  # Younger than /usr: the packages' scripts have made all caches, so the first boot need not make them again.
  touch "$TARGET/etc/.updated" "$TARGET/var/.updated"
  rm "$TARGET/.stub-installing"
  sync
  umount -R "$TARGET"
  close_luks
}

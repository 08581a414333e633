# shellcheck shell=bash
# The initramfs, with what a root on virtiofs or behind dm-crypt needs. Begun in step 3, awaited in step 6.

INITRAMFS_WORK=var/tmp/stub-initramfs

# Written before the packages come, as settings of the user's that their scripts leave alone.
write_initramfs_settings() {
  write /etc/initramfs-tools/conf.d/stub << END
# Drivers of virtual machines only (see hooks/stub). MODULES=most brings those of all machines, and takes more than twice
# as long to make and to unpack, which is minutes under emulation. Level 3 is quicker than the default 9 and hardly larger.
MODULES=list
COMPRESS=$INITRAMFS_COMPRESS
COMPRESSLEVEL=3
RESUME=none
END
  write /etc/initramfs-tools/hooks/stub 755 << 'END'
#!/bin/sh
# Drivers for the root of a virtual machine, whatever it is attached to. In the initramfs, loaded where needed.
[ "$1" = prereqs ] && exit 0
. /usr/share/initramfs-tools/hook-functions
manual_add_modules virtio_pci virtio_mmio virtio_blk virtio_scsi virtio_net
manual_add_modules nvme ahci ata_piix sd_mod sr_mod usb_storage uas xhci_pci mptspi vmw_pvscsi hv_storvsc xen_blkfront
manual_add_modules virtiofs xfs btrfs ext4 overlay squashfs
manual_add_modules dm_mod dm_crypt
END
}

# Sets KERNEL_VERSION to the newest: an upgrade during the install may have left an older one, which is not booted.
find_kernel_version() {
  KERNEL_VERSION=$(cd "$TARGET/usr/lib/modules" && printf '%s\n' * | sort -V | tail -n 1)
  # Debian calls it vmlinux where it is not compressed, as on riscv64.
  compgen -G "$TARGET/boot/vmlinu[xz]-$KERNEL_VERSION" > /dev/null || fail 'no kernel was installed'
}

# Goes on beside whatever comes next, until await_initramfs. Made in a folder that no package's script looks into: one that
# found it in /boot would make it once more.
begin_initramfs() {
  find_kernel_version
  mkdir -p "$TARGET/$INITRAMFS_WORK"
  in_target update-initramfs -c -k "$KERNEL_VERSION" -b "/$INITRAMFS_WORK" &
  INITRAMFS_JOB=$!
}

await_initramfs() {
  wait "$INITRAMFS_JOB" || fail "update-initramfs ended with status $?; its words stand above"
  mv "$TARGET/$INITRAMFS_WORK/initrd.img-$KERNEL_VERSION" "$TARGET/boot/"
  rmdir "$TARGET/$INITRAMFS_WORK"
  check_initramfs "$KERNEL_VERSION" virtiofs dm-crypt
  unmount_kernel_folders
}

# check_initramfs VERSION MODULE…: each is in it, or in the kernel.
check_initramfs() {
  local content module image=/boot/initrd.img-$1
  content=$(in_target lsinitramfs "$image") || fail "$image cannot be read back"
  content+=$'\n'$(cat "$TARGET/usr/lib/modules/$1/modules.builtin")
  for module in "${@:2}"; do
    grep -q "/$module\.ko" <<< "$content" || fail "$image lacks $module"
  done
}

# shellcheck shell=bash
# Step 6: the initramfs, with what a root on virtiofs or behind dm-crypt needs.

# Written before the packages come, as settings of the user's that their scripts leave alone.
write_initramfs_settings() {
  write /etc/initramfs-tools/conf.d/stub << 'END'
# Drivers of virtual machines only (see hooks/stub); MODULES=most brings those of all machines, at some minutes under
# emulation. Level 3 packs five times as fast as the default, 9.
MODULES=list
COMPRESS=zstd
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

make_initramfs() {
  local version versions=("$TARGET"/usr/lib/modules/*)
  [ -d "${versions[0]}" ] || fail 'no kernel was installed'
  [ ${#versions[@]} -eq 1 ] || fail "more than one kernel was installed: ${versions[*]##*/}"
  version=${versions[0]##*/}
  mount_kernel_folders
  in_target update-initramfs -c -k "$version" || fail "update-initramfs ended with status $?"
  check_initramfs "$version" virtiofs dm-crypt
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

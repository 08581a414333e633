# shellcheck shell=bash
# The initramfs, by dracut, with what a root on virtiofs or behind dm-crypt needs; and the kernel where the boot plugin looks.

# Of virtual machines, and of all filesystems that a root can have. dracut passes over what a kernel does not have.
DRIVERS='virtio_pci virtio_mmio virtio_blk virtio_scsi virtio_net nvme ahci ata_piix sd_mod sr_mod usb_storage uas xhci_pci
  mptspi vmw_pvscsi hv_storvsc xen_blkfront virtiofs xfs btrfs ext4 overlay squashfs dm_mod dm_crypt crc32c_generic'

# Written before the packages come: the kernel's script makes an initramfs by it.
write_initramfs_settings() {
  local more=
  # The volume is named there; its key is laid beside it at each boot.
  [ "$FS" != luks ] || more=$'add_dracutmodules+=" crypt "\ninstall_items+=" /etc/crypttab "'
  write /etc/dracut.conf.d/50-stub.conf << END
# For a virtual machine, whichever it will be, and no further drivers: those of all machines take minutes under emulation.
hostonly="no"
drivers+=" ${DRIVERS//$'\n'/} "
# No second one for emergencies, of twice the size.
dracut_rescue_image="no"
early_microcode="no"
compress="gzip -1"
$more
END
  write_virtiofs_module
  write_kernel_plugin
}

# A root by its tag, for a dracut that has no module of its own for it (EL 8). systemd mounts it there; all that is needed is
# that dracut does not refuse a root that is no device.
write_virtiofs_module() {
  local module=/usr/lib/dracut/modules.d/95stub-virtiofs
  write $module/module-setup.sh 755 << 'END'
#!/bin/bash
check() {
    local other
    for other in "${moddir%/*}"/[0-9][0-9]virtiofs; do
        [ ! -d "$other" ] || return 1
    done
    return 0
}
installkernel() { instmods virtiofs; }
install() { inst_hook cmdline 95 "$moddir/parse-root.sh"; }
END
  write $module/parse-root.sh 755 << 'END'
#!/bin/sh
[ "$(getarg rootfstype=)" != virtiofs ] || rootok=1
END
}

# In place of dracut's own plugins, which lay both elsewhere where there is no grub, and a second initramfs besides.
write_kernel_plugin() {
  local plugins=/etc/kernel/install.d name
  write $plugins/95-stub.install 755 << 'END'
#!/bin/sh
# 95-stub.install add|remove VERSION …: kernel and initramfs as the boot plugin of stub looks for them.
set -eu
kernel=/boot/vmlinuz-$2 initramfs=/boot/initramfs-$2.img
case $1 in
  add)
    [ -e "$kernel" ] || cp "/lib/modules/$2/vmlinuz" "$kernel"
    dracut --force "$initramfs" "$2"
    ;;
  remove) rm -f "$kernel" "$initramfs" ;;
esac
END
  for name in 50-dracut.install 51-dracut-rescue.install; do
    ln -s /dev/null "$TARGET$plugins/$name"
  done
}

# What the kernel's script has not done already. The newest: there may be an older one, which is not booted.
make_initramfs() {
  local version module
  version=$(cd "$TARGET/lib/modules" && printf '%s\n' * | sort -V | tail -n 1)
  [ -s "$TARGET/boot/vmlinuz-$version" ] && [ -s "$TARGET/boot/initramfs-$version.img" ] ||
    in_target /etc/kernel/install.d/95-stub.install add "$version" ||
    fail "no initramfs for $version: dracut ended with status $?; its words stand above"
  for module in $INITRAMFS_MODULES; do check_initramfs "$version" "$module"; done
}

# check_initramfs VERSION MODULE: it is in it, or in the kernel.
check_initramfs() {
  [ -n "${INITRAMFS_CONTENT:-}" ] ||
    INITRAMFS_CONTENT=$(list_initramfs "$TARGET/boot/initramfs-$1.img" && cat "$TARGET/lib/modules/$1/modules.builtin") ||
    fail "/boot/initramfs-$1.img cannot be read back"
  grep -q "/$2\.ko" <<< "$INITRAMFS_CONTENT" || fail "/boot/initramfs-$1.img lacks $2"
}

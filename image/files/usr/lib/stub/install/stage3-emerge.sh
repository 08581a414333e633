# shellcheck shell=bash
# Step 4: the kernel and what else is asked for, by emerge inside the new root. Packages come ready-made where Gentoo publishes
# them so, verified by emerge with the keys that the verified tarball brings.

declare -A FS_PACKAGES=(
  [xfs]=sys-fs/xfsprogs [btrfs]=sys-fs/btrfs-progs [ext4]=sys-fs/e2fsprogs [virtiofs]=''
  [luks]='sys-fs/xfsprogs sys-fs/cryptsetup'
)

# Sets PACKAGE_LIST.
list_packages() {
  local words
  read -r -a words <<< "${KERNEL_PACKAGE[$ARCHITECTURE]} $PACKAGES ${FS_PACKAGES[$FS]}"
  PACKAGE_LIST=("${words[@]}")
}

# What is told about it with SHOW=1
show_stage3() {
  list_packages
  echo "packages: ${PACKAGE_LIST[*]}"
  echo "stage3: $MIRROR/${STAGE3[$ARCHITECTURE]}"
  echo "snapshot: $MIRROR/$SNAPSHOT"
  printf 'key: %s\n' "${FINGERPRINTS[@]}"
}

write_portage_settings() {
  cat >> "$TARGET/etc/portage/make.conf" << END

# By the installer
GENTOO_MIRRORS="$MIRROR"
FEATURES="\${FEATURES} getbinpkg binpkg-request-signature"
END
  # The tarball knows which packages fit it; they come from the mirror at hand.
  sed -i "s#^sync-uri *= *.*/releases/#sync-uri = $MIRROR/releases/#" "$TARGET"/etc/portage/binrepos.conf/*
  # Without systemd's kernel-install, the kernel is /boot/vmlinuz-VERSION whatever else lies in /boot.
  write /etc/portage/package.use/stub <<< 'sys-kernel/installkernel dracut -systemd'
}

# Drivers of virtual machines only: those of all machines would take minutes under emulation, to make and to unpack. In the
# initramfs, loaded where needed.
write_dracut_settings() {
  write /etc/dracut.conf.d/stub.conf << 'END'
hostonly="no"
early_microcode="no"
compress="zstd -3 -T0"
drivers="virtio_pci virtio_mmio virtio_blk virtio_scsi virtio_net nvme ahci ata_piix sd_mod sr_mod usb_storage uas xhci_pci"
drivers+=" virtiofs xfs btrfs ext4 overlay squashfs dm_mod dm_crypt"
add_dracutmodules+=" virtiofs "
END
  [ "$FS" != luks ] || write /etc/dracut.conf.d/stub-luks.conf << 'END'
add_dracutmodules+=" crypt "
install_items+=" /etc/crypttab "
END
}

emerge_packages() {
  list_packages
  rm -f "$TARGET/etc/resolv.conf"
  cp -L /etc/resolv.conf "$TARGET/etc/resolv.conf"
  in_target emerge --quiet --noreplace --usepkg "${PACKAGE_LIST[@]}" || fail "emerge ended with status $?; its words stand above"
  rm -rf "$TARGET"/var/cache/{binpkgs,distfiles}/*
}

# One line for whoever compares two installs: a digest of all packages and their versions.
tell_packages() {
  local versions
  versions=$(cd "$TARGET/var/db/pkg" && printf '%s\n' */*)
  say "packages $(wc -l <<< "$versions"), sha256 $(sha256sum <<< "$versions" | cut -d ' ' -f 1)"
}

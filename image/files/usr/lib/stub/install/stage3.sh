# shellcheck shell=bash
# Installs a Gentoo: a tarball, the tree of ebuilds, then a kernel and a few packages by its own emerge. The caller has set:
#   DISTRO STAGE3[architecture] SNAPSHOT KERNEL_PACKAGE[architecture] FINGERPRINTS KEYS_URL MKFS_OPTIONS[type] PACKAGES
# The user may set, in the environment:
#   FS=xfs|btrfs|ext4|virtiofs|luks  MIRROR=                      LOCALE=ja_JP.UTF-8
#   TARGET_DISK=/dev/…               NO_REBOOT=1                  NETWORK_WAIT=seconds
#   TARGET=folder to mount the new root at                        SHOW=1: only tell what would be done
#   KEYRING=keys in place of the distribution's, *.asc

LIB=${BASH_SOURCE[0]%/*}
ARCHITECTURE=$(uname -m)
for part in steps network filesystem luks identity keyring signature networkd initramfs-content stage3-unpack stage3-emerge stage3-configure; do
  # shellcheck source=/dev/null
  . "$LIB/$part.sh"
done

FS=${FS:-xfs}
MIRROR=${MIRROR:-http://ftp.iij.ad.jp/pub/linux/gentoo}
MIRROR=${MIRROR%/}
LOCALE=${LOCALE:-C.UTF-8}
# Stage, tree of ebuilds and the packages on their way
# shellcheck disable=SC2034 # read by filesystem.sh
MINIMUM_MIB=8192
# shellcheck disable=SC2034 # read by luks.sh
CRYPTTAB_OPTIONS=luks,discard,x-initrd.attach

check_settings() {
  check_filesystem_settings
  check_keyring
  [ -n "${STAGE3[$ARCHITECTURE]:-}" ] || fail "nobody publishes $DISTRO for $ARCHITECTURE"
}

step_network() {
  find_stage3
}

step_filesystem() {
  make_root
}

step_unpack() {
  unpack_stage3
  unpack_snapshot
  write_fstab
  # Over whatever the tarball brings.
  [ "$FS" != luks ] || write_crypttab
}

step_packages() {
  write_portage_settings
  write_dracut_settings
  mount_kernel_folders
  emerge_packages
}

step_configure() {
  write_host_name
  write_network
  write_time_zone
  empty_root_password
  write_locale
  write_machine_id
}

step_keys() {
  write_ssh_host_keys
  drop_empty_host_keys
  write_authorized_keys
  enable_services
}

step_initramfs() {
  check_initramfs virtiofs dm-crypt
  unmount_kernel_folders
}

step_finish() {
  tell_packages
  finish_root
}

install_stage3() {
  run_steps network filesystem unpack packages configure keys initramfs finish
  say "$DISTRO is installed, after $SECONDS s"
  if [ "${NO_REBOOT:-}" = 1 ]; then
    say 'not rebooting, because of NO_REBOOT=1'
  else
    systemctl reboot
  fi
}

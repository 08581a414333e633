# shellcheck shell=bash
# Installs a Debian. The caller has set, as data:
#   DISTRO SUITE SECURITY_SUITE MKFS_OPTIONS[fs] PACKAGES
# The user may set, in the environment:
#   FS=xfs|btrfs|ext4|virtiofs|luks  MIRROR= SECURITY_MIRROR=     BOOTSTRAP=apt|mmdebstrap|debootstrap
#   LOCALE=ja_JP.UTF-8               TARGET_DISK=/dev/…           NO_REBOOT=1
#   NETWORK_WAIT=seconds             TARGET=folder to mount the new root at

LIB=${BASH_SOURCE[0]%/*}
for part in steps network filesystem luks identity networkd \
  debian-bootstrap debian-apt debian-unpack debian-stand-ins debian-configure debian-initramfs; do
  # shellcheck source=/dev/null
  . "$LIB/$part.sh"
done

FS=${FS:-xfs}
MIRROR=${MIRROR:-http://linux.yz.yamagata-u.ac.jp/pub/linux/debian}
MIRROR=${MIRROR%/}
SECURITY_MIRROR=${SECURITY_MIRROR:-http://security.debian.org/debian-security}
SECURITY_MIRROR=${SECURITY_MIRROR%/}
BOOTSTRAP=${BOOTSTRAP:-apt}
LOCALE=${LOCALE:-C.UTF-8}

check_settings() {
  check_filesystem_settings
  check_bootstrap_settings
}

step_network() {
  await_release "$MIRROR" "$(suite_read "$SUITE")"
  await_release "$SECURITY_MIRROR" "$(suite_read "$SECURITY_SUITE")"
}

step_filesystem() {
  make_root "$DISTRO"
  write_fstab
}

step_bootstrap() {
  write_ssh_host_keys
  write_initramfs_settings
  "bootstrap_by_$BOOTSTRAP"
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
  drop_empty_host_keys
  write_authorized_keys
  enable_services
}

step_initramfs() {
  await_initramfs
}

step_finish() {
  tell_packages
  finish_root
}

install_debian() {
  run_steps network filesystem bootstrap configure keys initramfs finish
  say "$DISTRO is installed, after $SECONDS s"
  if [ "${NO_REBOOT:-}" = 1 ]; then
    say 'not rebooting, because of NO_REBOOT=1'
  else
    systemctl reboot
  fi
}

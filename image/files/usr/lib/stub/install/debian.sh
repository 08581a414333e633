# shellcheck shell=bash
# Installs a Debian or what is made like one. The caller has set, as data:
#   DISTRO VENDOR SUITE SECURITY_SUITE MKFS_OPTIONS[type] PACKAGES, and where it is not as usual
#   INITRAMFS_COMPRESS=zstd|lz4      LLMNR=resolved|llmnrd
# The user may set, in the environment:
#   FS=xfs|btrfs|ext4|virtiofs|luks  MIRROR= SECURITY_MIRROR=     BOOTSTRAP=apt|mmdebstrap|debootstrap
#   LOCALE=ja_JP.UTF-8               TARGET_DISK=/dev/…           NO_REBOOT=1
#   NETWORK_WAIT=seconds             TARGET=folder to mount the new root at
#   KEYRING=keys in place of the distribution's, *.asc            SHOW=1: only tell what would be done

LIB=${BASH_SOURCE[0]%/*}
ARCHITECTURE=$(dpkg --print-architecture)
INITRAMFS_COMPRESS=${INITRAMFS_COMPRESS:-zstd}
LLMNR=${LLMNR:-resolved}
for part in steps network filesystem luks identity keyring networkd netplan "vendor-$VENDOR" \
  debian-bootstrap debian-apt debian-unpack debian-stand-ins debian-configure debian-initramfs; do
  # shellcheck source=/dev/null
  . "$LIB/$part.sh"
done

FS=${FS:-xfs}
MIRROR=${MIRROR:-${MIRRORS[$ARCHITECTURE]:-${MIRRORS[other]}}}
MIRROR=${MIRROR%/}
SECURITY_MIRROR=${SECURITY_MIRROR:-${SECURITY_MIRRORS[$ARCHITECTURE]:-${SECURITY_MIRRORS[other]}}}
SECURITY_MIRROR=${SECURITY_MIRROR%/}
BOOTSTRAP=${BOOTSTRAP:-apt}
LOCALE=${LOCALE:-C.UTF-8}

check_settings() {
  check_filesystem_settings
  check_bootstrap_settings
  check_keyring
}

step_network() {
  await_release "$MIRROR" "$(suite_read "$SUITE")"
  await_release "$SECURITY_MIRROR" "$(suite_read "$SECURITY_SUITE")"
}

step_filesystem() {
  make_root
  write_fstab
}

step_bootstrap() {
  write_ssh_host_keys
  write_initramfs_settings
  "bootstrap_by_$BOOTSTRAP"
}

step_configure() {
  write_host_name
  "write_wired_by_$NETWORK"
  case $LLMNR in resolved) write_resolver yes ;; *) write_resolver no ;; esac
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

# shellcheck shell=bash
# Installs a distribution of rpm packages. The caller has set, as data, after what the generation has in common (el8.sh …):
#   DISTRO RELEASE MIRRORS[architecture|other] REPOSITORIES=(id=path…) KEYS=(file…) RELEASE_PACKAGES
#   FIRST_PACKAGES FIRST_REPOSITORIES PACKAGES PACKAGE_MANAGER=yum|dnf|dnf5 RPM_DATABASE=folder RPM_FORMAT=bdb|sqlite
#   MKFS_OPTIONS[type] INIT=systemd|upstart NETWORK=keyfile|ifcfg LLMNR=resolved|llmnrd, and where it is not as usual
#   UNVERIFIED=reason why its signatures cannot be verified here
#   TARGET_LC_ALL=locale of what runs in the new root              INITRAMFS_MODULES=what its initramfs must have
# The user may set, in the environment:
#   FS=xfs|btrfs|ext4|virtiofs|luks  MIRROR=                       LOCALE=ja_JP.UTF-8
#   TARGET_DISK=/dev/…               NO_REBOOT=1                   NETWORK_WAIT=seconds
#   TARGET=folder to mount the new root at
#   KEYRING=keys in place of the distribution's, *.asc             SHOW=1: only tell what would be done

LIB=${BASH_SOURCE[0]%/*}
ARCHITECTURE=$(uname -m)
for part in steps network filesystem luks identity keyring initramfs-content \
  rpm-repositories rpm-packages rpm-initramfs rpm-network rpm-services "rpm-$INIT"; do
  # shellcheck source=/dev/null
  . "$LIB/$part.sh"
done

FS=${FS:-xfs}
MIRROR=${MIRROR:-${MIRRORS[$ARCHITECTURE]:-${MIRRORS[other]}}}
MIRROR=${MIRROR%/}
TARGET_LC_ALL=${TARGET_LC_ALL:-C.UTF-8}
LOCALE=${LOCALE:-$TARGET_LC_ALL}
INITRAMFS_MODULES=${INITRAMFS_MODULES:-virtiofs dm-crypt}
# dracut's initramfs has systemd in it, which opens the volume by this line.
# shellcheck disable=SC2034 # read by luks.sh
CRYPTTAB_OPTIONS=luks,discard

check_settings() {
  check_filesystem_settings
  check_keyring
  find_keys
}

step_network() {
  await_repositories
}

step_filesystem() {
  make_root
  write_fstab
}

step_bootstrap() {
  write_ssh_host_keys
  write_initramfs_settings
  install_first_packages
  mount_kernel_folders
  check_database
  write_repositories
  write_machine_id
  install_packages
}

step_configure() {
  write_host_name
  "write_network_by_$NETWORK"
  "write_llmnr_by_$LLMNR"
  write_time_zone
  write_locale
  empty_root_password
  allow_agent_commands
}

step_keys() {
  drop_empty_host_keys
  write_authorized_keys
  enable_services
}

step_initramfs() {
  make_initramfs
}

step_finish() {
  tell_packages
  unmount_kernel_folders
  label_files
  finish_root
}

install_rpm() {
  run_steps network filesystem bootstrap configure keys initramfs finish
  say "$DISTRO is installed, after $SECONDS s"
  if [ "${NO_REBOOT:-}" = 1 ]; then
    say 'not rebooting, because of NO_REBOOT=1'
  else
    systemctl reboot
  fi
}

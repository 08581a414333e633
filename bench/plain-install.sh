#!/bin/bash
# Typed at stub's root shell: Debian 13 on the data disk by mmdebstrap as it comes, with the packages that stub's installer
# takes and everything else as Debian has it: each package unpacked by dpkg, the initramfs made by the kernel's own script for
# all machines. Prints a line as each step begins.
#
#   plain-install.sh MIRROR SECURITY-MIRROR
set -euo pipefail

# The list of the installer, which asks for these.
# shellcheck disable=SC2034
FS=xfs LOCALE=C.UTF-8 MIRROR=$1 SECURITY_MIRROR=$2 PACKAGES=
# shellcheck source=/dev/null
. /usr/lib/stub/install/debian-bootstrap.sh
list_packages

step() { echo "plain-install: $* ($SECONDS s)"; }

step filesystem
mkfs.xfs -q -f -c options=/usr/share/xfsprogs/mkfs/lts_6.12.conf /dev/vdb
mkdir -p /mnt/target
mount /dev/vdb /mnt/target

step mmdebstrap
mmdebstrap --mode=root --format=directory --variant=apt --skip=check/empty --include="${PACKAGE_LIST// /,}" \
  trixie /mnt/target "deb $MIRROR trixie main" "deb $MIRROR trixie-updates main" \
  "deb $SECURITY_MIRROR trixie-security main" 2>&1 | cat
[ -s "$(echo /mnt/target/boot/initrd.img-*)" ]

step finish
echo "UUID=$(blkid -p -s UUID -o value /dev/vdb) / xfs defaults 0 0" > /mnt/target/etc/fstab
umount /mnt/target
step "is installed, after $SECONDS s"
systemctl reboot

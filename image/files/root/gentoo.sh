#!/bin/bash
# Installs Gentoo on the data disk and reboots into it. What can be set: see stage3.sh in the folder named below.
# shellcheck disable=SC2034 # read by what is sourced

DISTRO=gentoo
AUTOBUILDS=autobuilds/latest-stage3
declare -A STAGE3=(
  [x86_64]=releases/amd64/$AUTOBUILDS-amd64-systemd.txt
  [aarch64]=releases/arm64/$AUTOBUILDS-arm64-systemd.txt
  [riscv64]=releases/riscv/$AUTOBUILDS-rv64_lp64d-systemd.txt
)
SNAPSHOT=snapshots/portage-latest.tar.xz
# Nobody builds one for riscv64: there it is compiled.
declare -A KERNEL_PACKAGE=(
  [x86_64]=sys-kernel/gentoo-kernel-bin
  [aarch64]=sys-kernel/gentoo-kernel-bin
  [riscv64]=sys-kernel/gentoo-kernel
)
# Of the tarballs (weekly releases) and of the snapshots; Debian has neither, and both get a new date of expiry each year.
FINGERPRINTS=(13EBBDBEDE7A12775DFDB1BABB572E0E2D182910 DCD05B71EAB94199527F44ACDB6B8C1F96D8BF6D)
KEYS_URL=${KEYS_URL:-https://qa-reports.gentoo.org/output/service-keys.gpg}
# Its kernels are of the newest series with long support, or newer: 6.12 since the end of 2024.
declare -A MKFS_OPTIONS=([xfs]='-c options=/usr/share/xfsprogs/mkfs/lts_6.12.conf')
PACKAGES='net-misc/socat app-emulation/qemu-guest-agent'

# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/stage3.sh
. "$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install/stage3.sh"
install_stage3

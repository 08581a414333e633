# shellcheck shell=bash disable=SC2034 # read by rpm.sh
# What all have in common that are made of the sources of Red Hat Enterprise Linux 9.

RELEASE=9
# Kernel 5.14 with XFS of 5.15 and later, but neither nrext64 nor parent; e2fsprogs 1.46
declare -A MKFS_OPTIONS=(
  [xfs]='-c options=/usr/share/xfsprogs/mkfs/lts_5.15.conf'
  [ext4]='-O ^orphan_file,^metadata_csum_seed'
)
FIRST_PACKAGES="$RELEASE_PACKAGES dnf"
# AppStream, large as it is, brings none of them.
FIRST_REPOSITORIES=1
PACKAGES='passwd vim-minimal strace less tar openssh-server openssh-clients avahi NetworkManager iproute qemu-guest-agent socat'
PACKAGES+=' cryptsetup policycoreutils grubby'
PACKAGE_MANAGER=dnf
RPM_DATABASE=var/lib/rpm
RPM_FORMAT=sqlite
INIT=systemd
NETWORK=keyfile
LLMNR=llmnrd

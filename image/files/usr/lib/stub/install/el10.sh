# shellcheck shell=bash disable=SC2034 # read by rpm.sh
# What all have in common that are made of the sources of Red Hat Enterprise Linux 10.

RELEASE=10
# Kernel 6.12
declare -A MKFS_OPTIONS=([xfs]='-c options=/usr/share/xfsprogs/mkfs/lts_6.12.conf')
FIRST_PACKAGES="$RELEASE_PACKAGES dnf"
# AppStream, large as it is, brings none of them.
FIRST_REPOSITORIES=1
# passwd is part of shadow-utils.
PACKAGES='vim-minimal strace less tar openssh-server openssh-clients avahi NetworkManager iproute qemu-guest-agent socat'
PACKAGES+=' cryptsetup policycoreutils grubby'
PACKAGE_MANAGER=dnf
RPM_DATABASE=usr/lib/sysimage/rpm
RPM_FORMAT=sqlite
INIT=systemd
NETWORK=keyfile
LLMNR=llmnrd

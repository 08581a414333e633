# shellcheck shell=bash disable=SC2034
# What holds of every release of Debian: where it lies, who signs it, what its packages are called. By dpkg's name of the
# architecture.

declare -A MIRRORS=([other]=http://linux.yz.yamagata-u.ac.jp/pub/linux/debian)
declare -A SECURITY_MIRRORS=([other]=http://security.debian.org/debian-security)
VENDOR_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
COMPONENTS=main
KERNEL_PACKAGE=linux-image-$ARCHITECTURE
# What the new system runs, is reached and is looked after by
BASE_PACKAGES='apt systemd-sysv dbus systemd-resolved iproute2 netbase openssh-server qemu-guest-agent socat'
NETWORK=networkd

# shellcheck shell=sh
for folder in /usr/lib/modules/*/; do
  version=$(basename "$folder")
  depmod "$version"
  cp "$folder/vmlinuz" "/boot/vmlinuz-$version"
  # As kernel-install has it: who wants no initramfs yet puts this link there.
  [ "$(readlink /etc/kernel/install.d/50-dracut.install)" != /dev/null ] || continue
  dracut --force --kver "$version" "/boot/initramfs-$version.img" || exit 1
done

# shellcheck shell=sh
for folder in /usr/lib/modules/*/; do
  version=$(basename "$folder")
  kernel-install add "$version" "/lib/modules/$version/vmlinuz" || exit 1
done

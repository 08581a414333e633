# shellcheck shell=bash
# Steps 5 to 7, what is Gentoo's own way

write_locale() {
  echo "LANG=$LOCALE" | write /etc/locale.conf
  [ "$LOCALE" != C.UTF-8 ] || return 0
  echo "$LOCALE ${LOCALE#*.}" | write /etc/locale.gen
  in_target locale-gen --quiet || fail "the locale $LOCALE cannot be generated"
}

enable_services() {
  systemctl -q --root="$TARGET" enable sshd.service qemu-guest-agent.service
}

# check_initramfs MODULE…: the newest kernel has one, and each module is in it, or in the kernel.
check_initramfs() {
  local version content module image
  version=$(cd "$TARGET/lib/modules" && printf '%s\n' * | sort -V | tail -n 1)
  image=/boot/initramfs-$version.img
  compgen -G "$TARGET/boot/*-$version" > /dev/null || fail "no kernel of $version in /boot"
  content=$(list_initramfs "$TARGET$image") || fail "$image cannot be read back"
  content+=$'\n'$(cat "$TARGET/lib/modules/$version/modules.builtin")
  for module in "$@"; do
    grep -q "/$module\.ko" <<< "$content" || fail "$image lacks $module"
  done
}

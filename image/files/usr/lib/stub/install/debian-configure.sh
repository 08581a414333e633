# shellcheck shell=bash
# Steps 4 and 5, what is Debian's own way

write_locale() {
  echo "LANG=$LOCALE" | write /etc/locale.conf
  # Where Debian 12 and PAM look
  ln -sfn ../locale.conf "$TARGET/etc/default/locale"
  [ "$LOCALE" != C.UTF-8 ] || return 0
  echo "$LOCALE ${LOCALE#*.}" | write /etc/locale.gen
  in_target locale-gen || fail "the locale $LOCALE cannot be generated"
}

enable_services() {
  systemctl -q --root="$TARGET" enable ssh.service
  # Started by udev as soon as the host offers a channel.
  [ -x "$TARGET/usr/sbin/qemu-ga" ] || fail 'the guest agent was not installed'
}

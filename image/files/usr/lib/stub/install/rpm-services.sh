# shellcheck shell=bash
# What the guest agent may do, and SELinux.

# Red Hat forbids the agent to run commands and to read and write files; QEMU's own default, and Debian's, is to let the
# machine's owner do so. By generation: EL 6 to 8, EL 9, later ones.
allow_agent_commands() {
  local file=$TARGET/etc/sysconfig/qemu-ga
  [ ! -e "$file" ] || sed -i 's/^\(BLACKLIST_RPC\|BLOCK_RPCS\|FILTER_RPC_ARGS\)=.*/\1=/' "$file"
}

# A policy comes only where a package needs it. Stub's kernel knows none, so nothing was labelled: done here, at the end, or the
# first boot would refuse everybody. Where it cannot be done the policy is told to complain only.
label_files() {
  local config=$TARGET/etc/selinux/config contexts
  [ -e "$config" ] || return 0
  contexts=/etc/selinux/$(sed -n 's/^SELINUXTYPE=//p' "$config")/contexts/files/file_contexts
  [ -e "$TARGET$contexts" ] || return 0
  # -m: whatever the mounts say, which is that nothing here has labels
  if in_target setfiles -m -F "$contexts" /; then
    progress 'labelled for SELinux'
  else
    say 'WARNING: the files cannot be labelled, so SELinux will be permissive: touch /.autorelabel there, and reboot'
    sed -i 's/^SELINUX=.*/SELINUX=permissive/' "$config"
  fi
}

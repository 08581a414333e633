# shellcheck shell=bash
# What an initramfs holds, read by stub's own programs.

# list_initramfs FILE: the names in it. dracut's own lsinitrd takes a minute of emulation for that.
list_initramfs() {
  local unpack
  case $(od -An -tx1 -N4 "$1") in
    ' 30 37 30 37') unpack='cat' ;;
    ' 1f 8b '*) unpack='gzip -dc' ;;
    ' 28 b5 2f fd') unpack='zstd -dcq' ;;
    ' fd 37 7a 58') unpack='xz -dc' ;;
    *) return 1 ;;
  esac
  $unpack "$1" | busybox cpio -t 2> /dev/null
}

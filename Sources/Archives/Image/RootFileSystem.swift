import Findings

/// What every root file system holds and a release must not.
enum RootFileSystem {
  /// Whether a finding of the rule about the name says nothing of an image's layer. Names and
  /// links are those of one system, which is not Windows, and device files stand in `dev`.
  static func isUsual(_ rule: Rule, of name: [UInt8]) -> Bool {
    switch rule {
    case .unportableName, .hardLink, .extendedAttributes, .commandName: true
    case .specialFile: name.starts(with: "dev/".utf8)
    case .borrowedRights: isPrivileged(name)
    default: false
    }
  }

  /// Whether a link's target leads out of the image, whose root is that of absolute targets, too.
  /// Of a hard link, all readers take the target for a name of the archive.
  static func leaves(_ target: [UInt8], from origin: InventoryBuilder.LinkOrigin, depth: Int)
    -> Bool
  {
    let slash = UInt8(ascii: "/")
    var depth = origin == .root || target.first == slash ? 0 : depth
    if origin == .root, target.first == slash { return true }
    for part in target.split(separator: slash) where !part.elementsEqual(".".utf8) {
      depth += part.elementsEqual("..".utf8) ? -1 : 1
      if depth < 0 { return true }
    }
    return false
  }

  /// Whether it is a program that distributions give the rights of root or of a group.
  private static func isPrivileged(_ name: [UInt8]) -> Bool {
    let parts = String(decoding: name, as: UTF8.self).split(separator: "/")
    guard let first = parts.first, let last = parts.last,
      ["bin", "sbin", "usr", "lib", "lib64"].contains(first)
    else { return false }
    return programs.contains(String(last))
  }

  /// Usual set-user-ID, set-group-ID and capability programs, listed by hand: what is missing
  /// here is reported.
  private static let programs: Set<String> = [
    "at", "arping", "bbsuid", "bsd-write", "bwrap", "chage", "chfn", "chrome-sandbox", "chsh",
    "clockdiff", "crontab", "dbus-daemon-launch-helper", "doas", "dotlockfile", "dumpcap", "exim4",
    "expiry", "fping", "fusermount", "fusermount3", "gpasswd", "grub2-set-bootflag",
    "gst-ptp-helper", "locate", "mail-lock", "mail-touchlock", "mail-unlock", "mlocate", "mount",
    "mount.cifs", "mount.fuse3", "mount.nfs", "mtr-packet", "newgidmap", "newgrp", "newuidmap",
    "ntfs-3g", "pam_extrausers_chkpwd", "pam_timestamp_check", "passwd", "ping", "ping4", "ping6",
    "pkexec", "plocate", "polkit-agent-helper-1", "postdrop", "postqueue", "pppd", "screen", "sg",
    "snap-confine", "ssh-agent", "ssh-keysign", "staprun", "su", "sudo", "sudoedit", "suexec",
    "systemd-detect-virt", "traceroute6.iputils", "umount", "umount.nfs", "unix_chkpwd",
    "usernetctl", "userhelper", "utempter", "vlock-main", "wall", "write", "write.ul", "Xorg.wrap",
  ]
}

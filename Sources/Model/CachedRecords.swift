package import FoundationEssentials

/// The record of something in the cache.
package protocol CachedRecord: Codable, Sendable, Hashable {
  /// 64 hex digits over everything that went into it.
  var id: String { get }
  /// Name for users.
  var name: String { get }
  /// Time at which it entered the cache.
  var created: Date { get }
}

/// One kernel in the cache, ready to boot.
package struct KernelRecord: CachedRecord {
  /// 64 hex digits over everything that went into it.
  package var id: String
  /// Name for users: `debian:bookworm`, or a name of theirs.
  package var name: String
  /// `uname -r`, for instance `6.1.0-50-s390x`; it names the folder of the modules.
  package var release: String
  /// Origin in words, for instance `linux-image-6.1.0-50-s390x 6.1.176-1 of Debian bookworm`.
  package var origin: String
  /// Time at which it entered the cache.
  package var created: Date
  /// Build record; nil for one that came built.
  package var build: BuildRecord?
  /// Of the distribution's package, for instance `6.1.176-1`; nil for a kernel that came from no package.
  package var version: String?

  package init(
    id: String, name: String, release: String, origin: String, created: Date, build: BuildRecord? = nil,
    version: String? = nil
  ) {
    self.version = version
    self.id = id
    self.name = name
    self.release = release
    self.origin = origin
    self.created = created
    self.build = build
  }
}

/// One image in the cache: what a guest boots beside a kernel.
package struct ImageRecord: CachedRecord {
  /// 64 hex digits over everything that went into it.
  package var id: String
  /// The recipe's name, for instance `mini`.
  package var name: String
  /// The kernel whose modules it holds.
  package var kernel: String
  /// In bytes.
  package var size: Int
  /// Time at which it entered the cache.
  package var created: Date

  /// The disk that holds its root file system; nil for one that is an initramfs alone.
  package var disk: String?

  package init(id: String, name: String, kernel: String, size: Int, created: Date, disk: String? = nil) {
    self.disk = disk
    self.id = id
    self.name = name
    self.kernel = kernel
    self.size = size
    self.created = created
  }
}

/// Recipe of a Debian root on a disk, as the `disk` part of a `recipe.yaml` says it.
struct DiskRecipe: Sendable, Hashable {
  /// The name of the recipe's folder.
  var name: String
  /// The recipe of the initramfs that mounts the disk.
  var boot: String
  /// Kernel options needed in addition to that recipe's modules.
  var modules: [WantedModule]
  /// The Debian release that ``packages`` come from.
  var release: String
  /// Of the file system, in MiB; what is not used takes no room on the host.
  var size: Int
  /// Debian packages; what they depend on comes with them, and so does what every Debian system has.
  var packages: [String]
  /// Folders, without a leading slash, of which no package's files are unpacked.
  var leftOut: [String]
  /// Files that override those of the packages, sorted by path.
  var files: [File]

  /// Something at a place of its own.
  struct File: Sendable, Hashable {
    enum Content: Sendable, Hashable {
      case text(String)
      /// A file in the recipe's folder.
      case copy(String)
      case link(String)
    }

    /// An absolute path in the guest.
    var path: String
    var content: Content
    /// The lower twelve bits of its mode; of no meaning for links.
    var permissions: Int
  }
}

/// Additions to a recipe on the command line.
package struct DiskAdditions: Sendable, Hashable {
  /// Debian packages.
  package var packages: [String] = []
  package var copies: [Copy] = []

  /// A file or folder of the host.
  package struct Copy: Sendable, Hashable {
    /// On the host.
    package var source: String
    /// The absolute path that it gets in the guest.
    package var destination: String

    package init(source: String, destination: String) {
      self.source = source
      self.destination = destination
    }
  }

  package init() {}

  package var isEmpty: Bool { packages.isEmpty && copies.isEmpty }
}

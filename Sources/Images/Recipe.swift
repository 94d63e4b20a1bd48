/// Recipe of an image, as `recipe.yaml` says it.
package struct Recipe: Sendable, Hashable {
  /// The name of the recipe's folder.
  package var name: String
  /// The Debian release that ``packages`` come from.
  package var release: String
  /// Debian packages, whose files ``programs`` name.
  package var packages: [String]
  /// Programs to copy, with the libraries they need, sorted by destination.
  package var programs: [Program]
  /// The C file in the recipe's folder that becomes `/init`.
  package var initSource: String
  /// The names by which busybox is called.
  package var applets: [String]
  /// Kernel modules, in the order in which they are wanted.
  package var modules: [WantedModule]

  /// A program that goes from a package into the guest.
  package struct Program: Sendable, Hashable {
    /// An absolute path in the guest.
    package var destination: String
    /// A path in one of the unpacked packages.
    package var source: String
  }
}

/// A kernel module that a recipe asks for.
package struct WantedModule: Sendable, Hashable, Codable {
  /// As `lsmod` prints it.
  package var name: String
  /// The configuration option that makes the kernel have it, for instance `CONFIG_VIRTIO_PCI`.
  package var option: String
  /// A kernel without it cannot use the recipe.
  package var isRequired: Bool

  /// A wish for one module.
  package init(name: String, option: String, isRequired: Bool) {
    self.name = name
    self.option = option
    self.isRequired = isRequired
  }
}

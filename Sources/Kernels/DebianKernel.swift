import DebianPackages
import Model

/// One version of Debian's kernel for s390x, as an archive lists it.
struct DebianKernel {
  /// The package `linux-image-RELEASE`, and those of the same version that hold the rest of the kernel.
  ///
  /// Up to Linux 7.1 the image holds everything; since then it depends on linux-binary-RELEASE, linux-modules-RELEASE
  /// and linux-base-RELEASE (debian/rules.real of the source package linux).
  var packages: [DebianPackage]

  var image: DebianPackage { packages[0] }
  var version: String { image.version }
  /// `uname -r` of the kernel.
  var release: String { String(image.name.dropFirst("linux-image-".count)) }
}

extension DebianArchive {
  static let metapackage = "linux-image-s390x"

  /// Every kernel for s390x in the lists, the newest first.
  func kernels() async throws -> [DebianKernel] {
    let names = try await packageNames(beginningWith: "linux-image-").filter {
      $0.hasSuffix("-s390x") && $0 != Self.metapackage
    }
    let images = try await versions(of: names)
    let parts = try await versions(of: Set(images.flatMap(Self.parts)).sorted())
    return images.map { image in
      let wanted = Self.parts(of: image)
      let rest = parts.filter { $0.version == image.version && wanted.contains($0.name) }
      return DebianKernel(packages: [image] + rest.sorted { $0.name < $1.name })
    }
  }

  // The names of the packages that a kernel's image depends on and that are of that kernel alone.
  private static func parts(of image: DebianPackage) -> [String] {
    let release = image.name.dropFirst("linux-image-".count)
    return image.depends.filter { $0.hasPrefix("linux-") && $0.hasSuffix("-\(release)") }
  }

  /// Candidates for `debian:RELEASE`, in the order of preference.
  ///
  /// The first is what the release's metapackage depends on: that a release also has others, such as one of a newer
  /// Debian, must not change what the name means. Older ones follow.
  func defaultKernels() async throws -> [DebianKernel] {
    let all = try await kernels()
    guard let metapackage = try await versions(of: [Self.metapackage]).first,
      let chosen = all.first(where: { metapackage.depends.contains($0.image.name) })
    else { return all }
    return all.filter { DebianVersion($0.version) <= DebianVersion(chosen.version) }
  }
}

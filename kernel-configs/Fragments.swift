package import Foundation

/// The configuration fragments that zlab carries, as files `NAME.config` on disk.
package let bundledFragments: URL = Bundle.module.bundleURL.appending(path: "fragments")

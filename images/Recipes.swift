package import Foundation

/// The image recipes and guest programs that zlab carries, as files on disk.
package let bundledRecipes: URL = Bundle.module.bundleURL

import Foundation
import Model

/// A recipe that was found, and not yet read.
struct RecipeText {
  /// The recipe's own.
  let folder: URL
  /// The folder's name.
  let name: String
  /// Of its `recipe.yaml`, for complaints.
  let file: String
  let text: String

  /// Finds a recipe by its name among `recipes`, or, when it has a slash, as a folder of the user's.
  init(_ requested: String, recipes: URL) throws(RequestError) {
    let isFolder = requested.contains("/")
    folder = isFolder ? URL(fileURLWithPath: requested, isDirectory: true) : recipes.appending(path: requested)
    let file = folder.appending(path: "recipe.yaml")
    name = folder.standardizedFileURL.lastPathComponent
    let isBundled = !requested.isEmpty && !requested.hasPrefix(".") && FileManager.default.fileExists(atPath: file.path)
    guard isFolder || isBundled else {
      let known = RecipeFolder.names(in: recipes).joined(separator: ", ")
      throw RequestError(
        "there is no image recipe `\(requested)`; known are \(known)", advice: "A folder is named with a slash.")
    }
    guard let handle = FileHandle(forReadingAtPath: file.path), let data = try? handle.read(upToCount: 1 << 20) else {
      throw RequestError(
        "cannot read the recipe \(file.path)", advice: "A recipe is a folder with a recipe.yaml in it.")
    }
    text = String(decoding: data, as: UTF8.self)
    self.file = isFolder ? file.path : "\(name)/recipe.yaml"
  }
}

import Foundation
import Records

/// A recipe with the C sources that belong to it.
struct RecipeFolder {
  let recipe: Recipe
  let folder: URL
  /// The actors' sources, headers too, sorted by name.
  let actors: [URL]

  /// Finds a recipe by its name among `recipes`, or, when it has a slash, as a folder of the user's.
  init(_ wish: String, recipes: URL) throws(RequestError) {
    let isFolder = wish.contains("/")
    folder = isFolder ? URL(fileURLWithPath: wish, isDirectory: true) : recipes.appending(path: wish)
    let file = folder.appending(path: "recipe.yaml")
    let name = folder.standardizedFileURL.lastPathComponent
    guard !wish.isEmpty, !wish.hasPrefix("."), FileManager.default.fileExists(atPath: file.path) || isFolder else {
      let known = Self.names(in: recipes).joined(separator: ", ")
      throw RequestError(
        "there is no image recipe `\(wish)`; known are \(known)", advice: "A folder is named with a slash.")
    }
    guard let text = try? String(contentsOf: file, encoding: .utf8) else {
      throw RequestError(
        "cannot read the recipe \(file.path)", advice: "A recipe is a folder with a recipe.yaml in it.")
    }
    recipe = try Recipe(yaml: text, name: name, file: isFolder ? file.path : "\(name)/recipe.yaml")
    guard FileManager.default.fileExists(atPath: folder.appending(path: recipe.initSource).path) else {
      throw RequestError("the recipe \(name) has no file \(recipe.initSource)")
    }
    actors = Self.sources(in: recipes.appending(path: "actors"))
  }

  /// What the image depends on in the folder.
  var inputs: [URL] { ["recipe.yaml", recipe.initSource].map { folder.appending(path: $0) } + actors }

  /// The names of the actors: each C file with an `ACTOR(` at a line's beginning is one.
  var actorNames: [String] {
    actors.filter { $0.pathExtension == "c" && Self.isActor($0) }.map { $0.deletingPathExtension().lastPathComponent }
  }

  private static func isActor(_ file: URL) -> Bool {
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").contains { $0.hasPrefix("ACTOR(") }
  }

  /// The names of the recipes in a folder of recipes.
  static func names(in recipes: URL) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: recipes.path)) ?? []
    return names.sorted().filter {
      FileManager.default.fileExists(atPath: recipes.appending(path: $0).appending(path: "recipe.yaml").path)
    }
  }

  private static func sources(in folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".c") || $0.hasSuffix(".h") }.sorted().map { folder.appending(path: $0) }
  }
}

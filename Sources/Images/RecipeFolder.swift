import Foundation
import Model

/// A recipe with the C sources that belong to it.
struct RecipeFolder {
  var recipe: Recipe
  let folder: URL
  /// The actors' sources, headers too, sorted by name.
  let actors: [URL]

  /// Finds a recipe by its name among `recipes`, or, when it has a slash, as a folder of the user's.
  init(_ requested: String, recipes: URL) throws(RequestError) {
    let found = try RecipeText(requested, recipes: recipes)
    folder = found.folder
    let name = found.name
    recipe = try Recipe(yaml: found.text, name: name, file: found.file)
    guard FileManager.default.fileExists(atPath: folder.appending(path: recipe.initSource).path) else {
      throw RequestError("recipe \(name) has no file \(recipe.initSource)")
    }
    actors = Self.sources(in: recipes.appending(path: "actors"))
  }

  /// Inputs of the image in the folder.
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

import Foundation
import ImageRecipes
import Model
import Testing

@testable import Images

@Suite struct RecipeTests {
  private let whole = """
    debian: bookworm
    packages: [busybox-static]
    programs:
      /bin/busybox: bin/busybox
    init: init.c
    applets: [sh, "true"]
    modules:
      - {name: virtio_pci, option: CONFIG_VIRTIO_PCI, required: true}
    """

  private func read(_ text: String) throws -> Recipe { try Recipe(yaml: text, name: "x", file: "x/recipe.yaml") }

  @Test func `a recipe is read`() throws {
    let recipe = try read(whole)
    #expect(recipe.release == "bookworm")
    #expect(recipe.programs == [Recipe.Program(destination: "/bin/busybox", source: "bin/busybox")])
    #expect(recipe.applets == ["sh", "true"])
    #expect(recipe.modules == [WantedModule(name: "virtio_pci", option: "CONFIG_VIRTIO_PCI", isRequired: true)])
  }

  @Test func `the bundled recipe is read, with its actors`() throws {
    let folder = try RecipeFolder("mini", recipes: bundledRecipes)
    #expect(folder.recipe.name == "mini")
    #expect(folder.actorNames.contains("function-toggle"))
    #expect(folder.actorNames.contains("vfio-detach-race"))
    #expect(!folder.actorNames.contains("actor"))
    #expect(!folder.actorNames.contains("vfio-user"))
    #expect(RecipeFolder.names(in: bundledRecipes) == ["debian", "debian-qemu", "mini"])
  }

  @Test(arguments: [
    ("debian: bookworm", "debain: bookworm", "x/recipe.yaml:1:9: debain: unknown key 'debain'"),
    ("packages: [busybox-static]", "packages: busybox-static", "x/recipe.yaml:2:11: packages: must be a list"),
    ("packages: [busybox-static]", "packages: [[a]]", "x/recipe.yaml:2:12: packages[0]: must be text"),
    ("packages: [busybox-static]", "packages: [-o]", "x/recipe.yaml:2:12: packages[0]: must be a name"),
    (
      "  /bin/busybox: bin/busybox", "  bin/busybox: bin/busybox",
      "x/recipe.yaml:4:16: programs.bin/busybox: its key must be an absolute"
    ),
    (
      "  /bin/busybox: bin/busybox", "  /bin/busybox: ../x",
      "x/recipe.yaml:4:17: programs./bin/busybox: must be a path in a package"
    ),
    ("init: init.c", "", "x/recipe.yaml:1:1: 'init' is missing"),
    ("init: init.c", "init: ../init.c", "x/recipe.yaml:5:7: init: must be a file's name"),
    ("required: true", "required: maybe", "x/recipe.yaml:8:61: modules[0].required: must be true or false"),
    ("required: true", "needed: true", "x/recipe.yaml:8:59: modules[0].needed: unknown key 'needed'"),
    ("init: init.c", "init: [", "x/recipe.yaml:"),
    ("init: init.c", "debian: trixie", "x/recipe.yaml:"),
  ])
  func `a mistake is told with its line`(_ right: String, wrong: String, problem: String) {
    let error = #expect(throws: RequestError.self) { try read(whole.replacing(right, with: wrong)) }
    #expect(error?.problem.hasPrefix(problem) == true, "\(error?.problem ?? "nothing thrown")")
  }

  @Test(arguments: ["", "- a", "text", "\u{0}", "{", "? [a]\n: b"])
  func `what is no recipe at all is refused`(text: String) {
    #expect(throws: RequestError.self) { try read(text) }
  }

  @Test func `an unknown recipe is told with those that are known`() throws {
    let error = #expect(throws: RequestError.self) { try RecipeFolder("maxi", recipes: bundledRecipes) }
    #expect(error?.problem == "there is no image recipe `maxi`; known are debian, debian-qemu, mini")
    #expect(throws: RequestError.self) { try RecipeFolder(".", recipes: bundledRecipes) }
    // Below the folder that the process works in, by a path that leads to the bundled one.
    let up = "./" + String(repeating: "../", count: 40)
    let mini = bundledRecipes.appending(path: "mini").path.dropFirst()
    #expect(try RecipeFolder(up + mini, recipes: bundledRecipes).recipe.name == "mini")
    #expect(throws: RequestError.self) { try RecipeFolder("/nonexistent/recipe", recipes: bundledRecipes) }
    #expect(throws: RequestError.self) { try RecipeFolder("", recipes: bundledRecipes) }
  }
}

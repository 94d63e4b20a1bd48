import Foundation

/// Finds where a repository keeps its objects, without asking git: its settings are a stranger's.
enum ObjectFolder {
  /// nil when `repository` is none. Takes a working tree, a linked one, a bare repository or a `.git` folder.
  static func find(in repository: URL) -> URL? {
    let git = repository.appending(path: ".git")
    for place in [git, repository, linked(from: git)].compactMap({ $0 }) {
      let objects = common(of: place).appending(path: "objects").standardizedFileURL
      // One path is one line in the file that names it to git, where `#` and `"` mean something at its start.
      if isFolder(objects), objects.path.hasPrefix("/"), !objects.path.contains("\n") { return objects }
    }
    return nil
  }

  // A linked working tree and a submodule have a file that names the folder, gitrepository-layout(5).
  private static func linked(from file: URL) -> URL? {
    guard let text = line(of: file), text.hasPrefix("gitdir: ") else { return nil }
    return resolve(String(text.dropFirst(8)), against: file.deletingLastPathComponent())
  }

  private static func common(of folder: URL) -> URL {
    guard let text = line(of: folder.appending(path: "commondir")) else { return folder }
    return resolve(text, against: folder)
  }

  private static func resolve(_ path: String, against folder: URL) -> URL {
    path.hasPrefix("/") ? URL(filePath: path) : folder.appending(path: path)
  }

  private static func line(of file: URL) -> String? {
    guard let bytes = try? readPlainFile(file, cap: 8192) else { return nil }
    let line = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    return line.isEmpty ? nil : line
  }

  private static func isFolder(_ place: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) && isFolder.boolValue
  }
}

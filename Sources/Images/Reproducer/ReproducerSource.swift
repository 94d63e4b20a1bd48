package import Foundation
import Model
import Storage

/// A C program that does in one process tree what the actors of a scenario do: their sources in one file, and a main
/// function that starts them.
package struct ReproducerSource: Sendable {
  /// Program of a scenario with its words; ``seed``, ``minDelay`` and ``maxDelay`` stand for values of a round.
  package struct Part: Sendable, Hashable {
    package var program: String
    package var arguments: [String]

    package init(program: String, arguments: [String]) { (self.program, self.arguments) = (program, arguments) }
  }

  package static let (seed, minDelay, maxDelay) = ("%seed", "%min-delay", "%max-delay")

  private let preparations: [Part]
  private let actors: [Part]
  private let headers: [CFile]
  private let files: [CFile]

  /// - Parameters:
  ///   - preparations: run one after the other in each round, before the actors.
  ///   - actors: run together.
  ///   - folder: of the actors' sources.
  /// - Throws: `RequestError` for actors that need the host, or that are none of ours; `LabError` when sources are missing.
  package init(preparations: [Part], actors: [Part], sources folder: URL) throws {
    (self.preparations, self.actors) = (preparations, actors)
    let all = try Self.read(folder)
    let programs = Set((preparations + actors).map(\.program))
    if (preparations + actors).contains(where: { $0.arguments.contains { ["host", "swap"].contains($0) } }) {
      throw RequestError(
        "no program can be exported: in this scenario the host plugs and unplugs",
        advice: "A way of the guest's own can be exported, for instance --set way=power.")
    }
    let known = Set(all.flatMap(\.actors))
    if programs.isDisjoint(with: known) {
      throw RequestError("no program can be exported: the scenario runs only programs of its image")
    }
    var names = Set(all.filter { !programs.isDisjoint(with: $0.actors) }.map(\.name)).union(["actor.c"])
    var grows = true
    while grows {
      let used = all.filter { names.contains($0.name) }.reduce(into: Set<String>()) { $0.formUnion($1.usedNames) }
      let more = all.filter { $0.name.hasSuffix(".c") && !$0.globals.isDisjoint(with: used.subtracting(["main"])) }
      let next = names.union(more.map(\.name))
      (grows, names) = (next != names, next)
    }
    let files = all.filter { names.contains($0.name) }
    // What is used first: actors, which nothing uses, come last.
    self.files = files.filter(\.actors.isEmpty) + files.filter { !$0.actors.isEmpty }
    var headers: [CFile] = []
    func take(_ name: String) {
      guard let header = all.first(where: { $0.name == name }), !headers.contains(where: { $0.name == name }) else {
        return
      }
      header.ownHeaders.forEach(take)
      headers.append(header)
    }
    for file in files { file.ownHeaders.forEach(take) }
    self.headers = headers
  }

  private static func read(_ folder: URL) throws(LabError) -> [CFile] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        .filter { ($0.hasSuffix(".c") || $0.hasSuffix(".h")) && !$0.contains("runner") }
        .map { CFile(name: $0, text: try String(contentsOf: folder.appending(path: $0), encoding: .utf8)) }
    } catch {
      throw LabError("cannot read the sources of the actors in \(folder.path): \(reason(error))")
    }
  }

  /// The program.
  /// - Parameters:
  ///   - comment: lines at its beginning.
  ///   - delays: in microseconds, that it uses where its command line names none.
  package func text(comment: [String], delays: ClosedRange<Int>) -> String {
    let system = Set((headers + files).flatMap(\.systemHeaders) + ["sched.h", "sys/prctl.h", "sys/wait.h"])
    let shared = headers.reduce(into: Set<String>()) { $0.formUnion($1.usedNames) }
    var parts = [
      "// SPDX-License-Identifier: Apache-2.0\n/*\n"
        + comment.map { " * \(commentLine($0))".trimmedBlanks }.joined(separator: "\n") + "\n */",
      "#define _GNU_SOURCE\n" + system.sorted().map { "#include <\($0)>" }.joined(separator: "\n"),
    ]
    parts += headers.map { $0.part(taken: []) }
    for file in files {
      let taken = files.filter { $0.name != file.name }.reduce(into: shared) {
        $0.formUnion($1.globals.union($1.otherLocals).union($1.macros))
      }
      let body = CText(file.part(taken: taken.subtracting(file.globals))).renaming(["main": "actor_main"])
      let ends = Set(file.macros).subtracting(["_GNU_SOURCE"]).sorted().map { "#undef \($0)" }
      parts.append((["/* \(file.name) */", body] + ends).joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n") + "\n\n" + mainText(delays)
  }

  private func mainText(_ delays: ClosedRange<Int>) -> String {
    func table(_ name: String, _ parts: [Part]) -> String {
      let rows = parts.map { part in
        "\t{ " + ([part.program] + part.arguments).map(quoted).joined(separator: ", ") + ", NULL },\n"
      }
      return "static const char *const \(name)[][64] = {\n\(rows.joined())\t{ NULL },\n};\n"
    }
    return """
      /* The scenario */
      \(table("preparations", preparations))
      \(table("scenario", actors))
      \(scenarioMain(delays))
      """
  }
}

/// A line without what would end a comment.
private func commentLine(_ text: String) -> String {
  String(
    String.UnicodeScalarView(
      text.unicodeScalars.prefix(116).map { scalar -> Unicode.Scalar in (" "..."~").contains(scalar) ? scalar : "?" })
  )
  .replacing("*/", with: "* /").replacing("/*", with: "/ *")
}

extension String {
  fileprivate var trimmedBlanks: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}

/// A string of C's.
private func quoted(_ word: String) -> String {
  let inside = word.utf8.map { byte in
    let octal = String(byte, radix: 8)
    return switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(byte))
    case UInt8(ascii: " ")...UInt8(ascii: "~"): String(UnicodeScalar(byte))
    default: "\\" + String(repeating: "0", count: 3 - octal.count) + octal
    }
  }
  return "\"" + inside.joined() + "\""
}

private func scenarioMain(_ delays: ClosedRange<Int>) -> String {
  """
  struct round {
  \tuint64_t seed, min_delay, max_delay;
  };

  /* A word of the scenario with what stands for a value of the round replaced by it. */
  static char *fill(const char *word, const struct round *round)
  {
  \tchar *text = strdup(word);
  \tuint64_t value;

  \tif (!strcmp(word, "\(ReproducerSource.seed)"))
  \t\tvalue = round->seed;
  \telse if (!strcmp(word, "\(ReproducerSource.minDelay)"))
  \t\tvalue = round->min_delay;
  \telse if (!strcmp(word, "\(ReproducerSource.maxDelay)"))
  \t\tvalue = round->max_delay;
  \telse
  \t\treturn text;
  \tfree(text);
  \treturn asprintf(&text, "%llu", (unsigned long long)value) < 0 ? NULL : text;
  }

  static pid_t start(const char *const words[], unsigned int number, struct round round)
  {
  \tlong online = sysconf(_SC_NPROCESSORS_ONLN);
  \tchar *argv[65] = { 0 };
  \tint argc = 0;
  \tcpu_set_t cpu;
  \tpid_t pid;

  \tfflush(NULL);
  \tpid = fork();
  \tif (pid)
  \t\treturn pid;
  \tCPU_ZERO(&cpu);
  \tCPU_SET(number % (online > 0 ? online : 1), &cpu);
  \tsched_setaffinity(0, sizeof(cpu), &cpu);
  \tround.seed += number;
  \twhile (words[argc] && argc < 64) {
  \t\targv[argc] = fill(words[argc], &round);
  \t\targc++;
  \t}
  \tprctl(PR_SET_NAME, argv[0]);
  \tif (actor_find_actor(argv[0]))
  \t\texit(actor_main(argc, argv));
  \texecvp(argv[0], argv);
  \t_exit(127);
  }

  /* The exit code of a process, as in a shell. */
  static int end_of(pid_t pid)
  {
  \tint status = 0;

  \tif (pid < 0 || waitpid(pid, &status, 0) != pid)
  \t\treturn EXIT_UNAVAILABLE;
  \treturn WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  static int play(struct round round)
  {
  \tpid_t pids[64];
  \tunsigned int count = 0;
  \tint code = 0, end;

  \tfor (unsigned int i = 0; preparations[i][0] && !code; i++)
  \t\tcode = end_of(start(preparations[i], 0, round));
  \tfor (; !code && scenario[count][0] && count < 64; count++)
  \t\tpids[count] = start(scenario[count], count, round);
  \tfor (unsigned int i = 0; i < count; i++) {
  \t\tend = end_of(pids[i]);
  \t\tcode = code ? code : end;
  \t}
  \treturn code;
  }

  /* ROUNDS [SEED [MIN-DELAY-US MAX-DELAY-US]]: the code of the last actor that did not end with 0. */
  int main(int argc, char **argv)
  {
  \tuint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
  \tstruct round round = {
  \t\t.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1,
  \t\t.min_delay = argc > 4 ? strtoull(argv[3], NULL, 10) : \(delays.lowerBound),
  \t\t.max_delay = argc > 4 ? strtoull(argv[4], NULL, 10) : \(delays.upperBound),
  \t};
  \tint worst = 0, code;

  \tfor (uint64_t i = 0; i < rounds; i++, round.seed += 1000) {
  \t\tcode = play(round);
  \t\tworst = code ? code : worst;
  \t}
  \treturn worst;
  }

  """
}

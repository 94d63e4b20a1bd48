import Foundation
import Testing

/// What cannot work says why, and never ends with 0.
@Suite struct StartTests {
  let zlab: ZlabFixture

  init() throws { zlab = try ZlabFixture() }

  private func shell(_ line: String) async throws -> ZlabResult {
    let process = try ZlabProcess(
      ["-c", line.replacingOccurrences(of: "ZLAB", with: ZlabProcess.binary.path)], environment: zlab.environment,
      log: zlab.home, executable: URL(fileURLWithPath: "/bin/bash"))
    process.say("")
    return await process.end()
  }

  @Test(arguments: [
    ("ulimit -n 20; ZLAB run nothing --kernel none", "may open 20 files, and needs"),
    ("ulimit -n 8; ZLAB report --list", "may open 8 files, and needs"),
    ("ulimit -v 300000; ZLAB run nothing --kernel none", "may take 292 MiB of memory, and needs"),
    ("ulimit -v 1000000; ZLAB kernel fetch debian:bookworm", "may take 976 MiB of memory, and needs"),
    ("ZLAB scenario list >&-", "stdout is closed"),
  ])
  func `a process that may do too little says so`(line: String, words: String) async throws {
    let result = try await shell(line)
    #expect(result.code == 69)
    #expect(result.talk.contains(words), "\(result.talk)")
  }

  @Test(
    .enabled(if: getuid() == 0, "only root can take /proc away"), arguments: ["run nothing", "scenario list", "report"])
  func `without proc no command says success`(command: String) async throws {
    let result = try await shell("unshare -m sh -c 'mount -t tmpfs none /proc; exec ZLAB \(command)'")
    #expect(result.code == 69)
    #expect(result.talk.contains("there is no /proc"), "\(result.talk)")
  }

  @Test(arguments: [
    "verify FIFO --scenario nothing --source debian:trixie", "nightly FIFO", "kernel build debian:6.1 --config ./FIFO",
    "kernel build debian:6.1 --patch ./FIFO", "patch show FIFO", "dmesg FIFO",
  ])
  func `a FIFO that nobody writes to does not hold up the first SIGTERM`(command: String) async throws {
    let fifo = zlab.home.appending(path: "FIFO").path
    mkfifo(fifo, 0o600)
    let line = "cd '\(zlab.home.path)' && exec env --default-signal=TERM '\(ZlabProcess.binary.path)' \(command)"
    let process = try ZlabProcess(
      ["-c", line], environment: zlab.environment, log: zlab.home, executable: URL(fileURLWithPath: "/bin/bash"))
    process.say("")
    // Time to come to the reading; where it does not, the test is of less use and not wrong.
    try await Task.sleep(for: .seconds(2))
    process.signal(SIGTERM)
    #expect(await process.end().code == 130)
  }

  @Test func `SIGQUIT ends a command at once`() async throws {
    let process = try ZlabProcess(
      ["--default-signal=QUIT", ZlabProcess.binary.path, "serve", "--port", "0"], environment: zlab.environment,
      log: zlab.home, executable: URL(fileURLWithPath: "/usr/bin/env"))
    try await process.wait(for: "http://")
    process.signal(SIGQUIT)
    #expect(await process.end().code == 130)
  }

  /// Reads beyond the end of a mapped file, as the page of a disk that refuses it.
  private let refusedPage = """
    #include <fcntl.h>
    #include <pthread.h>
    #include <sys/mman.h>
    #include <unistd.h>
    static void *touch(void *file)
    {
      sleep(1);
      return (void *)(long)*(volatile char *)mmap(0, 4096, PROT_READ, MAP_SHARED, *(int *)file, 0);
    }
    __attribute__((constructor)) static void begin(void)
    {
      static int file;
      pthread_t thread;
      file = open("/tmp", O_TMPFILE | O_RDWR, 0600);
      pthread_create(&thread, 0, touch, &file);
    }
    """

  @Test func `a page that the disk refuses is told, and ends with 69`() async throws {
    let (source, library) = (zlab.home.appending(path: "page.c"), zlab.home.appending(path: "page.so").path)
    try Data(refusedPage.utf8).write(to: source)
    #expect(
      Process.runAndWait("/usr/bin/cc", ["-D_GNU_SOURCE", "-shared", "-fPIC", "-o", library, source.path, "-lpthread"]))
    let result = try await zlab.run("serve", "--port", "0", environment: ["LD_PRELOAD": library])
    #expect(result.code == 69, "\(result.talk)")
    #expect(result.talk.contains("a page of a file that is mapped into memory"), "\(result.talk)")
  }
}

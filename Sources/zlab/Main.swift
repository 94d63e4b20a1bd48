import CLinux
import Commands

@main
struct Main {
  static func main() async {
    await runZlab((0..<zlab_word_count()).map { String(cString: zlab_word($0)) })
  }
}

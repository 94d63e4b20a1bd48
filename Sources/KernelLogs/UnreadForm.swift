/// Forms of files that are told by their first bytes and hold no text to read.
package enum UnreadForm: String, Sendable, CaseIterable {
  case zip, sevenZip, rar, compress, lzop, journal, kdump, elf, traceData, perfData, packets, pdf, image

  /// Sources: magic(5) of file(1), `src/libsystemd/sd-journal/journal-def.h` of systemd, `diskdump_mod.h` of
  /// makedumpfile, `Documentation/trace-cmd/trace-cmd.dat.v7.5.txt` of trace-cmd, pcap-savefile(5).
  private static let magics: [([UInt8], UnreadForm)] = [
    (Array("PK".utf8) + [3, 4], .zip), ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], .sevenZip),
    (Array("Rar!".utf8) + [0x1a, 7], .rar), ([0x1f, 0x9d], .compress), ([0x89, 0x4c, 0x5a, 0x4f, 0], .lzop),
    (Array("LPKSHHRH".utf8), .journal), (Array("KDUMP   ".utf8), .kdump), (Array("makedumpfile".utf8), .kdump),
    ([0x7f, 0x45, 0x4c, 0x46], .elf), ([0x17, 0x08, 0x44] + Array("tracing".utf8), .traceData),
    (Array("PERFILE2".utf8), .perfData), ([0xd4, 0xc3, 0xb2, 0xa1], .packets), ([0x0a, 0x0d, 0x0d, 0x0a], .packets),
    (Array("%PDF-".utf8), .pdf), ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a], .image), ([0xff, 0xd8, 0xff], .image),
    (Array("GIF8".utf8), .image),
  ]

  init?(magic bytes: some Collection<UInt8>) {
    guard let hit = Self.magics.first(where: { bytes.starts(with: $0.0) }) else { return nil }
    self = hit.1
  }

  /// No log is in it, so that nobody expects one of a mail's attachment.
  var isPicture: Bool { self == .image || self == .pdf }

  /// The file's form, and a command that makes a log of it.
  package var words: String {
    switch self {
    case .zip: "it is a zip archive, which is not read; unpack it: unzip -p FILE | zlab dmesg -"
    case .sevenZip: "it is a 7z archive, which is not read; unpack it: 7z e -so FILE | zlab dmesg -"
    case .rar: "it is a rar archive, which is not read; unpack it: unrar p -inul FILE | zlab dmesg -"
    case .compress: "it was packed by compress, which is not read; unpack it: zcat FILE | zlab dmesg -"
    case .lzop: "it was packed by lzop, which is not read; unpack it: lzop -dc FILE | zlab dmesg -"
    case .journal:
      "it is a journal's own file, which is not read; print it: journalctl --file FILE -k -o short-monotonic | zlab dmesg -"
    case .kdump:
      "it is a dump of memory, which is not read; take the log out: makedumpfile --dump-dmesg FILE LOG"
    case .elf:
      "it is an ELF file, which is not read; take the log out of a dump: makedumpfile --dump-dmesg FILE LOG"
    case .traceData: "it is trace-cmd's file, which is not read; print it: trace-cmd report -i FILE | zlab dmesg -"
    case .perfData: "it is perf's file, which holds no log"
    case .packets:
      "it is a capture of packets, which is not read; print netconsole's: tcpdump -A -r FILE udp | zlab dmesg -"
    case .pdf: "it is a PDF file, which is not read; take the text out: pdftotext -layout FILE - | zlab dmesg -"
    case .image: "it is a picture, which is not read; type off or recognize the text first"
    }
  }
}

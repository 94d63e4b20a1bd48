/// One line of a call trace that the unwinder vouches for, or a function that is inlined into such a one.
package struct Frame: Codable, Sendable, Hashable {
  /// The function, without offset or module: its symbol, or its name in the source where that differs (Rust's) or
  /// where it is inlined.
  package var name: String
  /// The module that holds the symbol; nil when it is built in.
  package var module: String?
  /// Bytes from the start of the symbol, when printed.
  package var offset: UInt64?
  /// `file.c:123`, when the log was symbolized.
  package var source: String?
  /// The compiler put the function into that of the next frame.
  package var isInlined: Bool
  /// The code before its return address does not call the frame above: from here on the trace is another report's.
  /// Only a kernel's file tells.
  package var isMisplaced = false
  /// Further text of the line; nil for an inlined function, and never part of JSON.
  package var printed: PrintedFrame?

  /// The function's name in the kernel's table of symbols.
  package var symbol: String { printed?.symbol ?? name }

  package init(
    name: String, module: String? = nil, offset: UInt64? = nil, source: String? = nil, isInlined: Bool = false,
    printed: PrintedFrame? = nil
  ) {
    self.name = name
    self.module = module
    self.offset = offset
    self.source = source
    self.isInlined = isInlined
    self.printed = printed
  }
}

/// Log text of a frame that only symbolizing needs.
package struct PrintedFrame: Sendable, Hashable {
  /// Runtime address, which address randomization moves from boot to boot.
  package var address: UInt64?
  /// Of the symbol, in bytes, up to the next one: the `0x80` of `foo+0x6a/0x80`.
  package var size: UInt64?
  /// The CPU stood here; every other frame is where a call returns to.
  package var isCounter: Bool

  /// The symbol, where it is not ``Frame/name``.
  package var symbol: String?

  package init(address: UInt64? = nil, size: UInt64? = nil, isCounter: Bool = false, symbol: String? = nil) {
    self.address = address
    self.size = size
    self.isCounter = isCounter
    self.symbol = symbol
  }
}

/// One report that a kernel printed, parsed.
///
/// Field for field the finding of `zlab dmesg --format json`; see `docs/contracts.md`.
package struct Finding: Codable, Sendable, Hashable {
  package var kind: FindingKind
  /// One line by the convention of syzkaller's titles, for instance `WARNING in iommu_detach_group`.
  package var title: String
  /// The first frame that is not reporting or library machinery; nil when there is none.
  package var function: String?
  /// The reason line as the kernel printed it, without its log prefix.
  package var message: String
  /// `file.c:123` as printed with the reason, or nil.
  package var location: String?
  /// Reliable frames, innermost first.
  package var frames: [Frame]
  package var cpu: Int?
  package var pid: Int?
  package var comm: String?
  /// nil when the report does not say.
  package var tainted: Bool?
  /// The taint letters as printed, for instance `G        W`, trimmed.
  package var taint: String?
  /// `s390x`, `x86_64`, `arm64`, ... when the form of the report gives it away.
  package var arch: String?
  /// The release that the report prints, for instance `6.1.192`.
  package var kernel: String?
  /// The kernel's build id, 40 hex digits, which it prints with `CONFIG_STACKTRACE_BUILD_ID`.
  package var buildID: String?
  /// The kernel stopped because of it.
  package var fatal: Bool
  /// The report is cut.
  package var truncated: Bool
  /// Lines of another CPU were mixed in and have been separated.
  package var interleaved: Bool
  /// 1-based, in the input.
  package var firstLine: Int
  /// 1-based, in the input; at least ``firstLine``.
  package var lastLine: Int
  /// 16 hex digits; equal for the same bug on every build. See `docs/signatures.md`.
  package var signature: String

  package init(
    kind: FindingKind, title: String, function: String? = nil, message: String, location: String? = nil,
    frames: [Frame] = [], cpu: Int? = nil, pid: Int? = nil, comm: String? = nil, tainted: Bool? = nil,
    taint: String? = nil, arch: String? = nil, kernel: String? = nil,
    buildID: String? = nil, fatal: Bool = false, truncated: Bool = false, interleaved: Bool = false, firstLine: Int,
    lastLine: Int, signature: String
  ) {
    self.kind = kind
    self.title = title
    self.function = function
    self.message = message
    self.location = location
    self.frames = frames
    self.cpu = cpu
    self.pid = pid
    self.comm = comm
    self.tainted = tainted
    self.taint = taint
    self.arch = arch
    self.kernel = kernel
    self.buildID = buildID
    self.fatal = fatal
    self.truncated = truncated
    self.interleaved = interleaved
    self.firstLine = firstLine
    self.lastLine = lastLine
    self.signature = signature
  }

  enum CodingKeys: String, CodingKey {
    case kind, title, function, message, location, frames, cpu, pid, comm, tainted, taint, arch, kernel, fatal
    case truncated, interleaved, signature
    case buildID = "build_id"
    case firstLine = "first_line"
    case lastLine = "last_line"
  }
}

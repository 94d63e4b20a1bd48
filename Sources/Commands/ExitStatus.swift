import ArgumentParser
import Model

/// The exit codes that users script against; see docs/contracts.md.
enum ExitStatus: Int32 {
  case pass = 0
  case kernelFailed = 1
  case inconclusive = 2
  case wrongRequest = 64
  case labCannot = 69
  case interrupted = 130

  /// Error that ends a command with this status and without a message.
  var exit: ExitCode { ExitCode(rawValue) }

  /// The family that an error belongs to; nil for those of the argument parser.
  init?(_ error: any Error) {
    switch error {
    case is RequestError: self = .wrongRequest
    case is LabError: self = .labCannot
    case is CancellationError: self = .interrupted
    default: return nil
    }
  }
}

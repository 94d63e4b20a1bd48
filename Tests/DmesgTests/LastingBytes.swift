@testable import Dmesg

/// The text's bytes, which stay for as long as the tests run: ``Bytes`` keeps nothing alive.
func bytes(_ text: some StringProtocol) -> Bytes {
  let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
  _ = copy.initialize(from: text.utf8)
  return Bytes(UnsafeBufferPointer(copy))
}

/// A store that nobody ends, one for each test that asks.
func lastingStore() -> LineStore { Unmanaged.passRetained(LineStore()).takeUnretainedValue() }

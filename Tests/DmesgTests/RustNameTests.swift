import Model
import Testing

@testable import Dmesg

@Suite struct RustNameTests {
  @Test(arguments: [
    ("_RNvMs3_NtCshgDM7dBCdno_11rust_binder7processNtB5_7Process5ioctl", "<rust_binder::process::Process>::ioctl"),
    ("_RNvNtCs9jEwPDbx20M_4core9panicking9panic_fmt", "core::panicking::panic_fmt"),
    (
      "_RNvXs1b_NtCs9_4core3fmtRNtNtB6_5panic4InfoNtB6_7Display3fmtCs4_6kernel",
      "<&core::fmt::panic::Info as core::fmt::Display>::fmt"
    ),
    ("_RNCNvCs1_4demo4main0", "demo::main::{closure#0}"), ("_RNCNvCs1_4demo4mains_0", "demo::main::{closure#1}"),
    (
      "_RINvNtC4core3ptr13drop_in_placeINtNtC6kernel4sync3ArclEEB4_",
      "core::ptr::drop_in_place::<kernel::sync::Arc<i32>>"
    ),
    ("_RINvC4demo4readKj8_Kb1_ReQL_mTmhEAmj2_E", "demo::read::<8, true, &str, &mut u32, (u32, u8), [u32; 2]>"),
    ("_RINvC4demo4callFUKCmEuE", "demo::call::<unsafe extern fn(u32)>"),
    ("_RINvC4demo4callDNtC4demo4OpenEL_E", "demo::call::<dyn demo::Open>"),
    ("_RNvYNtC4demo4DiskNtC4demo4Open4open", "<demo::Disk as demo::Open>::open"),
    ("_RNvC4demo4work.llvm.123456", "demo::work"), ("_RNvC4demo4work.cold", "demo::work"),
    ("_ZN11rust_binder7process7Process5ioctl17h0123456789abcdefE", "rust_binder::process::Process::ioctl"),
    ("_ZN41_$LT$demo..Disk$u20$as$u20$demo..Open$GT$4open17h0123456789abcdefE", "<demo::Disk as demo::Open>::open"),
    ("_ZN4demo5parse17h0123456789abcdefE.llvm.99", "demo::parse"),
  ])
  func `a name is read as its source has it`(mangled: String, readable: String) {
    #expect(RustName.readable(mangled) == readable)
  }

  @Test(arguments: [
    "", "_", "_R", "_RN", "_RB_", "_RNvB_1a", "_RNvC4demo", "_RNvC99demo4work", "_Random_walk", "_RNvC4demo4workX",
    "_ZN", "_ZN4demo", "_ZN4demo5parseE", "_ZN3std6vectorIiE17h0123456789abcdef", "_ZN99999999999999999999aE",
    "__s390x_sys_read",
    "_RMMMMMMMMMMMMMMM", "_RNvMuuuuu", "_RNvC0u3abc",
  ])
  func `what is no whole name of Rust's stays`(name: String) {
    #expect(RustName.readable(name) == name)
  }

  @Test func `names that refer back to themselves end`() {
    for name in ["_RNvB0_1a", "_RIB0_B0_E", "_RNvMB1_B1_1a", "_R" + String(repeating: "Y", count: 5000)] {
      #expect(RustName.readable(name) == name)
    }
    // Each level repeats the one before twice.
    let bomb = "_RINvC1a1b" + (0..<40).reduce("TmmE") { text, _ in "T\(text)B9_B9_E" } + "E"
    #expect(RustName.readable(bomb).utf8.count <= 4096)
  }

  @Test func `cut anywhere and changed anywhere, a name is read or stays`() {
    let name = Array("_RINvNtCs9_4core3ptr13drop_in_placeFUKCRmEDNtC4demo4OpenEL_INtNtC6kernel4sync3ArclEEB4_".utf8)
    for length in 0...name.count { _ = RustName.readable(String(decoding: name.prefix(length), as: UTF8.self)) }
    for index in name.indices {
      for byte in "_BEKLNRI09Gp".utf8 {
        var changed = name
        changed[index] = byte
        _ = RustName.readable(String(decoding: changed, as: UTF8.self))
      }
    }
  }

  @Test func `title and signature do not change with the crate's hash, and the symbol is kept`() throws {
    func finding(_ hash: String) throws -> Finding {
      let name = "_RNvMs3_NtCs\(hash)_11rust_binder7processNtB5_7Process5ioctl"
      let log = """
        [    1.0000] ------------[ cut here ]------------
        [    1.0000] WARNING: CPU: 0 PID: 57 at drivers/android/process.rs:19 \(name)+0x10/0x20
        [    1.0000] Call Trace:
        [    1.0000]  \(name)+0x10/0x20
        [    1.0000] ---[ end trace 0000000000000000 ]---
        """
      let found = try #require(findings(in: Array(log.utf8)).findings.first)
      #expect(found.frames.first?.symbol == name)
      return found
    }
    // Back references count bytes, so hashes of one length are compared.
    let (one, other) = (try finding("hgDM7dBCdno"), try finding("9jEwPDbx20M"))
    #expect(one.title == "WARNING in <rust_binder::process::Process>::ioctl")
    #expect(one.function == "<rust_binder::process::Process>::ioctl")
    #expect(one.title == other.title && one.signature == other.signature)
  }
}

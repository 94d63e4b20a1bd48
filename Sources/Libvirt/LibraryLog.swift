import CLibvirt
import Foundation

/// Has libvirt write its errors to a file instead of stderr, from here on in the whole process.
///
/// libvirt reads `LIBVIRT_LOG_OUTPUTS` once; where libguestfs was loaded first, which initializes libvirt, the variable
/// alone comes too late. `virLogSetOutputs` of libvirt's own (src/util/virlog.c) does it at any time. It is no part of the API: where a
/// libvirt lacks it, the warnings go where they went.
/// - Parameter path: of the file, which is appended to.
package func logLibvirt(to path: String) {
  let outputs = "4:file:\(path)"
  unsafe setenv("LIBVIRT_LOG_OUTPUTS", outputs, 1)
  // A libvirt that cannot be loaded is told by the first connection.
  _ = unsafe zlab_libvirt_load()
  guard let symbol = unsafe dlsym(nil, "virLogSetOutputs") else { return }
  typealias SetOutputs = @convention(c) (UnsafePointer<CChar>) -> CInt
  let setOutputs = unsafe unsafeBitCast(symbol, to: SetOutputs.self)
  _ = unsafe outputs.withCString { unsafe setOutputs($0) }
}

import ArgumentParser
import DebianPackages
import Foundation
import Guest
import HostTools
import LibvirtGuest
import Model

extension HostOptions {
  /// Path of the emulator, for guests with these functions.
  /// - Throws: as ``emulatorPath()`` and ``checkDevices(of:)``.
  func emulatorPath(for functions: [FunctionSpec]) async throws -> String {
    let path = try emulatorPath()
    try await checkDevices(of: functions)
    return path
  }

  /// Checks that the emulator has the devices behind functions, which it is asked only where not every QEMU has them.
  /// - Throws: `RequestError` for a function whose device this QEMU or connection lacks, `LabError` without a QEMU.
  func checkDevices(of functions: [FunctionSpec]) async throws {
    var asked: Set<String> = []
    for function in functions {
      guard let device = function.model.laterDevice, asked.insert(device).inserted else { continue }
      guard connect == LibvirtHost.embedded else {
        throw RequestError(
          "cannot plug the function \(function) under \(connect): libvirt has no such device for s390x, and what zlab "
            + "gives to QEMU itself a daemon's QEMU may not open",
          advice: "Leave out --connect.")
      }
      let path = try emulatorPath()
      guard try await !hasDevice(device, path) else { continue }
      let version = try await emulatorVersion().replacing("QEMU emulator version ", with: "").prefix { $0 != " " }
      throw RequestError(
        "cannot plug the function \(function): QEMU \(version) (\(emulator ?? path)) has no device \(device)",
        advice: "Debian's QEMU 10.0 has it. \(await choice(with: device))")
    }
  }

  /// Advice on an emulator with a device: one in the cache, or how to fetch it.
  private func choice(with device: String) async -> String {
    for emulator in EmulatorFetch(folders: userLocations, mirror: nil).cached.reversed() {
      let other = try? HostOptions.parse(["--emulator", emulator.binary])
      if let path = try? other?.emulatorPath(), (try? await hasDevice(device, path)) == true {
        return "Use --emulator \(emulator.binary)."
      }
    }
    return "`zlab qemu fetch debian:bookworm-backports` prints the path of one for --emulator."
  }

  // The exit code is 0 in any case (softmmu/vl.c of 7.2, system/vl.c of 10.0: device_help_func).
  private func hasDevice(_ device: String, _ emulator: String) async throws -> Bool {
    var tool = HostTool(
      emulator, ["-machine", "none", "-device", "\(device),help"], to: "ask \(emulator) for the device \(device)")
    tool.timeLimit = .seconds(20)
    return try await tool.result().text.hasPrefix("\(device) options")
  }
}

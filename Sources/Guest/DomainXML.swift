import Foundation
import Model

extension GuestSpec {
  /// The guest in libvirt's words (formatdomain): s390-ccw-virtio under TCG, without any PCI function.
  /// - Parameters:
  ///   - link: path of the socket that becomes the guest's virtio console, for the runner.
  ///   - console: path of the socket at which somebody listens who writes ``ConsoleSink/file(_:)``.
  ///   - turnsPlugin: path of the TCG plugin that carries out `turns`.
  ///   - isIncoming: the guest waits for a saved state instead of booting.
  package func domainXML(
    link: String, console: String, turnsPlugin: String? = nil, isIncoming: Bool = false
  ) -> String {
    element(
      "domain", ["type": "qemu", "xmlns:qemu": "http://libvirt.org/schemas/domain/qemu/1.0"],
      [
        element("name", text: name),
        element("memory", ["unit": "MiB"], text: String(memory)),
        element("vcpu", text: String(schedule.cpus ?? cpus)),
        element(
          "os", [:],
          [
            element("type", ["arch": "s390x", "machine": "s390-ccw-virtio"], text: "hvm"),
            element("kernel", text: kernel), element("initrd", text: initramfs),
            element("cmdline", text: kernelCommandLine),
          ]),
        // The named s390x models lack features that zPCI guests need under TCG (`ais`).
        element("cpu", ["mode": "maximum"], randomSource),
        element("on_poweroff", text: "destroy"), element("on_reboot", text: "destroy"),
        element("on_crash", text: "preserve"),
        devices(link: link, console: console),
        element("qemu:commandline", [:], words(turnsPlugin, isIncoming).map { element("qemu:arg", ["value": $0]) }),
      ]
    )
  }

  // Random numbers from the host would make each guest another one.
  private var randomSource: [String] {
    schedule.isFree ? [] : [element("feature", ["policy": "disable", "name": "prno-trng"])]
  }

  // What libvirt has no word of its own for (formatdomain, "QEMU-specific").
  private func words(_ turnsPlugin: String?, _ isIncoming: Bool) -> [String] {
    var words = gdbPort.map { ["-gdb", "tcp:127.0.0.1:\($0)"] } ?? []
    switch schedule {
    case .mttcg: break
    case .icount(let shift, _), .turns(let shift, _):
      // What the guest sends is taken at once then, not by another thread when the host gets to it.
      words += ["-icount", "shift=\(shift),sleep=off", "-global", "virtio-serial-ccw.ioeventfd=off"]
    }
    if let turnsPlugin {
      let plan = turnsPlan.map { _ in ",plan=\(optionValue(turnsPlanPath)),log=\(optionValue(turnsLogPath))" } ?? ""
      let trace =
        turnsTrace.map {
          ",functions=\(optionValue($0.functions)),trace=\(optionValue(turnsTracePath)),reports=\($0.reports)"
        } ?? ""
      let hold = ",hold=\(optionValue(turnsHoldPath))"
      words += ["-plugin", "\(optionValue(turnsPlugin)),seed=\(turnsSeed)\(hold)\(plan)\(trace)"]
    }
    let file: (path: String, share: String)? =
      switch memoryFile {
      case .plain: nil
      case .written(let path): (path, "on")
      case .copied(let path): (path, "off")
      }
    if let file {
      let path = optionValue(file.path)
      words += ["-object", "memory-backend-file,id=zlab.ram,size=\(memory)M,mem-path=\(path),share=\(file.share)"]
      words += ["-machine", "memory-backend=zlab.ram"]
    }
    return isIncoming ? words + ["-incoming", "defer"] : words
  }

  private func devices(link: String, console: String) -> String {
    element(
      "devices", [:],
      [
        element("emulator", text: emulator),
        element("controller", ["type": "usb", "model": "none"]),
        element("controller", ["type": "pci", "index": "0", "model": "pci-root"]),
        element("memballoon", ["model": "none"]),
        consoleElement(console),
        element(
          "console", ["type": "unix"],
          [element("source", ["mode": "bind", "path": link]), element("target", ["type": "virtio"])]),
        element("panic", ["model": "s390"]),
      ] + (disk == nil ? [] : [diskElement]) + SharedFolder.elements(sharedFolders))
  }

  // By channel I/O, so that no PCI function is there before those of the scenario. What the host's power failure would
  // do to it is of no concern: with the guest's flushes its data are in QEMU's file, and survive the guest.
  private var diskElement: String {
    element(
      "disk", ["type": "file", "device": "disk"],
      [
        element("driver", ["name": "qemu", "type": "qcow2", "cache": "unsafe", "discard": "unmap"]),
        element("source", ["file": overlay]), element("target", ["dev": "vda", "bus": "virtio"]),
        element("address", ["type": "ccw", "cssid": "0xfe", "ssid": "0x0", "devno": "0x0100"]),
      ])
  }

  private func consoleElement(_ socket: String) -> String {
    let target = element("target", ["type": "sclp"])
    return switch console {
    case .file:
      element("console", ["type": "unix"], [element("source", ["mode": "connect", "path": socket]), target])
    case .terminal(let log):
      element("console", ["type": "pty"], [target, element("log", ["file": log, "append": "off"])])
    }
  }
}

// Commas are doubled in QEMU's options (docs/system/qemu-manpage).
private func optionValue(_ text: String) -> String { text.replacingOccurrences(of: ",", with: ",,") }

/// A virtio serial port in libvirt's words, for plugging: nobody is at its other end, its name is what counts.
package func portXML(name: String) -> String {
  element("channel", ["type": "null"], [element("target", ["type": "virtio", "name": name])])
}

// Not by FoundationXML: with Swift 6.3 what it built of each guest, 10 KB, was never freed.
func element(
  _ name: String, _ attributes: [String: String] = [:], _ children: [String] = [], text: String? = nil
) -> String {
  let words = attributes.sorted { $0.key < $1.key }.map { " \($0.key)=\"\(escaped($0.value))\"" }
  return "<\(name)\(words.joined())>\(escaped(text ?? ""))\(children.joined())</\(name)>"
}

// XML 1.0, 2.4 and 3.3.3: line breaks would become spaces in an attribute.
private func escaped(_ text: String) -> String {
  var result = ""
  for character in text.unicodeScalars {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\t", "\n", "\r": result += "&#\(character.value);"
    default: result.unicodeScalars.append(character)
    }
  }
  return result
}

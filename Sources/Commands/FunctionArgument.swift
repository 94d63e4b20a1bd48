import ArgumentParser
import Guest
import Model
import StrictYAML

/// A function as `--function` names it: `virtio-rng`, or `virtio-rng,uid=0x1,fid=0x10`.
struct FunctionArgument: ExpressibleByArgument {
  let model: String
  let uid: String?
  let fid: String?

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    guard let first = parts.first, !first.isEmpty else { return nil }
    var words: [String: String] = [:]
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, ["uid", "fid"].contains(pair[0]), words[String(pair[0])] == nil else { return nil }
      words[String(pair[0])] = String(pair[1])
    }
    model = String(first)
    uid = words["uid"]
    fid = words["fid"]
  }

  /// The functions, with free numbers where none were given.
  /// - Throws: `RequestError` for a wrong model, number or clash.
  static func specs(_ arguments: [FunctionArgument]) throws(RequestError) -> [FunctionSpec] {
    var specs: [FunctionSpec] = []
    let given = (
      uids: arguments.compactMap { $0.uid.flatMap(wholeNumber) },
      fids: arguments.compactMap { $0.fid.flatMap(wholeNumber) }
    )
    for argument in arguments {
      let model = try FunctionModel(named: argument.model)
      let freeUID = (1...).first { uid in !given.uids.contains(uid) && !specs.contains { $0.uid == uid } } ?? 1
      let freeFID = (0x10...).first { fid in !given.fids.contains(fid) && !specs.contains { $0.fid == fid } } ?? 0x10
      let uid = try number(argument.uid, or: freeUID, in: 1...0xffff, "uid")
      let fid = try number(argument.fid, or: freeFID, in: 0...0xffff_ffff, "fid")
      specs.append(FunctionSpec(uid: UInt16(uid), fid: UInt32(fid), model: model))
    }
    try check(specs)
    return specs
  }
}

private func number(
  _ text: String?, or fallback: Int, in range: ClosedRange<Int>, _ name: String
) throws(RequestError) -> Int {
  guard let text else { return fallback }
  guard let value = wholeNumber(text), range.contains(value) else {
    let low = String(range.lowerBound, radix: 16)
    let high = String(range.upperBound, radix: 16)
    throw RequestError("\(name)=\(text) is not a number from 0x\(low) to 0x\(high)")
  }
  return value
}

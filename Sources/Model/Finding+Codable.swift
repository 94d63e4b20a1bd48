extension Finding {
  // Written by hand because the contract promises `null`, where the synthesized form leaves the key out.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(title, forKey: .title)
    try container.encode(function, forKey: .function)
    try container.encode(message, forKey: .message)
    try container.encode(location, forKey: .location)
    try container.encode(frames, forKey: .frames)
    try container.encode(cpu, forKey: .cpu)
    try container.encode(pid, forKey: .pid)
    try container.encode(comm, forKey: .comm)
    try container.encode(tainted, forKey: .tainted)
    try container.encode(taint, forKey: .taint)
    try container.encode(arch, forKey: .arch)
    try container.encode(kernel, forKey: .kernel)
    try container.encode(buildID, forKey: .buildID)
    try container.encode(fatal, forKey: .fatal)
    try container.encode(truncated, forKey: .truncated)
    try container.encode(interleaved, forKey: .interleaved)
    try container.encode(firstLine, forKey: .firstLine)
    try container.encode(lastLine, forKey: .lastLine)
    try container.encode(signature, forKey: .signature)
  }
}

extension Frame {
  enum CodingKeys: String, CodingKey { case name, module, offset, source, inline, misplaced }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      module: try container.decodeIfPresent(String.self, forKey: .module),
      offset: try container.decodeIfPresent(UInt64.self, forKey: .offset),
      source: try container.decodeIfPresent(String.self, forKey: .source),
      isInlined: try container.decodeIfPresent(Bool.self, forKey: .inline) ?? false)
    isMisplaced = try container.decodeIfPresent(Bool.self, forKey: .misplaced) ?? false
  }

  // A frame has only the keys that say something.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encodeIfPresent(module, forKey: .module)
    try container.encodeIfPresent(offset, forKey: .offset)
    try container.encodeIfPresent(source, forKey: .source)
    if isInlined { try container.encode(true, forKey: .inline) }
    if isMisplaced { try container.encode(true, forKey: .misplaced) }
  }
}

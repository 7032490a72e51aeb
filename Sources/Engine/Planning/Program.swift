/// Steps in order, and the memory that they work in.
///
/// A worker takes a block of images through all stages. A stage of spatial layers passes the block
/// in groups of a few images, small enough to stay in the near caches; a stage of dense layers
/// takes the whole block at once, so that each weight is read once for all of them.
struct Program: Sendable {
  /// Neighbouring steps that go through a block alike.
  struct Stage: Sendable {
    var steps: Range<Int>
    /// Whether the block goes through at once.
    let takesBlock: Bool
    /// The only target that needs the stage; nil where all do.
    let target: Target?
  }

  /// The most images in a block: six tiles of six rows.
  static let blockImages = 36
  /// Bytes that a group's buffers should not exceed.
  private static let groupBytes = 256 << 10
  /// Bytes that a block's buffers should not exceed.
  private static let blockBytes = 64 << 20

  let steps: [any Step]
  let stages: [Stage]
  let placements: [Placement]
  /// Images of a block.
  let block: Int
  /// Images of a group.
  let group: Int
  /// Bytes of a worker's memory, all zero at first.
  let workspaceBytes: Int
  /// Bytes that one image alone needs at a time.
  let imageBytes: Int
  /// The number of slots, and for each step those that no later one touches.
  let slots: Int
  let releases: [[Int]]

  /// Lays out the buffers; an error when one image needs more than the limit.
  init(
    _ steps: [any Step], targets: [Target?], contents: [BufferContent], slots: [Int]
  ) throws(EngineError) {
    let uses = Program.uses(
      of: contents, in: steps, stages: Program.stages(of: steps, targets: targets))
    let regions = Regions(contents, uses: uses, steps: steps.count)
    let (steps, targets) = Program.clearingHalos(steps, targets, contents: contents, uses: uses)
    self.steps = steps
    self.slots = slots.count
    stages = Program.stages(of: steps, targets: targets)
    let slotUse = SlotUse(steps, bytes: slots)
    releases = slotUse.releases
    let imageBytes = regions.groupBytes + regions.blockBytes + slotUse.peakBytes
    guard imageBytes <= EngineLimits.workspaceBytes else {
      throw EngineError(
        .limit, "memory", expected: "at most \(EngineLimits.workspaceBytes) bytes for one input",
        found: "\(imageBytes)")
    }
    self.imageBytes = imageBytes
    let block = max(
      1,
      min(
        Program.blockImages,
        Program.blockBytes / max(1, regions.blockBytes + slotUse.peakBytes)))
    let group = max(1, min(block, Program.groupBytes / max(1, regions.groupBytes)))
    self.block = block
    self.group = group
    var placements = regions.placements.map { placement in
      var placement = placement
      placement.offset =
        placement.isForGroup
        ? placement.offset * group : regions.groupBytes * group + placement.offset * block
      return placement
    }
    // A part is planned behind its whole.
    for (index, content) in contents.enumerated() {
      guard case .part(let whole, let start) = content else { continue }
      placements[index] = placements[whole.index]
      placements[index].offset += start
    }
    self.placements = placements
    // Vectors may be read to 15 elements behind the last.
    workspaceBytes = regions.groupBytes * group + regions.blockBytes * block + 64
  }

  private static func stages(of steps: [any Step], targets: [Target?]) -> [Stage] {
    var stages: [Stage] = []
    for (index, step) in steps.enumerated() {
      if let last = stages.last, last.takesBlock == step.takesBlock,
        last.target == targets[index]
      {
        stages[stages.count - 1].steps = last.steps.lowerBound..<index + 1
      } else {
        stages.append(
          Stage(steps: index..<index + 1, takesBlock: step.takesBlock, target: targets[index]))
      }
    }
    return stages
  }

  /// The steps, and before the first that touches a group's map one that clears its halo: other
  /// maps were in that memory.
  private static func clearingHalos(
    _ steps: [any Step], _ targets: [Target?], contents: [BufferContent], uses: [BufferUse]
  ) -> (steps: [any Step], targets: [Target?]) {
    var halos = [[MapBuffer]](repeating: [], count: steps.count)
    for (index, use) in uses.enumerated() {
      guard use.isForGroup, let first = use.steps?.lowerBound,
        case .map(let geometry) = contents[index], geometry.halo != .none,
        !contents[index].keepsHalo
      else { continue }
      halos[first].append(MapBuffer(Buffer(index: index), geometry))
    }
    var all: (steps: [any Step], targets: [Target?]) = ([], [])
    for (index, step) in steps.enumerated() {
      for map in halos[index] {
        all.steps.append(ClearHaloStep(map: map))
        all.targets.append(targets[index])
      }
      all.steps.append(step)
      all.targets.append(targets[index])
    }
    return all
  }

  /// For each buffer the first and last step that touch it, and whether one group's stage does.
  private static func uses(
    of contents: [BufferContent], in steps: [any Step], stages: [Stage]
  ) -> [BufferUse] {
    var uses = [BufferUse](repeating: BufferUse(), count: contents.count)
    for (number, stage) in stages.enumerated() {
      for step in stage.steps {
        for buffer in steps[step].buffers {
          var owner = buffer
          while case .part(let whole, _) = contents[owner.index] { owner = whole }
          uses[owner.index].add(step: step, stage: number, takesBlock: stage.takesBlock)
        }
      }
    }
    return uses
  }
}

/// When slots are in use, and how much they hold at a time for one image.
private struct SlotUse {
  private(set) var releases: [[Int]]
  private(set) var peakBytes = 0

  init(_ steps: [any Step], bytes: [Int]) {
    var last = [Int](repeating: 0, count: bytes.count)
    var first = [Int](repeating: Int.max, count: bytes.count)
    for (index, step) in steps.enumerated() {
      for slot in step.slots {
        last[slot] = index
        first[slot] = min(first[slot], index)
      }
    }
    releases = .init(repeating: [], count: steps.count)
    var begins = releases
    for slot in bytes.indices where first[slot] < Int.max {
      releases[last[slot]].append(slot)
      begins[first[slot]].append(slot)
    }
    var held = 0
    for step in steps.indices {
      held += begins[step].reduce(0) { $0 + bytes[$1] }
      peakBytes = max(peakBytes, held)
      held -= releases[step].reduce(0) { $0 + bytes[$1] }
    }
  }
}

/// When a buffer is in use.
private struct BufferUse {
  var steps: ClosedRange<Int>?
  var stage: Int?
  var isForGroup = true

  mutating func add(step: Int, stage: Int, takesBlock: Bool) {
    steps = (steps?.lowerBound ?? step)...step
    isForGroup = isForGroup && !takesBlock && (self.stage ?? stage) == stage
    self.stage = stage
  }
}

/// Memory of a group and of a block, given out buffer by buffer, in bytes for one image.
///
/// A group goes through its steps together, so that any buffer can take the place of those before
/// it. The images of a block pass a step group by group: there only buffers of equal content share
/// memory, image by image, and so do those that keep their halos.
private struct Regions {
  /// What two buffers must have in common to share memory of their own.
  private struct Kind: Hashable {
    let content: BufferContent
    let isForGroup: Bool
  }

  private var group = Arena()
  private(set) var blockBytes = 0
  private(set) var placements: [Placement]
  private var free: [Kind: [Placement]] = [:]

  var groupBytes: Int { group.bytes }

  /// Goes through the steps: a buffer gets memory before its first and gives it back behind its
  /// last. What must stay zero keeps its memory.
  init(_ contents: [BufferContent], uses: [BufferUse], steps: Int) {
    placements = contents.map { Placement(offset: 0, stride: $0.bytes, isForGroup: true) }
    var begins = [[Int]](repeating: [], count: steps)
    var ends = begins
    for (index, use) in uses.enumerated() {
      guard let steps = use.steps else { continue }
      if case .zeroed = contents[index] {
        placements[index] = reserve(contents[index], isForGroup: use.isForGroup)
        continue
      }
      begins[steps.lowerBound].append(index)
      ends[steps.upperBound].append(index)
    }
    for step in 0..<steps {
      for index in begins[step] {
        let kind = Kind(content: contents[index], isForGroup: uses[index].isForGroup)
        placements[index] =
          free[kind]?.popLast() ?? reserve(kind.content, isForGroup: kind.isForGroup)
      }
      for index in ends[step] {
        let placement = placements[index]
        if placement.isForGroup, !contents[index].keepsHalo {
          group.give(placement.offset..<placement.offset + placement.stride)
        } else {
          let kind = Kind(content: contents[index], isForGroup: placement.isForGroup)
          free[kind, default: []].append(placement)
        }
      }
    }
  }

  private mutating func reserve(_ content: BufferContent, isForGroup: Bool) -> Placement {
    let bytes = content.bytes
    if isForGroup {
      let start = content.keepsHalo ? group.takeUnused(bytes) : group.take(bytes)
      return Placement(offset: start, stride: bytes, isForGroup: true)
    }
    defer { blockBytes += bytes }
    return Placement(offset: blockBytes, stride: bytes, isForGroup: false)
  }
}

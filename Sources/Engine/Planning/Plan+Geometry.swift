// How values and gradients lie in memory.

extension Plan {
  /// How a value lies in memory: in blocks, with the halo that its readers need. An input of few
  /// channels lies in planes where all its readers can read them.
  func geometry(of value: Int) -> Geometry {
    let features = graph.features(of: Graph.Value(index: value))
    var geometry = Geometry(features: features)
    if isPlanes(value) { geometry.lanes = 1 }
    let readers = concatenations.neighbours(of: value).flatMap { fusion.readers[$0] }
    for reader in readers {
      let unit = fusion.units[reader]
      if let definition = unit.operation.definition {
        geometry.halo = geometry.halo.union(definition.halo(unit.place))
      }
    }
    return geometry
  }

  /// How a value's gradient lies in memory: with the halo that the unit behind it needs.
  func gradientGeometry(of value: Int) -> Geometry {
    let features = graph.features(of: Graph.Value(index: value))
    var geometry = Geometry(features: features)
    let inPlanes = isGradientInPlanes(value)
    if isPlanes(value) || inPlanes { geometry.lanes = 1 }
    if let maker = fusion.makers[value] {
      let unit = fusion.units[maker]
      geometry.halo =
        unit.operation.definition?.gradientHalo(unit.place, inPlanes: inPlanes) ?? .none
    }
    return geometry
  }

  /// Whether all that contributes to a value's gradient can be written as the planes that the unit
  /// behind it reads, and nothing is done to it between them.
  private func isGradientInPlanes(_ value: Int) -> Bool {
    guard let maker = fusion.makers[value], let reader = fusion.onlyReader(of: value) else {
      return false
    }
    let (source, sink) = (fusion.units[maker], fusion.units[reader])
    guard let makes = source.operation.definition, let takes = sink.operation.definition,
      source.sum == nil, source.normalization == nil,
      source.activation == nil || leavesRectifierToPool(value)
    else { return false }
    return makes.readsGradientInPlanes(source.place) && takes.writesGradientInPlanes(sink.place)
  }

  /// Whether a value is the input, and lies in planes.
  func isPlanes(_ value: Int) -> Bool {
    value == 0 && !graph.outputs.contains(graph.input)
      && graph.logits != graph.input
      && graph.features(of: graph.input).channels <= Convolution.fewChannels
      && fusion.readers[0].allSatisfy {
        fusion.units[$0].operation.definition?.readsPlanes ?? false
      }
  }
}

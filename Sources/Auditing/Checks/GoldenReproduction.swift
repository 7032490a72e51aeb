import Bytes
import Engine
import Evaluation
import Findings
import Judging
import Releases

/// Runs every golden and compares: with the framework's recorded outputs by the bound on what any
/// order of the operations gives and by the policy's tolerance, with the lock by bits.
struct GoldenReproduction {
  private let subject: Subject
  private let model: RunnableModel
  private let manifest: Manifest
  private let settings: AuditSettings

  init(
    _ subject: Subject, _ model: RunnableModel, _ manifest: Manifest, _ settings: AuditSettings
  ) {
    self.subject = subject
    self.model = model
    self.manifest = manifest
    self.settings = settings
  }

  func add(to result: inout CheckResult) {
    guard !manifest.goldens.isEmpty else {
      result.findings.append(
        Rule.noGoldens.at(Place([Release.manifestPath]), "the manifest names no golden"))
      return
    }
    var rows = 0
    var equalArgmax = 0
    var maxAbs = 0.0
    var anyOrder: Double?
    var bounds = preparedBounds(&result)
    var compared = 0
    var equalDigests = 0
    for named in manifest.goldens {
      let golden: Golden
      let computed: Tensor
      do {
        golden = try Golden.load(named, from: subject.inventory, model: model.model)
        computed = try model.network.forward(golden.inputs, threads: settings.compute.threads)
      } catch {
        result.findings.append(unusable(named, error))
        continue
      }
      let comparison = golden.compare(computed, errors: errors(of: golden, &bounds, &result))
      rows += comparison.rows
      equalArgmax += comparison.rows - comparison.otherArgmax.count
      maxAbs = max(maxAbs, comparison.maxAbs)
      if let found = comparison.anyOrder { anyOrder = max(anyOrder ?? 0, found.ratio) }
      result.findings += differences(comparison, golden: named, computed)
      if let locked = lockedGolden(named.name) {
        compared += 1
        let found = lockDifferences(locked, golden, computed)
        if found.isEmpty { equalDigests += 1 }
        result.findings += found
      }
    }
    guard rows > 0 else { return }
    result.measurements += [
      Measurement(Measurement.Name.goldenRows, Double(rows), unit: "count"),
      Measurement(Measurement.Name.goldenMaxAbs, maxAbs, unit: "absolute", n: rows),
    ]
    if let anyOrder {
      result.measurements.append(
        Measurement(Measurement.Name.goldenAnyOrder, anyOrder, unit: "bound", n: rows))
    }
    result.measurements.append(
      Measurement(Measurement.Name.goldenArgmaxEqual, correct: equalArgmax, of: rows))
    // A share of the goldens that the lock pins: with an unpinned one there is no such share.
    if compared == manifest.goldens.count {
      result.measurements.append(
        Measurement(Measurement.Name.engineDigestsEqual, correct: equalDigests, of: compared))
    }
  }

  private func unusable(_ named: Manifest.Golden, _ error: any Error) -> Finding {
    let place = Place([named.input]).detail("golden \(named.name)")
    if let error = error as? EvaluationError {
      return Rule.unusableData.at(place.at(error.offset), error.message)
    }
    return Rule.modelNotRunnable.at(place, "\(error)")
  }

  /// The network made ready for its any-order bound; nil, with a note why, where it has none.
  private func preparedBounds(_ result: inout CheckResult) -> AnyOrderBounds? {
    guard settings.policy.reproduce.anyOrderBound != .off else { return nil }
    do {
      return try AnyOrderBounds(model.network)
    } catch {
      result.findings.append(withoutBound(error))
      return nil
    }
  }

  /// The bound on each output of a golden. The first operator without one for the numbers at hand
  /// leaves a note, and the rest to the policy's max-abs.
  private func errors(
    of golden: Golden, _ bounds: inout AnyOrderBounds?, _ result: inout CheckResult
  ) -> Tensor? {
    do {
      return try bounds?.bound(golden.inputs, threads: settings.compute.threads).outputErrors
    } catch {
      result.findings.append(withoutBound(error))
      bounds = nil
      return nil
    }
  }

  private func withoutBound(_ error: EngineError) -> Finding {
    Rule.noAnyOrderBound.at(
      Place([manifest.model.file], detail: error.layer.map { "layer \($0)" }),
      "no any-order bound: \(error.found)")
  }

  /// Against what the training framework recorded.
  private func differences(
    _ comparison: Golden.Comparison, golden: Manifest.Golden, _ computed: Tensor
  ) -> [Finding] {
    let bounds = settings.policy.reproduce
    let place = Place([golden.output]).detail("golden \(golden.name)")
    var findings: [Finding] = []
    if computed.nonFiniteCount > 0 {
      findings.append(
        Rule.notFinite.at(place, "\(computed.nonFiniteCount) outputs are NaN or infinite"))
    }
    if !(comparison.maxAbs <= bounds.maxAbs) {
      findings.append(
        Rule.outputDiffers.at(
          place, "outputs differ from the recorded ones, most in row \(comparison.worstRow)",
          evidence: [
            "expected a difference of at most \(shortestDecimal(bounds.maxAbs))",
            "found \(shortestDecimal(comparison.maxAbs))",
          ]))
    }
    if let found = comparison.anyOrder, !(found.ratio <= 1) {
      findings.append(
        Rule.outsideAnyOrderBound.at(
          place,
          "output \(found.column) of row \(found.row) differs from the recorded one by "
            + (found.ratio.isFinite
              ? "\(fixedDecimal(found.ratio, places: 1)) times what rounding can explain"
              : "more than rounding can explain"),
          evidence: [
            "expected a difference of at most \(shortestDecimal(found.bound))",
            "found \(shortestDecimal(found.difference))",
          ]))
    }
    if bounds.argmaxEqual, !comparison.otherArgmax.isEmpty {
      let shown = comparison.otherArgmax.prefix(8).map(String.init).joined(separator: ", ")
      findings.append(
        Rule.argmaxDiffers.at(
          place, "\(comparison.otherArgmax.count) of \(comparison.rows) rows are decided otherwise",
          evidence: ["rows \(shown)\(comparison.otherArgmax.count > 8 ? ", ..." : "")"]))
    }
    return findings
  }

  private func lockedGolden(_ name: String) -> Lock.Golden? {
    guard settings.policy.reproduce.engineDigests != .off else { return nil }
    return subject.release.lock.content?.goldens.first { $0.name == name }
  }

  /// Against the lock, bit for bit. A lock of another contract pins another function.
  private func lockDifferences(
    _ locked: Lock.Golden, _ golden: Golden, _ computed: Tensor
  ) -> [Finding] {
    let place = Place([Release.lockPath]).detail("golden.\(locked.name)")
    let contract = subject.release.lock.content?.contract ?? ""
    guard contract == Network.contract else {
      return [
        Rule.digestDiffers.at(
          place, "the lock was made under another numerics contract",
          evidence: ["expected \(Network.contract)", "found \(contract)"])
      ]
    }
    let pairs = [
      ("input", locked.input, golden.inputs.digest),
      ("output", locked.output, golden.outputs.digest),
      ("engine", locked.engine, computed.digest),
    ]
    return pairs.filter { $0.1 != $0.2 }.map { what, expected, found in
      Rule.digestDiffers.at(
        place, "the digest of the \(what) tensor is not the locked one",
        evidence: ["expected \(expected.prefixed)", "found \(found.prefixed)"])
    }
  }
}

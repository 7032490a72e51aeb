public import Bytes
public import Dependencies
import Trust

// proofmark.lock: TOML 1.0 in one canonical form. UTF-8, LF, no comment, no blank line, tables in
// this order, one record a line, keys ascending by bytes, each once; empty tables but [files] are
// left out.
//
//   lock-version = "1"
//   created-by = "proofmark 0.1.0"
//   [model]    name, version, format, parent?
//   [engine]   contract
//   [files]    "PATH" = { sha256 = "HEX", size = N, mode = "0644" }
//   [sources]  "PATH" = { sha256 = "HEX", kind = "requirements" }
//   [deps.pypi] "NAME" = { version = "V", hashes = ["sha256:HEX", ...] }, and so each ecosystem; the
//              key is "NAME V" where a name is pinned to several versions; no hashes, no field
//   [training] seed = N?, "NAME" = { sha256 = "HEX" }
//   [data]     "NAME" = { inputs = "sha256:HEX", labels = "sha256:HEX", n = N }
//   [metrics]  "NAME" = { data = "NAME", n = N, correct = N }
//   [golden]   "NAME" = { n = N, input = "sha256:HEX", output = "sha256:HEX", engine = "sha256:HEX" }

/// `proofmark.lock`: pins every byte, dependency, metric and golden output of a release.
///
/// Two locks of the same content are the same bytes; a lock that is not what `serialised()` would
/// write is refused. Records are kept sorted by key.
public struct Lock: Sendable, Equatable {
  /// The release that this one replaces.
  public struct Parent: Sendable, Equatable {
    /// Its version.
    public let version: String
    /// SHA-256 of its lock, nil when it was not at hand.
    public let lock: Digest?

    /// Creates a parent.
    public init(version: String, lock: Digest?) {
      self.version = version
      self.lock = lock
    }
  }

  /// Which model the lock is of.
  public struct Model: Sendable, Equatable {
    /// The manifest's name of the model.
    public let name: String
    /// The manifest's version of the model.
    public let version: String
    /// The format of the model's file, such as `keras-h5`.
    public let format: String
    /// The release that this one replaces.
    public let parent: Parent?

    /// Creates a description of a model.
    public init(name: String, version: String, format: String, parent: Parent?) {
      self.name = name
      self.version = version
      self.format = format
      self.parent = parent
    }
  }

  /// A declaration that dependencies were read from.
  public struct Source: Sendable, Equatable {
    /// The path in the release.
    public let path: String
    /// SHA-256 of the file.
    public let digest: Digest
    /// What it is, such as `requirements`.
    public let kind: String

    /// Creates a source.
    public init(path: String, digest: Digest, kind: String) {
      self.path = path
      self.digest = digest
      self.kind = kind
    }
  }

  /// Data that the model was trained on: named, not contained.
  public struct TrainingData: Sendable, Equatable {
    /// The name.
    public let name: String
    /// SHA-256 of the data set, as the makers state it.
    public let digest: Digest

    /// Creates a record of training data.
    public init(name: String, digest: Digest) {
      self.name = name
      self.digest = digest
    }
  }

  /// An evaluation set.
  public struct DataSet: Sendable, Equatable {
    /// The name that metrics refer to.
    public let name: String
    /// The digest of the inputs.
    public let inputs: Digest
    /// The digest of the labels.
    public let labels: Digest
    /// The number of samples.
    public let n: Int

    /// Creates a data set.
    public init(name: String, inputs: Digest, labels: Digest, n: Int) {
      self.name = name
      self.inputs = inputs
      self.labels = labels
      self.n = n
    }
  }

  /// A counted metric: integers, so that no rounding takes part.
  public struct Metric: Sendable, Equatable {
    /// The name, such as `accuracy`.
    public let name: String
    /// The data set that it was measured on.
    public let data: String
    /// The number of samples.
    public let n: Int
    /// How many of them counted.
    public let correct: Int

    /// Creates a metric.
    public init(name: String, data: String, n: Int, correct: Int) {
      self.name = name
      self.data = data
      self.n = n
      self.correct = correct
    }
  }

  /// A golden with the digests of its tensors: recorded input, recorded output, engine's output.
  public struct Golden: Sendable, Equatable {
    /// The manifest's name of the golden.
    public let name: String
    /// The number of rows.
    public let n: Int
    /// The digest of the recorded input.
    public let input: Digest
    /// The digest of the output that the training framework recorded.
    public let output: Digest
    /// The digest of the engine's own output.
    public let engine: Digest

    /// Creates a golden.
    public init(name: String, n: Int, input: Digest, output: Digest, engine: Digest) {
      self.name = name
      self.n = n
      self.input = input
      self.output = output
      self.engine = engine
    }
  }

  /// The program that wrote the lock.
  public let createdBy: String
  /// Which model the lock is of.
  public let model: Model
  /// The numerics contract of the engine's digests.
  public let contract: String
  /// Every file of the release but those that are made from the lock, sorted by path.
  public let files: [FileRecord]
  /// The declarations of dependencies, sorted by path.
  public let sources: [Source]
  /// The pinned packages, sorted by ecosystem, name and version.
  public let packages: [Package]
  /// The seed that the training began with, nil when the makers state none.
  public let seed: Int?
  /// What the model was trained on, sorted by name.
  public let trainingData: [TrainingData]
  /// The evaluation sets, sorted by name.
  public let dataSets: [DataSet]
  /// The metrics, sorted by name.
  public let metrics: [Metric]
  /// The goldens, sorted by name.
  public let goldens: [Golden]

  /// Creates a lock of records in any order. Keys must be unique in their table.
  public init(
    createdBy: String, model: Model, contract: String, files: [FileRecord],
    sources: [Source] = [], packages: [Package] = [], seed: Int? = nil,
    trainingData: [TrainingData] = [], dataSets: [DataSet] = [], metrics: [Metric] = [],
    goldens: [Golden] = []
  ) {
    self.createdBy = createdBy
    self.model = model
    self.contract = contract
    self.files = sortedByKey(files)
    self.sources = sortedByKey(sources)
    self.packages = PackageRecord.sorted(packages)
    self.seed = seed
    self.trainingData = sortedByKey(trainingData)
    self.dataSets = sortedByKey(dataSets)
    self.metrics = sortedByKey(metrics)
    self.goldens = sortedByKey(goldens)
  }

  /// The records of the files that a lock pins: all but the lock itself and the signatures, which
  /// are made after it.
  public static func files(from files: [FileRecord]) -> [FileRecord] {
    sortedByKey(files.filter { !madeAfterLock.contains($0.path) })
  }

  /// The files that a lock cannot list.
  static let madeAfterLock = [Release.lockPath] + Statement.ignoredPaths
}

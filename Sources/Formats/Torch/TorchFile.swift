public import Bytes

/// A file that torch.save wrote, read without running anything in it: a state dict, a checkpoint
/// with one in it, a whole module or a single tensor.
public struct TorchFile: Sendable {
  /// How the file is built.
  public enum Container: String, Sendable {
    /// A zip archive, since version 1.6.
    case archive
    /// Five pickles and the storages.
    case legacy
  }

  /// What was saved.
  public enum Content: Sendable {
    /// One tensor; its name is empty.
    case tensor
    /// Names and tensors.
    case stateDict
    /// A module with its parameters; the class's code is not in the file.
    case module(TorchModule)
  }

  /// How the file is built.
  public let container: Container
  /// What was saved.
  public let content: Content
  /// The key of the checkpoint under which it was found; nil when it is all of the file.
  public let key: String?
  /// The tensors in the order of the file, under the names of torch's `state_dict()`.
  public let tensors: [NamedTorchTensor]
  /// What the pickle describes, with a place in `objects`.
  public let root: PickledValue
  /// The objects of the pickle.
  public let objects: PickledObjects

  /// Reads the file, its form told by its bytes.
  ///
  /// A dict with a state dict or module under `state_dict`, `model_state_dict` or `model` is a
  /// checkpoint, and that is taken; so is the only one under any key in a dict without tensors of
  /// its own. With two that have an equal claim the file is refused.
  ///
  /// - Throws: `ParseError` when it is no such file, a tensor reaches outside its storage, or
  ///   something else than a tensor stands among tensors; `.unsupported` for TorchScript, for the
  ///   tar files of torch 0.1 and for sparse, quantized and complex tensors.
  public init(parsing bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    var machine = PickleMachine(limits: limits)
    var reading = PickleReading()
    let storages: TorchStorages
    switch FileFormat(of: bytes) {
    case .zip:
      container = .archive
      let archive = try TorchArchive(parsing: bytes, limits: limits)
      var reader = PickleReader(try archive.pickle())
      do throws(ParseError) {
        root = try machine.run(&reader, &reading)
      } catch {
        throw error.inside("data.pkl")
      }
      storages = TorchStorages(archive, fileSize: bytes.count, limits: limits)
    case .pickle:
      container = .legacy
      let file = try TorchLegacyFile(parsing: bytes, machine: &machine)
      root = file.root
      storages = TorchStorages(file.storages)
    case .tar:
      throw ParseError(
        .unsupported, at: bytes.offset, expected: "a file of torch 0.2 or later",
        found: "a tar archive")
    case let other:
      throw ParseError(
        at: bytes.offset, expected: "a zip archive or pickles of torch.save",
        found: other?.rawValue ?? "bytes of no known format")
    }
    objects = machine.objects
    var interpreter = TorchInterpreter(
      objects: objects, storages: storages, fileSize: bytes.count, limits: limits)
    (key, content, tensors) = try interpreter.content(of: root)
  }

  /// The tensor of the name, nil when there is none.
  public subscript(name: String) -> TorchTensor? {
    tensors.first { $0.name == name }?.tensor
  }
}

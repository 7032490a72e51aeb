public import Archives
import Bytes

// Archives and compressions.
extension FileFormat {
  /// The archive's format.
  public init(_ format: ArchiveFormat) {
    self =
      switch format {
      case .zip: .zip
      case .tar: .tar
      case .gzip: .gzip
      case .zstd: .zstd
      case .xz: .xz
      case .bzip2: .bzip2
      case .lz4: .lz4
      case .lzma: .lzma
      case .zlib: .zlib
      case .sevenZip: .sevenZip
      case .cpio: .cpio
      case .rar: .rar
      case .cab: .cab
      case .ar: .ar
      case .iso: .iso
      case .squashfs: .squashfs
      case .lha: .lha
      case .arj: .arj
      }
  }

  /// The format of a model that is an archive.
  public init(_ model: ArchivedModel) {
    self =
      switch model {
      case .torch: .torchArchive
      case .torchScript: .torchScript
      case .keras: .kerasArchive
      case .npz: .npz
      case .skops: .skops
      }
  }

  /// Every model that a loader would see in an archive's members of the names.
  public static func models(in names: [String]) -> [FileFormat] {
    var formats = ArchivedModel.all(in: names).map(FileFormat.init)
    // torch 0.1 wrote these into a tar archive.
    if ["pickle", "storages", "tensors"].allSatisfy(names.contains) { formats.append(.torchTar) }
    return formats
  }

  /// Readers of zip archives look for their end alone, so a zip may follow anything.
  static func addArchives(of bytes: ByteSlice, to claims: inout [Claim]) {
    let format = ArchiveFormat(of: bytes)
    if let format {
      claims.append(Claim(FileFormat(format), .signature))
    } else if ArchiveFormat.isOldTar(bytes) {
      claims.append(Claim(.tar, .structure))
    }
    if format != .zip, ZipArchive.ends(bytes) { claims.append(Claim(.zip, .tail)) }
    if format == nil, let place = ArchiveFormat.sevenZip(behind: bytes) {
      claims.append(Claim(.sevenZip, .structure, at: place))
    }
  }
}

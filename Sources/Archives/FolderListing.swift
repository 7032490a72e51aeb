public import Bytes

/// The names in a folder that the user named.
public enum FolderListing {
  /// The names of the entries, sorted by bytes; those that are not UTF-8 are left out.
  ///
  /// - Throws: `FileError` when the folder cannot be listed.
  public static func names(in path: String) throws(FileError) -> [String] {
    try SafeDirectory(opening: path).names(limit: Limits().memberCount).compactMap {
      String(validating: $0, as: UTF8.self)
    }
  }
}

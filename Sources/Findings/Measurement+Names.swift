extension Measurement {
  /// The names that the checks and the policy's bounds agree on.
  ///
  /// A name is part of the JSON report: it is never renamed and never given another meaning.
  public enum Name {
    /// Files in the subject, all archives together.
    public static let files = "files"
    /// Bytes of those files.
    public static let bytes = "bytes"
    /// Owners of the role whose signatures hold, with the role's threshold as `n`.
    public static let signers = "signers"
    /// Files that the lock pins.
    public static let lockedFiles = "locked-files"
    /// Pinned packages.
    public static let packages = "packages"
    /// Records of vulnerabilities that packages were held against.
    public static let advisories = "advisories"
    /// Days since the newest of those records changed; of several sources, of the oldest.
    public static let advisoryAge = "advisory-age"
    /// Known vulnerabilities, with the packages that were judged as `n`.
    public static let vulnerabilities = "vulnerabilities"
    /// Trainable and other parameters of the network.
    public static let parameters = "parameters"
    /// Share of inputs classified as labelled; under an attack where the measurement has one.
    public static let accuracy = "accuracy"
    /// Rows of all goldens together.
    public static let goldenRows = "golden-rows"
    /// Largest absolute difference of an output from the recorded one, with the rows as `n`.
    public static let goldenMaxAbs = "golden-max-abs"
    /// Largest difference of an output from the recorded one, as a multiple of the bound on what
    /// any order of the operations can give (at most 1: within), with the rows as `n`.
    public static let goldenAnyOrder = "golden-any-order"
    /// Share of golden rows whose arg max is the recorded one.
    public static let goldenArgmaxEqual = "golden-argmax-equal"
    /// Share of goldens whose engine output has the locked digest.
    public static let engineDigestsEqual = "engine-digests-equal"
    /// Share of attacked inputs whose gradient is zero, NaN or infinite.
    public static let unusableGradients = "unusable-gradients"
  }

  /// Whether the number only describes the subject: no check has shown anything by it.
  public var isDescriptive: Bool {
    [Name.files, Name.bytes, Name.parameters, Name.advisories, Name.advisoryAge].contains(name)
  }
}

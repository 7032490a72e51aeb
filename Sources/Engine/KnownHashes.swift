public import Bytes

/// Digests that were computed without Proofmark, for the self-test.
public enum KnownHashes {
  /// `ElementaryFunction.walkDigest` of each function, by MPFR (`Fixtures/vectors/arithmetic`).
  public static let functions: [ElementaryFunction: Digest] = hexadecimal.compactMapValues {
    Digest(hexadecimal: $0)
  }

  private static let hexadecimal: [ElementaryFunction: String] = [
    .exp: "10a8a5ff4e11acc39a84fc1b3bb0c6a42cf56fe66d31ebf99051616835fca064",
    .exp2: "61b32d6856603d9c17355fd0ec5f153762e0b446efbbe694c9602dc55401c914",
    .expm1: "24f9c466d087e90e9770358fe4a342033a64ac5b3f07f7f6f6df8e272c9619b8",
    .log: "05ee9faed346108d06e288fa57ff25913a53547885d601df69f30652d8167caf",
    .log2: "4712af9091e515e0db1cc0c0e73856e4d8030be574b7e20b88150309948977b9",
    .log10: "4856190f7792b624d992bafec668c7fd53c6e9bd02c31c2876402f2cbeee723c",
    .log1p: "236baf46f957c63502fed38593d9fc28a17f7b4a4113bb6cabb7379d482546ca",
    .sigmoid: "c3e216396843de161993e3382efae4f880ec8947d390896484a98310bebbeeed",
    .softplus: "a1ba3a9348f6389d54ae6e6525201528eda955baa33c41fa2a211d41843470b3",
    .softsign: "ac5966bdeb2764d79862d9f254d8a0bd2636186570df45a988d9582f2c484da0",
    .silu: "1d444fbca248a15106fada8add03a48d75f1a30a6ffc25f31097abeae573ce1f",
    .mish: "6416c6ed977e38d9f68552233b5b2bf64df01fba699f45102e95014dc87a3047",
    .gelu: "1a59ccbd92dcf0368d4b887d1382b78d1467dac9899d38d983785d744df5b8a2",
    .geluTanh: "00c353babb33232def595ae2f6d030396f4f9d92bf90e309a522239defabd266",
    .erf: "81352ed6cd1c41be17ada1f7658b640025f6bd3f32539fc5b0c700cbf6297de0",
    .sin: "8b517b29f560f8d4919eef3c0a4463117090c73f4763d4dc77ce7c1ebe83880b",
    .cos: "c7bb5a1add52f274cbc93b2be4aae040421ea12797cdb5a00d57ab3df757c906",
    .tan: "ee291534875ef7b4898c5f2953312c022240b9eb338253e956e624e065637b16",
    .asin: "d3e7594123d65fd8be734f2aac0966efe765316b137d58148038d19713cc5476",
    .acos: "a7ced6c9a39ffda3df950af9a34ad87c583ba044c73575746f59621ea48ea57f",
    .atan: "ebe30336997bd29f6ee7d88d6609123ff0cecb8ab645b96eef0749d943f2e09a",
    .sinh: "edd95a9dd1b14cf3947cdbadfad1a2667c91bcbf30b691533d61ea80d3023429",
    .cosh: "425101d478ba94b33a330df9f9aa18495e7dee76367756aaa26d2bdcd38dad27",
    .tanh: "38075c3c3e09b2401459fd972d88e968c327551c6c1528ab569bc091a36238a7",
    .asinh: "ccdea38037b7f89c6607b7dc94ea68a83794e6b9bc861fae81bf1739c1e9e72a",
    .acosh: "4b444c865e815c1a02e708ac5c93b85a23e12da418c872d2e58b2001b50b6dae",
    .atanh: "bf1eb279e35c8bf4696ed060b794c02c6f10edea981fbfbd38565f59aabfeb7c",
    .sqrt: "76f7d3482be65da3c1b79811755ac7f675457667475c0a45c56659bf82bd6917",
    .reciprocal: "b22644a7e97d8c31d5a26276d8bc5e91a62d80fe0cbd0188684307bf65357e9e",
    .hardSwish: "31faf6db7d21f591aa9c9250643bf8af61d5f5572bce9da1ec6276953616061c",
    .elu: "1e5ad5fc3fa13e20e6ddfbc73e3aa70e8bfec0090dab6fc123d6dd4fc8a63cdd",
    .selu: "61a28ab2ca829256f4cb92a386eb12b2bc79f4a9ac57452dfe61d3d933adbecb",
    .celu: "1e5ad5fc3fa13e20e6ddfbc73e3aa70e8bfec0090dab6fc123d6dd4fc8a63cdd",
    .hardSigmoid: "dcb7558a68d1bd959123ecdbdb850a4a79c20db7c6dd6e16e264388637d87342",
    .shrink: "4287db9948a353978b65a2627d616788f6e60b45cf78e5b706f6dec2445aa204",
    .thresholdedReLU: "e261662cd9001af6f522afc4c523c497615dbaedbab441b22b6d1d95ee33f13c",
  ]
}

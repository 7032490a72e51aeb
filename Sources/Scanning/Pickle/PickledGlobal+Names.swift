import Findings
import Formats
import KnownNames

extension PickledGlobal {
  /// The name as Python 3 with NumPy 1 calls it. Up to protocol 2 Python renames what Python 2
  /// wrote.
  func resolved(protocol version: Int) -> PickledGlobal {
    var name = self
    if version < 3 {
      let present = KnownNames.python3(module, self.name)
      name = PickledGlobal(module: present.module, name: present.name)
    }
    guard name.module == "numpy._core" || name.module.hasPrefix("numpy._core.") else {
      return name
    }
    return PickledGlobal(module: "numpy.core" + name.module.dropFirst(11), name: name.name)
  }
}

extension Gadget {
  /// The rule that an import of it breaks.
  var rule: Rule {
    switch kind {
    case .code: .dangerousImport
    case .pickle: .nestedPickle
    case .file, .net: .resourceImport
    }
  }

  /// What it does, for people.
  var words: String {
    switch kind {
    case .code: "runs commands or code"
    case .pickle: "loads another pickle or code object"
    case .file: "opens files"
    case .net: "talks to the network"
    }
  }
}

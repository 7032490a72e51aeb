import Formats

/// The names that Python 3 looks up for what Python 2 wrote (Lib/_compat_pickle.py).
enum PythonTwoNames {
  /// The name that Python 3 looks up for one in a pickle of protocol 2 or lower.
  static func present(_ name: PickledGlobal) -> PickledGlobal {
    let renamed: [String: String] = [
      "__builtin__": "builtins", "copy_reg": "copyreg", "Queue": "queue",
      "ConfigParser": "configparser", "cPickle": "_pickle",
    ]
    return renamed[name.module].map { PickledGlobal(module: $0, name: name.name) } ?? name
  }
}

extension PickledGlobal {
  /// The name with NumPy 2's modules called as in NumPy 1.
  var canonical: PickledGlobal {
    guard module == "numpy._core" || module.hasPrefix("numpy._core.") else { return self }
    return PickledGlobal(module: "numpy.core" + module.dropFirst(11), name: name)
  }
}

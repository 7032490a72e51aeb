// Names that pickles of joblib 1.4.2, 1.6.0 ask for. Written by scripts/write-names; do not edit.
// Module, name, uses, pattern of a call; sorted by bytes.
let joblibNames: StaticString = """
  joblib.numpy_pickle	NumpyArrayWrapper	new state
  joblib.numpy_pickle_compat	NDArrayWrapper	new state
  joblib.numpy_pickle_compat	ZNDArrayWrapper	new state
  """

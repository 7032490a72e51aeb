// Names that pickles of joblib 0.14.1, 0.17.0, 1.1.0, 1.1.1, 1.2.0, 1.3.2, 1.4.2, 1.6.0 ask for. Written by scripts/write-names; do not edit.
// Module, name, uses, pattern of a call; sorted by bytes.
let joblibNames: StaticString = """
  joblib.numpy_pickle	NDArrayWrapper	new state
  joblib.numpy_pickle	NumpyArrayWrapper	new state
  joblib.numpy_pickle	ZNDArrayWrapper	new state
  joblib.numpy_pickle_compat	NDArrayWrapper	new state
  joblib.numpy_pickle_compat	ZNDArrayWrapper	new state
  sklearn.externals.joblib.numpy_pickle	NumpyArrayWrapper	new state
  """

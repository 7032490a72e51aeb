// Names that pickles of pandas 2.3.3, 3.1.1 ask for. Written by scripts/write-names; do not edit.
// Module, name, uses, pattern of a call; sorted by bytes.
let pandasNames: StaticString = """
  pandas	BooleanDtype	new ref state
  pandas	Categorical	ref
  pandas	CategoricalDtype	new ref state
  pandas	CategoricalIndex	ref
  pandas	DataFrame	new ref state
  pandas	DatetimeIndex	ref
  pandas	DatetimeTZDtype	new ref state
  pandas	Float64Dtype	new ref state
  pandas	Index	ref
  pandas	Int64Dtype	new ref state
  pandas	Interval	call	i,i,s
  pandas	IntervalDtype	new ref state
  pandas	IntervalIndex	ref
  pandas	MultiIndex	ref
  pandas	NA	ref
  pandas	Period	call	d,X,i
  pandas	PeriodDtype	call	s
  pandas	PeriodIndex	ref
  pandas	RangeIndex	ref
  pandas	Series	new ref state
  pandas	SparseDtype	new ref state
  pandas	StringDtype	call	s,Cd
  pandas	TimedeltaIndex	ref
  pandas._libs.arrays	__pyx_unpickle_NDArrayBacked	call state	C,i,d
  pandas._libs.internals	_unpickle_block	call	X,X,i
  pandas._libs.interval	Interval	call	i,i,s
  pandas._libs.interval	__pyx_unpickle_IntervalMixin	call state	C,i,d
  pandas._libs.missing	NA	ref
  pandas._libs.sparse	IntIndex	call	i,X
  pandas._libs.tslibs.nattype	__nat_unpickle	call	d
  pandas._libs.tslibs.nattype	_nat_unpickle	call	d
  pandas._libs.tslibs.offsets	BusinessDay	call	i,d,X
  pandas._libs.tslibs.offsets	Day	call	i,d
  pandas._libs.tslibs.offsets	Hour	call	i,d
  pandas._libs.tslibs.offsets	Minute	call	i,d
  pandas._libs.tslibs.offsets	MonthBegin	call	i,d
  pandas._libs.tslibs.offsets	MonthEnd	call	i,d
  pandas._libs.tslibs.offsets	QuarterBegin	call	i,d,i
  pandas._libs.tslibs.offsets	Second	call	i,d
  pandas._libs.tslibs.offsets	Week	call	i,d,i
  pandas._libs.tslibs.offsets	YearBegin	call	i,d,i
  pandas._libs.tslibs.period	Period	call	d,X,i
  pandas._libs.tslibs.timedeltas	_timedelta_unpickle	call	i,i
  pandas._libs.tslibs.timestamps	_unpickle_timestamp	call	i,d,Xd,i
  pandas.arrays	BooleanArray	new ref state
  pandas.arrays	DatetimeArray	ref
  pandas.arrays	FloatingArray	new ref state
  pandas.arrays	IntegerArray	new ref state
  pandas.arrays	IntervalArray	ref
  pandas.arrays	PeriodArray	ref
  pandas.arrays	SparseArray	new ref state
  pandas.arrays	StringArray	ref
  pandas.arrays	TimedeltaArray	ref
  pandas.core.arrays.boolean	BooleanArray	new ref state
  pandas.core.arrays.boolean	BooleanDtype	new ref state
  pandas.core.arrays.categorical	Categorical	ref
  pandas.core.arrays.datetimes	DatetimeArray	ref
  pandas.core.arrays.floating	Float64Dtype	new ref state
  pandas.core.arrays.floating	FloatingArray	new ref state
  pandas.core.arrays.integer	Int64Dtype	new ref state
  pandas.core.arrays.integer	IntegerArray	new ref state
  pandas.core.arrays.interval	IntervalArray	ref
  pandas.core.arrays.period	PeriodArray	ref
  pandas.core.arrays.sparse.array	SparseArray	new ref state
  pandas.core.arrays.string_	StringArray	ref
  pandas.core.arrays.string_	StringDtype	call	s,C
  pandas.core.arrays.timedeltas	TimedeltaArray	ref
  pandas.core.dtypes.dtypes	CategoricalDtype	new ref state
  pandas.core.dtypes.dtypes	DatetimeTZDtype	new ref state
  pandas.core.dtypes.dtypes	IntervalDtype	new ref state
  pandas.core.dtypes.dtypes	PeriodDtype	call	s
  pandas.core.dtypes.dtypes	SparseDtype	new ref state
  pandas.core.frame	DataFrame	new ref state
  pandas.core.indexes.base	Index	ref
  pandas.core.indexes.base	_new_Index	call makes	C,Dd
  pandas.core.indexes.category	CategoricalIndex	ref
  pandas.core.indexes.datetimes	DatetimeIndex	ref
  pandas.core.indexes.datetimes	_new_DatetimeIndex	call	C,D
  pandas.core.indexes.interval	IntervalIndex	ref
  pandas.core.indexes.interval	_new_IntervalIndex	call	C,D
  pandas.core.indexes.multi	MultiIndex	ref
  pandas.core.indexes.period	PeriodIndex	ref
  pandas.core.indexes.range	RangeIndex	ref
  pandas.core.indexes.timedeltas	TimedeltaIndex	ref
  pandas.core.indexes.timedeltas	_new_TimedeltaIndex	call	C,D
  pandas.core.internals.managers	BlockManager	call	DT,D
  pandas.core.internals.managers	SingleBlockManager	new ref state
  pandas.core.series	Series	new ref state
  pandas.indexes.base	Index	ref
  pandas.indexes.base	_new_Index	call makes	C,Dd
  pytz	_UTC	call	
  pytz	_p	call	s,i,i,s
  zoneinfo	ZoneInfo	ref
  zoneinfo	ZoneInfo._unpickle	call	s,d
  """

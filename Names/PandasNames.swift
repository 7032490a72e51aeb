// Names that pickles of pandas 1.0.5, 1.2.5, 1.3.5, 1.5.3, 2.0.3, 2.1.4, 2.2.3, 2.3.3, 3.1.1 ask for. Written by scripts/write-names; do not edit.
// Module, name, uses, pattern of a call; sorted by bytes.
let pandasNames: StaticString = """
  dateutil.relativedelta	relativedelta	new ref state
  pandas	BooleanDtype	new ref state
  pandas	Categorical	ref
  pandas	CategoricalDtype	new ref state
  pandas	CategoricalIndex	ref
  pandas	DataFrame	new ref state
  pandas	DateOffset	call state	
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
  pandas._libs.tslibs.offsets	BHalfYearBegin	call	i,d,i
  pandas._libs.tslibs.offsets	BHalfYearEnd	call	i,d,i
  pandas._libs.tslibs.offsets	BQuarterBegin	call	i,d,i
  pandas._libs.tslibs.offsets	BQuarterEnd	call	i,d,i
  pandas._libs.tslibs.offsets	BYearBegin	call	i,d,i
  pandas._libs.tslibs.offsets	BYearEnd	call	i,d,i
  pandas._libs.tslibs.offsets	BaseOffset	new state
  pandas._libs.tslibs.offsets	BusinessDay	call	i,d,X
  pandas._libs.tslibs.offsets	BusinessHour	call	i,d,D,D,X
  pandas._libs.tslibs.offsets	BusinessMonthBegin	call	i,d
  pandas._libs.tslibs.offsets	BusinessMonthEnd	call	i,d
  pandas._libs.tslibs.offsets	CustomBusinessDay	call	i,d,s,T,d,X
  pandas._libs.tslibs.offsets	CustomBusinessHour	call	i,d,s,T,d,D,D,X
  pandas._libs.tslibs.offsets	CustomBusinessMonthBegin	call	i,d,s,T,d,X
  pandas._libs.tslibs.offsets	CustomBusinessMonthEnd	call	i,d,s,T,d,X
  pandas._libs.tslibs.offsets	DateOffset	new state
  pandas._libs.tslibs.offsets	Day	call	i,d
  pandas._libs.tslibs.offsets	Easter	call	i,d,i*
  pandas._libs.tslibs.offsets	FY5253	call	i,d,i,i,s
  pandas._libs.tslibs.offsets	FY5253Quarter	call	i,d,i,i,i,s
  pandas._libs.tslibs.offsets	HalfYearBegin	call	i,d,i
  pandas._libs.tslibs.offsets	HalfYearEnd	call	i,d,i
  pandas._libs.tslibs.offsets	Hour	call	i,d
  pandas._libs.tslibs.offsets	LastWeekOfMonth	call	i,d,i
  pandas._libs.tslibs.offsets	Micro	call	i,d
  pandas._libs.tslibs.offsets	Milli	call	i,d
  pandas._libs.tslibs.offsets	Minute	call	i,d
  pandas._libs.tslibs.offsets	MonthBegin	call	i,d
  pandas._libs.tslibs.offsets	MonthEnd	call	i,d
  pandas._libs.tslibs.offsets	Nano	call	i,d
  pandas._libs.tslibs.offsets	QuarterBegin	call	i,d,i
  pandas._libs.tslibs.offsets	QuarterEnd	call	i,d,i
  pandas._libs.tslibs.offsets	Second	call	i,d
  pandas._libs.tslibs.offsets	SemiMonthBegin	call	i,d,i
  pandas._libs.tslibs.offsets	SemiMonthEnd	call	i,d,i
  pandas._libs.tslibs.offsets	Tick	call	i,d
  pandas._libs.tslibs.offsets	Week	call	i,d,d
  pandas._libs.tslibs.offsets	WeekOfMonth	call	i,d,i,i
  pandas._libs.tslibs.offsets	YearBegin	call	i,d,i
  pandas._libs.tslibs.offsets	YearEnd	call	i,d,i
  pandas._libs.tslibs.period	Period	call	d,X,i
  pandas._libs.tslibs.period	__pyx_unpickle_PeriodMixin	call state	C,i,d
  pandas._libs.tslibs.timedeltas	Timedelta	call	i
  pandas._libs.tslibs.timedeltas	_timedelta_unpickle	call	i,i
  pandas._libs.tslibs.timestamps	Timestamp	call	i,d,Xd
  pandas._libs.tslibs.timestamps	_unpickle_timestamp	call	i,d,Xd,i*
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
  pandas.core.arrays.categorical	Categorical	new ref state
  pandas.core.arrays.datetimes	DatetimeArray	new ref state
  pandas.core.arrays.floating	Float64Dtype	new ref state
  pandas.core.arrays.floating	FloatingArray	new ref state
  pandas.core.arrays.integer	Int64Dtype	new ref state
  pandas.core.arrays.integer	IntegerArray	new ref state
  pandas.core.arrays.interval	IntervalArray	ref
  pandas.core.arrays.period	PeriodArray	new ref state
  pandas.core.arrays.sparse.array	SparseArray	new ref state
  pandas.core.arrays.sparse.dtype	SparseDtype	new ref state
  pandas.core.arrays.string_	StringArray	new ref state
  pandas.core.arrays.string_	StringDtype	call new ref state	s,C
  pandas.core.arrays.timedeltas	TimedeltaArray	new ref state
  pandas.core.dtypes.dtypes	CategoricalDtype	new ref state
  pandas.core.dtypes.dtypes	DatetimeTZDtype	new ref state
  pandas.core.dtypes.dtypes	IntervalDtype	new ref state
  pandas.core.dtypes.dtypes	PeriodDtype	call new ref state	Xs
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
  pandas.core.indexes.numeric	Float64Index	ref
  pandas.core.indexes.numeric	Int64Index	ref
  pandas.core.indexes.period	PeriodIndex	ref
  pandas.core.indexes.range	RangeIndex	ref
  pandas.core.indexes.timedeltas	TimedeltaIndex	ref
  pandas.core.indexes.timedeltas	_new_TimedeltaIndex	call	C,D
  pandas.core.internals.blocks	new_block	call ref	X,X
  pandas.core.internals.managers	BlockManager	call new ref state	DT,D
  pandas.core.internals.managers	SingleBlockManager	new ref state
  pandas.core.series	Series	new ref state
  pandas.indexes.base	Index	ref
  pandas.indexes.base	_new_Index	call makes	C,Dd
  pandas.tseries.offsets	BQuarterBegin	new ref state
  pandas.tseries.offsets	BQuarterEnd	new ref state
  pandas.tseries.offsets	BYearBegin	new ref state
  pandas.tseries.offsets	BYearEnd	new ref state
  pandas.tseries.offsets	BusinessDay	new ref state
  pandas.tseries.offsets	BusinessHour	new ref state
  pandas.tseries.offsets	BusinessMonthBegin	new ref state
  pandas.tseries.offsets	BusinessMonthEnd	new ref state
  pandas.tseries.offsets	CustomBusinessDay	new ref state
  pandas.tseries.offsets	CustomBusinessHour	new ref state
  pandas.tseries.offsets	CustomBusinessMonthBegin	new ref state
  pandas.tseries.offsets	CustomBusinessMonthEnd	new ref state
  pandas.tseries.offsets	DateOffset	new ref state
  pandas.tseries.offsets	Day	new ref state
  pandas.tseries.offsets	Easter	new ref state
  pandas.tseries.offsets	FY5253	new ref state
  pandas.tseries.offsets	FY5253Quarter	new ref state
  pandas.tseries.offsets	Hour	new ref state
  pandas.tseries.offsets	LastWeekOfMonth	new ref state
  pandas.tseries.offsets	Micro	new ref state
  pandas.tseries.offsets	Milli	new ref state
  pandas.tseries.offsets	Minute	new ref state
  pandas.tseries.offsets	MonthBegin	new ref state
  pandas.tseries.offsets	MonthEnd	new ref state
  pandas.tseries.offsets	Nano	new ref state
  pandas.tseries.offsets	QuarterBegin	new ref state
  pandas.tseries.offsets	QuarterEnd	new ref state
  pandas.tseries.offsets	Second	new ref state
  pandas.tseries.offsets	SemiMonthBegin	new ref state
  pandas.tseries.offsets	SemiMonthEnd	new ref state
  pandas.tseries.offsets	Week	new ref state
  pandas.tseries.offsets	WeekOfMonth	new ref state
  pandas.tseries.offsets	YearBegin	new ref state
  pandas.tseries.offsets	YearEnd	new ref state
  pytz	_UTC	call	
  pytz	_p	call	s,i,i,s
  zoneinfo	ZoneInfo	ref
  zoneinfo	ZoneInfo._unpickle	call	s,d
  """

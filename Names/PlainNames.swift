// Names that pickles of Python 3.10.13, 3.11.7, 3.12.1, 3.13.0, 3.7.16, 3.8.18, 3.9.18 ask for. Written by scripts/write-names; do not edit.
// Module, name, uses, pattern of a call; sorted by bytes.
let plainNames: StaticString = """
  _codecs	encode	call	s,s
  argparse	Namespace	new ref state
  builtins	Ellipsis	ref
  builtins	NotImplemented	ref
  builtins	bool	ref
  builtins	bytearray	call ref	Xd,s*
  builtins	bytes	call ref	
  builtins	complex	call ref	d,d
  builtins	dict	ref
  builtins	float	ref
  builtins	frozenset	call ref	d
  builtins	getattr	call	C,s
  builtins	int	ref
  builtins	list	ref
  builtins	object	ref
  builtins	range	call	i,i,i
  builtins	set	call ref	d
  builtins	slice	call	d,d,d
  builtins	str	ref
  builtins	tuple	ref
  collections	ChainMap	new ref state
  collections	Counter	call ref	d
  collections	OrderedDict	call items ref state	
  collections	defaultdict	call items ref	C*
  collections	deque	call items ref	T*,i*
  copyreg	__newobj__	call makes	C,dDX*
  copyreg	_reconstructor	call makes	C,C,Dd
  datetime	date	call	Xd
  datetime	datetime	call	Xd,X*
  datetime	time	call	Xd
  datetime	timedelta	call	i,i,i
  datetime	timezone	call	X,s*
  decimal	Decimal	call	s
  fractions	Fraction	call	d,i*
  functools	partial	call state	C
  pathlib	PosixPath	call	s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*
  pathlib	PurePosixPath	call	s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*
  pathlib	PureWindowsPath	call	s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*
  pathlib	WindowsPath	call	s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*
  pathlib._local	PosixPath	call	s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*
  pathlib._local	PurePosixPath	call	s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*
  pathlib._local	PureWindowsPath	call	s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*
  pathlib._local	WindowsPath	call	s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*,s*
  types	SimpleNamespace	call state	
  uuid	UUID	new ref state
  """

// Gadgets of pickles: a module or a name in one, and all below it. Written by hand.
// Path, what it does (code, file, net, pickle), advisories that were read; sorted by bytes.
let gadgetNames: StaticString = """
  BaseHTTPServer	net
  IPython	code
  PIL	file
  SimpleHTTPServer	net
  SocketServer	net
  _abc	code
  _aix_support	code	CVE-2026-56315
  _bz2	file
  _cffi_backend	code
  _compat_pickle	pickle
  _ctypes	code
  _frozen_importlib	code
  _frozen_importlib.BuiltinImporter	code
  _frozen_importlib_external	code
  _functools	code
  _imp	code
  _interpreters	code	GHSA-6ggj-6f2q-f7mx
  _io	file
  _lzma	file
  _operator	code
  _osx_support	code	CVE-2026-56315
  _pickle	pickle
  _posixsubprocess	code
  _pydecimal	code
  _pyio	file
  _pyrepl	code
  _pyrepl.pager	code	CVE-2026-56315
  _signal	code
  _socket	net
  _sqlite3	file
  _ssl	net
  _sysconfigdata	code
  _testcapi	code
  _testinternalcapi	code
  _testlimitedcapi	code
  _thread	code
  _tkinter	code
  _weakref	code
  _winreg	code
  _xxsubinterpreters	code
  abc	code
  aifc	file
  aiohttp	net
  antigravity	code
  argparse.FileType	file
  ast	code
  asynchat	net
  asyncio	code
  asyncio.unix_events._UnixSubprocessTransport	code	CVE-2025-10157 GHSA-jgw4-cr84-mqxg
  asyncore	net
  atexit	code
  bdb	code
  boto3	net
  botocore	net
  bpython	code
  builtins.__build_class__	code
  builtins.__import__	code
  builtins.apply	code
  builtins.breakpoint	code
  builtins.callable	code
  builtins.classmethod	code
  builtins.coerce	code
  builtins.compile	code
  builtins.delattr	code
  builtins.dir	code
  builtins.eval	code
  builtins.exec	code
  builtins.execfile	code
  builtins.exit	code
  builtins.file	file
  builtins.filter	code
  builtins.getattr	code
  builtins.globals	code
  builtins.hasattr	code
  builtins.help	code
  builtins.input	code
  builtins.intern	code
  builtins.iter	code
  builtins.locals	code
  builtins.map	code
  builtins.max	code
  builtins.memoryview	code
  builtins.min	code
  builtins.next	code
  builtins.open	file
  builtins.print	code
  builtins.property	code
  builtins.quit	code
  builtins.raw_input	code
  builtins.reduce	code
  builtins.reload	code
  builtins.setattr	code
  builtins.sorted	code
  builtins.staticmethod	code
  builtins.super	code
  builtins.type	code
  builtins.vars	code
  bz2	file
  cPickle	pickle
  cProfile	code
  cProfile.runctx	code	GHSA-9w88-8rmg-7g2p
  catboost.CatBoost	pickle
  celery	code
  cffi	code
  cgi	net
  cgitb	code
  cloudpickle	pickle
  cloudpickle.cloudpickle	pickle
  cmd	code
  code	code
  code_context	code
  codecs	file
  codecs.open	file
  codeop	code
  collections.ChainMap.pop	code
  collections._chain	code
  commands	code
  compileall	code
  concurrent	code
  configparser	file
  contextlib	code
  copyreg.add_extension	pickle
  copyreg.constructor	pickle
  copyreg.dispatch_table	pickle
  copyreg.pickle	pickle
  crypt	code
  csv	file
  ctypes	code
  ctypes.CDLL	code	GHSA-4675-36f9-wf6r
  curses	code
  cv2	file
  dask	code
  dask.base	pickle
  dataclasses	code
  dbm	file
  dill	pickle
  dis	code
  distributed	code
  distutils	code
  distutils.file_util.write_file	code	GHSA-m273-6v24-x4m4
  django	code
  doctest	code
  doctest.debug_script	code	GHSA-fqq6-7vqf-w3fg
  email	net
  ensurepip	code
  ensurepip._run_pip	code	GHSA-xp4f-hrf8-rxw7
  enum	code
  execnet	code
  fabric	code
  faulthandler	code
  filecmp	file
  fileinput	file
  fnmatch	file
  ftplib	net
  functools	code
  gc	code
  genericpath	file
  getopt	code
  getpass	net
  glob	file
  google.cloud	net
  graphlib._static	code
  grpc	net
  gzip	file
  http	net
  httplib	net
  httpx	net
  huggingface_hub	net
  idlelib	code
  idlelib.autocomplete.AutoComplete.fetch_completions	code	GHSA-7cq8-mj8x-j263
  idlelib.autocomplete.AutoComplete.get_entity	code	GHSA-6w4w-5w54-rjvr
  idlelib.debugobj.ObjectTreeItem	code	GHSA-3vg9-h568-4w9m
  idlelib.pyshell	pickle
  idlelib.pyshell.ModifiedInterpreter.runcode	pickle	GHSA-3gf5-cxq9-w223
  idlelib.pyshell.ModifiedInterpreter.runcommand	pickle	GHSA-j343-8v2j-ff7w
  idlelib.run.Executive.runcode	code	GHSA-m869-42cg-3xwr
  imaplib	net	CVE-2026-56315
  imghdr	file
  imp	code
  importlib	code
  inspect	code
  interpreters	code
  io	file
  itertools	code
  jinja2	code
  joblib.externals	pickle
  joblib.load	pickle
  joblib.numpy_pickle.load	pickle
  joblib.numpy_pickle_utils	pickle
  jsonpickle	pickle
  jupyter_client	code
  keras.models.load_model	pickle
  lib2to3	code
  lib2to3.pgen2.driver	pickle
  lib2to3.pgen2.grammar	pickle
  lib2to3.pgen2.grammar.Grammar.loads	pickle	GHSA-f54q-57x4-jg88
  lib2to3.pgen2.pgen.ParserGenerator.make_label	code	GHSA-p9w7-82w4-7q8m
  linecache	file
  logging.FileHandler	file	CVE-2026-56304
  logging.config	pickle
  logging.handlers	file
  lzma	file
  mailbox	file
  mailcap	code
  mako	code
  marshal	pickle	GHSA-565g-hwwr-4pp3
  mlflow.projects	code
  mlflow.pyfunc	pickle
  mlflow.sklearn	pickle
  mlflow.utils.process	code
  mmap	file
  modulefinder	code
  msilib	file
  multiprocessing	code
  multiprocessing.connection	pickle
  multiprocessing.reduction	pickle
  netrc	file
  new	pickle
  nltk	code
  nntplib	net
  nt	code
  ntpath	file
  nturl2path	code
  nturl2path.url2pathname	file
  numexpr	code
  numpy.DataSource	file
  numpy.__builtins__	code
  numpy.compat.py3k	pickle
  numpy.core._internal	code
  numpy.core._methods	pickle
  numpy.core._ufunc_reconstruct	code
  numpy.core.memmap	file
  numpy.core.multiarray.fromfile	file
  numpy.ctypeslib	code
  numpy.distutils	code
  numpy.f2py	code
  numpy.f2py.crackfortran.getlincoef	code	GHSA-r8g5-cgf2-4m4m
  numpy.fromfile	file
  numpy.genfromtxt	file
  numpy.lib._datasource	file
  numpy.lib._npyio_impl	pickle
  numpy.lib.format	pickle
  numpy.lib.npyio	pickle
  numpy.lib.utils	code
  numpy.load	pickle
  numpy.loads	pickle
  numpy.loadtxt	file
  numpy.memmap	file
  numpy.save	file
  numpy.savetxt	file
  numpy.savez	file
  numpy.savez_compressed	file
  numpy.testing	code
  operator	code
  operator.methodcaller	code	GHSA-84r2-jw7c-4r5q
  optparse	code
  os	code
  os.open	file
  pandas.DataFrame.eval	code
  pandas.compat.pickle_compat	pickle
  pandas.core.computation	code
  pandas.core.frame.DataFrame.query	code
  pandas.eval	code
  pandas.io	file
  pandas.io.pickle	pickle
  pandas.read_csv	file
  pandas.read_html	file
  pandas.read_json	file
  pandas.read_pickle	pickle
  pandas.read_sql	file
  paramiko	code
  paramiko.client	net
  pathlib	file
  pdb	code
  pexpect	code
  pickle	pickle
  pickletools	pickle
  pip	code
  pip.main	code	CVE-2025-1716
  pipes	code
  pkg_resources	code
  pkgutil	code
  pkgutil.resolve_name	code	GHSA-vvpj-8cmc-gx39
  platform._syscmd_file	code
  platform._syscmd_ver	code
  platform.popen	code
  plistlib	file
  plumbum	code
  popen2	code
  poplib	net
  posix	code
  posixpath	file
  profile	code
  profile.Profile.run	code	GHSA-x696-vm39-cp64
  profile.Profile.runctx	code	GHSA-6vqj-c2q5-j97w
  pstats	code
  pty	code	GHSA-r7v6-mfhq-g3m2
  pty.spawn	code	GHSA-vqmv-47xg-9wpr
  ptyprocess	code
  py_compile	code
  pyclbr	code
  pycurl	net
  pydoc	code
  pydoc.locate	code	GHSA-84r2-jw7c-4r5q
  pyexpat	code
  ray	code
  re.Scanner	code
  re.sub	code
  readline	code
  requests	net
  resource	code
  rlcompleter	code
  rpyc	code
  ruamel.yaml	pickle
  runpy	code
  sched	code
  scipy.io	code
  scipy.weave	code
  select	net
  selectors	net
  setuptools	code
  sh	code
  shelve	pickle
  shutil	file
  signal	code
  site	code
  sitecustomize	code
  sklearn.datasets	code
  sklearn.externals.joblib	pickle
  sklearn.utils._testing	code
  skops.io	pickle
  smtpd	net
  smtplib	net
  sndhdr	file
  socket	net
  socketserver	net
  spwd	code
  sqlalchemy	code
  sqlite3	file
  sre_compile	code
  ssl	net
  string.Formatter	code
  string.Template	code
  subprocess	code
  sunau	file
  sympy	code
  sympy.parsing	pickle
  symtable	code
  sys	code
  sysconfig	code
  syslog	code
  tarfile	file
  telnetlib	net
  tempfile	file
  tensorflow.keras.models.load_model	pickle
  tensorflow.saved_model	pickle
  test	code
  this	code
  thread	code
  threading	code
  timeit	code
  tkinter	code
  tokenize	file
  tomllib	file
  torch._C	code
  torch._classes	code
  torch._dynamo	code
  torch._dynamo.guards.GuardBuilder.get	code	GHSA-86cj-95qr-2p4f
  torch._export	pickle
  torch._functorch	code
  torch._higher_order_ops	code
  torch._inductor	code
  torch._lobpcg	code
  torch._ops	code
  torch._subclasses	code
  torch._weights_only_unpickler	pickle
  torch.classes	code
  torch.compile	code
  torch.cuda._lazy_call	code
  torch.distributed	code
  torch.distributed.rpc	net	CVE-2024-48063
  torch.export	pickle
  torch.from_file	file
  torch.fx	code
  torch.fx._lazy_graph_module	pickle
  torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression	code	GHSA-f4x7-rfwp-v3xw
  torch.fx.graph_module	pickle
  torch.hub	pickle
  torch.hub.load	net
  torch.jit	code
  torch.jit._serialization	pickle
  torch.jit.load	pickle
  torch.jit.unsupported_tensor_ops.execWrapper	code	GHSA-vr7h-p6mm-wpmh
  torch.library	code
  torch.load	pickle
  torch.multiprocessing.reductions	pickle
  torch.nn.modules._functions	code
  torch.onnx	code
  torch.ops	code
  torch.overrides	code
  torch.package	pickle
  torch.save	file
  torch.serialization	file
  torch.serialization.load	pickle
  torch.storage._load_from_bytes	pickle
  torch.testing	code
  torch.utils	code
  torch.utils._config_module	pickle
  torch.utils._config_module.ConfigModule.load_config	pickle	GHSA-vv6j-3g6g-2pvj
  torch.utils._config_module.load_config	pickle	GHSA-vv6j-3g6g-2pvj
  torch.utils.bottleneck.__main__.run_autograd_prof	code	GHSA-4whj-rm5r-c2v8
  torch.utils.bottleneck.__main__.run_cprofile	code	GHSA-4r9r-ch6f-vxmx
  torch.utils.collect_env.run	code	GHSA-f745-w6jp-hpxx
  torch.utils.cpp_extension	code
  torch.utils.data.datapipes.utils.decoder	pickle
  torch.utils.data.datapipes.utils.decoder.basichandlers	pickle	GHSA-h3qp-7fh3-f8h4
  torchvision.datasets	net
  trace	code
  trace.Trace.run	code	GHSA-5qwp-399c-mjwf
  trace.Trace.runctx	code	GHSA-g344-hcph-8vgg
  tracemalloc	code
  transformers.AutoModel	pickle
  turtle	code
  turtledemo	code
  types	code	GHSA-565g-hwwr-4pp3
  types.CodeType	pickle
  types.FunctionType	pickle
  typing.ForwardRef	code
  typing._eval_type	code
  typing.get_type_hints	code
  unittest	code
  urllib	net
  urllib2	net
  urllib3	net
  urlparse	net
  usercustomize	code
  uuid._find_mac	code
  uuid._get_command_stdout	code	CVE-2026-56315
  uuid._popen	code
  uuid.getnode	net
  venv	code
  virtualenv	code
  warnings.filterwarnings	code
  wave	file
  weakref	code
  webbrowser	code
  websocket	net
  websockets	net
  win32api	code
  winreg	code
  wsgiref	net
  xdist	code
  xml	file
  xmlrpc	pickle
  xmlrpclib	net
  xxlimited	code
  yaml	pickle
  zipapp	code
  zipfile	file
  zipimport	code
  zlib	file
  zmq	net
  zoneinfo	file
  zoneinfo._common	code
  """

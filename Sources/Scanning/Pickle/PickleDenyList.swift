import Findings
import Formats

/// Known gadgets. Being on this list only chooses the rule and the words: what is on neither list
/// is refused as well.
enum PickleDenyList {
  /// The rule that an import of the name breaks, and what the gadget does.
  static func match(_ name: PickledGlobal) -> (rule: Rule, what: String)? {
    let path = name.description
    for entry in entries where entry.names.contains(where: { isInside(path, $0) }) {
      return (entry.rule, entry.what)
    }
    return nil
  }

  /// Whether the path is the name or lies below it.
  private static func isInside(_ path: String, _ name: String) -> Bool {
    path == name || path.hasPrefix(name + ".")
  }

  private struct Entry {
    let rule: Rule
    let what: String
    let names: [String]

    init(_ rule: Rule, _ what: String, _ names: String) {
      self.rule = rule
      self.what = what
      self.names = names.split(whereSeparator: \.isWhitespace).map(String.init)
    }
  }

  private static let entries: [Entry] = [
    Entry(
      .nestedPickle, "loads another pickle or code object",
      """
      pickle _pickle cPickle dill cloudpickle marshal shelve joblib jsonpickle \
      pandas.read_pickle pandas.io.pickle numpy.load numpy.lib.npyio numpy.loads torch.load \
      torch.serialization.load torch.storage._load_from_bytes torch.hub torch.package \
      torch.jit.load torch.export sklearn.externals.joblib lib2to3.pgen2.grammar \
      logging.config idlelib.pyshell torch.utils._config_module multiprocessing.connection \
      multiprocessing.reduction xmlrpc types.CodeType types.FunctionType
      """),
    Entry(
      .dangerousImport, "runs commands or code",
      """
      os posix nt subprocess _posixsubprocess commands popen2 platform.popen pty sys runpy code \
      codeop timeit profile cProfile pdb bdb trace tracemalloc doctest imp importlib _imp \
      _frozen_importlib _frozen_importlib_external zipimport pkgutil pkg_resources site \
      builtins.eval builtins.exec builtins.execfile builtins.compile builtins.getattr \
      builtins.setattr builtins.delattr builtins.hasattr builtins.__import__ builtins.globals \
      builtins.locals builtins.vars builtins.dir builtins.apply builtins.reload \
      builtins.breakpoint builtins.input builtins.raw_input builtins.map builtins.filter \
      builtins.type builtins.super builtins.classmethod builtins.property builtins.callable \
      builtins.memoryview builtins.__build_class__ operator _operator functools _functools \
      itertools types ctypes _ctypes cffi _cffi_backend threading _thread multiprocessing \
      concurrent asyncio signal _signal faulthandler gc inspect ast symtable dis atexit weakref \
      pip ensurepip venv virtualenv setuptools distutils idlelib lib2to3 test unittest pydoc \
      cgitb cmd sched pyexpat code_context numpy.f2py numpy.testing numpy.distutils \
      numpy.__builtins__ numpy.ctypeslib numpy.lib.utils numpy.core._internal torch._inductor \
      torch._dynamo torch.fx torch.jit torch.compile torch.utils torch._C torch.ops torch.cuda \
      torch.distributed torch._classes torch.testing scipy.weave sympy \
      _interpreters _xxsubinterpreters _testcapi _testinternalcapi webbrowser antigravity \
      sqlalchemy django jinja2 IPython nt.system win32api winreg _winreg ptyprocess pexpect sh \
      plumbum fabric paramiko rlcompleter bpython
      """),
    Entry(
      .resourceImport, "opens files",
      """
      builtins.open builtins.file io _io _pyio shutil tempfile pathlib glob fileinput linecache \
      mmap zipfile tarfile gzip bz2 lzma zlib dbm sqlite3 _sqlite3 csv codecs.open codecs \
      fnmatch filecmp numpy.save numpy.savez numpy.savetxt numpy.loadtxt numpy.genfromtxt \
      numpy.fromfile numpy.memmap numpy.core.memmap numpy.DataSource numpy.lib._datasource \
      torch.save torch.from_file PIL cv2 netrc configparser pandas.read_csv pandas.io
      """),
    Entry(
      .resourceImport, "talks to the network",
      """
      socket _socket ssl _ssl http httplib urllib urllib2 urllib3 requests aiohttp httpx ftplib \
      smtplib telnetlib poplib imaplib nntplib xmlrpclib socketserver SocketServer select \
      selectors asyncore asynchat email.mime wsgiref logging.handlers uuid.getnode getpass boto3 \
      google.cloud
      """),
  ]
}

/** The modules of Python's own library, of 2.7 to 3.14: nobody's outside world. */
export const standardLibrary: ReadonlySet<string> = new Set(
  `
AL BaseHTTPServer Bastion CGIHTTPServer ColorPicker ConfigParser Cookie DEVICE DocXMLRPCServer
EasyDialogs FL FrameWork GL HTMLParser MacOS MimeWriter Queue SUNAUDIODEV ScrolledText
SimpleHTTPServer SimpleXMLRPCServer SocketServer StringIO Tix Tkinter UserDict UserList
UserString __builtin__ __future__ _thread _winreg abc aifc annotationlib antigravity anydbm
applesingle argparse array ast asynchat asyncio asyncore atexit audiodev audioop autoGIL base64
bdb binascii binhex bisect bsddb buildtools builtins bz2 cPickle cProfile cStringIO calendar
cfmfile cgi cgitb chunk cl cmath cmd code codecs codeop collections colorsys commands
compileall compiler compression concurrent configparser contextlib contextvars cookielib copy
copy_reg copyreg crypt csv ctypes curses dataclasses datetime dbhash dbm decimal difflib
dircache dis distutils dl doctest dumbdbm dummy_thread dummy_threading email encodings
ensurepip enum errno exceptions faulthandler fcntl filecmp fileinput fm fnmatch formatter
fpectl fpformat fractions ftplib functools future_builtins gc gdbm genericpath gensuitemodule
getopt getpass gettext gl glob graphlib grp gzip hashlib heapq hmac hotshot html htmlentitydefs
htmllib http httplib ic icopen idlelib ihooks imageop imaplib imgfile imghdr imp importlib
imputil inspect io ipaddress itertools jpeg json keyword lib2to3 linecache locale logging lzma
macerrors macostools macpath macresource macurl2path mailbox mailcap markupbase marshal math
md5 mhlib mimetools mimetypes mimify mmap modulefinder msilib msvcrt multifile multiprocessing
mutex nav netrc new nis nntplib nt ntpath nturl2path numbers opcode operator optparse os
os2emxpath ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib
popen2 poplib posix posixfile posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc
pydoc_data pyexpat pyrepl queue quopri random re readline repr reprlib resource rexec rfc822
rgbimg rlcompleter robotparser runpy sched secrets select selectors sets sgmllib sha shelve
shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile
sre_constants sre_parse ssl stat statistics statvfs string stringold stringprep strop struct
subprocess sunau sunaudio symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib
tempfile termios textwrap this thread threading time timeit tkColorChooser tkCommonDialog
tkFileDialog tkFont tkMessageBox tkSimpleDialog tkinter toaiff token tokenize tomllib trace
traceback tracemalloc ttk tty turtle turtledemo types typing unicodedata unittest urllib
urllib2 urlparse user uu uuid venv videoreader warnings wave weakref webbrowser whichdb winreg
winsound wsgiref xdrlib xml xmllib xmlrpc xmlrpclib zipapp zipfile zipimport zlib zoneinfo
`
    .trim()
    .split(/\s+/),
);

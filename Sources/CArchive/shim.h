#include <archive.h>
#include <archive_entry.h>
// Attributes of files, which the Glibc module does not have.
#include <sys/xattr.h>

// These headers bring libc's own types along, such as `stat`, and the Swift compiler counts a type
// to the first module that it loads with it. Files of Archives that name one import both modules.

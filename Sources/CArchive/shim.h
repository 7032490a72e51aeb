#include <archive.h>
#include <archive_entry.h>
// Attributes of files, which the Glibc module does not have.
#include <sys/xattr.h>

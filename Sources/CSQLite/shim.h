#include <sqlite3.h>

// What Swift cannot call: functions of any number of arguments, and a destructor that is none.

/// Turns a switch of the connection on or off.
static inline int proofmark_sqlite_switch(sqlite3 *database, int option, int value) {
  return sqlite3_db_config(database, option, value, (int *)0);
}

/// Binds a copy of the text.
static inline int proofmark_sqlite_bind(
    sqlite3_stmt *statement, int index, const char *text, int length) {
  return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

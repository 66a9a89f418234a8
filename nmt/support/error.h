#pragma once

#include <initializer_list>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

// Every failure a user can cause is an Error that says what is wrong, where (the file and line of
// the *user's* file, when there is one) and how to mend it. The library throws; only the command
// line turns errors into exit codes.

namespace nmt {

/// Joins values of any printable types into one text: text("line ", 3) == "line 3".
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return std::move(out).str();
}

/// A place in a file of the user's. `line` is 1-based; 0 means the file as a whole.
struct FilePosition {
  std::string file;
  long line = 0;
};

/// "file:line", or "file" for a whole file.
std::string to_string(const FilePosition& position);

/// Something the user can mend: bad input, a bad option, a missing or damaged file.
class Error : public std::runtime_error {
 public:
  /// `remedy`, when given, is a sentence telling what to do; it is printed after the message.
  explicit Error(const std::string& what, const std::string& remedy = "");
  /// Write Error(FilePosition{file, line}, …): a bare {file} could be taken for a text, so it does
  /// not compile.
  Error(const FilePosition& where, const std::string& what, const std::string& remedy = "");
  Error(std::initializer_list<std::string>, const std::string&, const std::string& = "") = delete;
};

/// A wrong command line or configuration: the program exits with code 2 instead of 1.
class UsageError : public Error {
 public:
  using Error::Error;
};

}  // namespace nmt

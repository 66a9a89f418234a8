// The program: finds the command and turns errors into exit codes. 0: done; 1: it failed; 2: the
// command line or the recipe is wrong; 128 + N: signal N stopped it, as shells have it.

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>

#include "nmt/commands/dispatch.h"
#include "nmt/support/file_error.h"
#include "nmt/support/version.h"

namespace nmt {
namespace {

int run(const std::vector<std::string>& words) {
  if (words.empty()) {
    run_command("help", {});
    throw UsageError("a command is missing");
  }
  const std::string& name = words.front();
  const std::vector<std::string> arguments(words.begin() + 1, words.end());
  if (name == "--version") {
    std::cout << "nmt " NMT_VERSION "\n";
    return 0;
  }
  if (name == "--help" || name == "-h") return run_command("help", arguments);
  return run_command(name, arguments);
}

/// What went wrong with a folder, a link or a name: files themselves are read and written by
/// functions that throw Error.
Error to_error(const std::filesystem::filesystem_error& error) {
  // Of two, the second is what was to be made.
  const auto& path = error.path2().empty() ? error.path1() : error.path2();
  return file_error(path.string(), "be made, renamed or removed", error.code().value());
}

}  // namespace
}  // namespace nmt

int main(int count, char** words) {
  // A reader that went away (`nmt list options | head`) ends the program without a word, whatever
  // the parent process set.
  std::signal(SIGPIPE, SIG_DFL);
  const std::vector<std::string> arguments(words + std::min(count, 1), words + count);
  try {
    const int exit_code = nmt::run(arguments);
    nmt::flush_stdout();  // results that did not reach their file are a failure
    return exit_code;
  } catch (const nmt::UsageError& error) {
    std::cerr << "nmt: " << error.what() << "\n";
    return 2;
  } catch (const nmt::Error& error) {
    std::cerr << "nmt: " << error.what() << "\n";
    return 1;
  } catch (const std::filesystem::filesystem_error& error) {
    std::cerr << "nmt: " << nmt::to_error(error).what() << "\n";
    return 1;
  } catch (const std::exception& error) {
    std::cerr << "nmt: internal error: " << error.what()
              << "\n  Please report it, with the command that led to it.\n";
    return 1;
  }
}

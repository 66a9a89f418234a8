#include "nmt/commands/plugin_loader.h"

#include <dlfcn.h>

#include <filesystem>
#include <string_view>

#include "nmt/support/error.h"
#include "nmt/support/mapped_file.h"
#include "nmt/training/plugin.h"

namespace nmt {
namespace {

/// Throws Error unless the file says that it was built with the versions of this program.
void check_versions(const std::string& file) {
  constexpr std::string_view kOurs = NMT_PLUGIN_STAMP;
  constexpr size_t kMarkSize = kOurs.find(": ") + 2;
  const MappedFile mapped(file);
  const std::string_view bytes(reinterpret_cast<const char*>(mapped.data()), mapped.size());
  const size_t begin = bytes.find(kOurs.substr(0, kMarkSize));
  if (begin == std::string_view::npos)
    throw Error(FilePosition{file}, "is no plug-in of nmt: it holds no NMT_PLUGIN",
                "nmt/training/plugin.h tells how to write one.");
  const std::string_view its = bytes.substr(begin, bytes.find('\0', begin) - begin);
  if (its != kOurs)
    throw Error(FilePosition{file},
                text("the plug-in was built with ", its.substr(kMarkSize), "; this program is ",
                     kOurs.substr(kMarkSize)),
                "Build the plug-in with this program's package: find_package(nmt).");
}

}  // namespace

void load_plugin(const std::string& library) {
  // With a slash in it: dlopen looks for a bare name in the system's folders only.
  const std::string file = std::filesystem::absolute(library).lexically_normal();
  if (!std::filesystem::is_regular_file(file))
    throw Error(FilePosition{file}, "there is no such plug-in",
                "If it has moved, say where it is with --plugins.");
  check_versions(file);
  void* const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    throw Error(text("cannot load the plug-in ", ::dlerror()),
                "Link it with all that it uses, nmt::engine among it.");
  const auto start = reinterpret_cast<void (*)()>(::dlsym(handle, "nmt_plugin"));
  if (start == nullptr)
    throw Error(FilePosition{file}, "is no plug-in of nmt: it has no function nmt_plugin",
                "nmt/training/plugin.h tells how to write one.");
  try {
    start();
  } catch (const std::exception& error) {
    throw Error(FilePosition{file}, text("the plug-in does not start: ", error.what()));
  }
}

}  // namespace nmt

#include <algorithm>
#include <filesystem>
#include <set>

#include "nmt/report/compared_systems.h"
#include "nmt/scoring/line_reader.h"
#include "nmt/scoring/unicode.h"
#include "nmt/support/error.h"

namespace nmt::report {
namespace {

std::string last_part(const std::string& path) {
  std::filesystem::path parts = std::filesystem::path(path).lexically_normal();
  if (!parts.has_filename()) parts = parts.parent_path();
  return parts.filename().string();
}

bool all_differ(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

}  // namespace

std::vector<std::string> system_names(const std::vector<std::string>& paths,
                                      const std::vector<std::string>& names) {
  if (names.empty()) {
    std::vector<std::string> last_parts;
    last_parts.reserve(paths.size());
    for (const std::string& path : paths) last_parts.push_back(last_part(path));
    if (all_differ(last_parts)) return last_parts;
    if (all_differ(paths)) return paths;
    throw UsageError("the same system is given twice", "Give --names to compare it with itself.");
  }
  if (names.size() != paths.size()) {
    throw UsageError(text("there are ", names.size(), " --names for ", paths.size(), " systems"),
                     "Give one for each, in the same order.");
  }
  if (std::find(names.begin(), names.end(), "") != names.end())
    throw UsageError("the name of a system is empty", "Change --names.");
  if (!all_differ(names)) throw UsageError("two systems have the same name", "Change --names.");
  return names;
}

std::vector<std::string> read_segments(const std::string& file) {
  std::vector<std::string> lines = scoring::read_lines(file);
  for (std::string& line : lines) line.resize(scoring::trim_right(line).size());
  return lines;
}

void require_segments(const std::string& file, const std::vector<std::string>& lines,
                      const std::string& reference_file, size_t references) {
  if (lines.size() == references) return;
  throw Error(FilePosition{file},
              text("has ", lines.size(), " lines, but ", reference_file, " has ", references),
              "Line N of each file must belong to the same segment.");
}

ComparedSystems read_compared_files(const ComparedFiles& files,
                                    const std::vector<std::string>& names) {
  ComparedSystems compared;
  for (const std::string& name : system_names(files.hypotheses, names))
    compared.systems.push_back({name});
  TestSet set{.name = last_part(files.reference), .references = read_segments(files.reference)};
  if (set.references.empty()) throw Error(FilePosition{files.reference}, "has no lines");
  const auto read = [&](const std::string& file) {
    std::vector<std::string> lines = read_segments(file);
    require_segments(file, lines, files.reference, set.references.size());
    return lines;
  };
  if (!files.source.empty()) set.sources = read(files.source);
  for (const std::string& file : files.hypotheses) set.outputs.push_back(read(file));
  compared.sets.push_back(std::move(set));
  return compared;
}

}  // namespace nmt::report

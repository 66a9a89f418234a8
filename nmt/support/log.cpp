#include "nmt/support/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "nmt/support/file_error.h"

namespace nmt::log {
namespace {

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance = [] {
    auto created = std::make_shared<spdlog::logger>(
        "nmt", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    created->set_pattern("%H:%M:%S %^%L%$ %v");
    created->flush_on(spdlog::level::info);
    // A log file that cannot be written stops nothing: the terminal shows the same. Said once.
    created->set_error_handler([told = false](const std::string& message) mutable {
      if (!std::exchange(told, true)) std::cerr << "warning: " << message << '\n';
    });
    return created;
  }();
  return instance;
}

std::string& prefix() {
  static std::string value;
  return value;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void set_level(Level level) {
  logger()->set_level(to_spdlog(level));
}

void set_rank(int rank) {
  prefix() = text("[rank ", rank, "] ");
}

void add_file(const std::string& file) {
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
    sink->set_pattern("%Y-%m-%d %H:%M:%S %L %v");
    logger()->sinks().push_back(std::move(sink));
  } catch (const spdlog::spdlog_ex&) {
    throw file_error(file, "open", errno);
  }
}

void write(Level level, const std::string& message) {
  logger()->log(to_spdlog(level), spdlog::string_view_t(prefix() + message));
}

}  // namespace nmt::log

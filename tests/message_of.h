#pragma once

#include <functional>
#include <string>

#include "nmt/support/error.h"

namespace nmt {

/// The message of the Error that `action` throws, or "no error".
inline std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace nmt

#pragma once

#include <string>
#include <string_view>

namespace nmt::report {

/// `utf8` as text of an HTML or SVG element or of a quoted attribute: characters with a meaning in
/// HTML become references, control characters that HTML forbids U+FFFD.
std::string escape_html(std::string_view utf8);

}  // namespace nmt::report

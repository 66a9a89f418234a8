#include "nmt/report/html_text.h"

namespace nmt::report {

std::string escape_html(std::string_view utf8) {
  std::string escaped;
  escaped.reserve(utf8.size());
  for (const char c : utf8) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool forbidden = (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7F;
        escaped += forbidden ? std::string("\uFFFD") : std::string(1, c);
      }
    }
  }
  return escaped;
}

}  // namespace nmt::report

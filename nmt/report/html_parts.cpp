#include "nmt/report/html_parts.h"

#include "nmt/report/charts.h"
#include "nmt/report/html_text.h"
#include "nmt/report/page_parts.h"

namespace nmt::report {

std::string figure(const std::string& title, const std::string& svg,
                   const std::vector<std::string>& lines) {
  return "<figure><figcaption>" + escape_html(title) + "</figcaption>\n" +
         (lines.empty() ? "" : html_key(lines)) + svg + "</figure>\n";
}

std::string html_key(const std::vector<std::string>& names) {
  std::string all = "<p>";
  for (size_t i = 0; i < names.size(); ++i) {
    all +=
        "<span class=\"key\">" + key_svg(i) + "<span>" + escape_html(names[i]) + "</span></span>\n";
  }
  return all + "</p>\n";
}

std::string html_table(const TextRows& table) {
  std::string all = "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>";
  for (const std::string& cell : table.header)
    all += "<th scope=\"col\">" + escape_html(cell) + "</th>";
  all += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    all += "<tr><th scope=\"row\">" + escape_html(row.front()) + "</th>";
    for (size_t i = 1; i < row.size(); ++i) all += "<td>" + escape_html(row[i]) + "</td>";
    all += "</tr>\n";
  }
  return all + "</tbody></table></div>\n";
}

std::string notes(const std::vector<std::string>& lines, bool code) {
  std::string all = "<ul class=\"notes\">\n";
  for (const std::string& line : lines) {
    const std::string escaped = escape_html(line);
    all += "<li>" + (code ? "<code>" + escaped + "</code>" : escaped) + "</li>\n";
  }
  return all + "</ul>\n";
}

std::string marked(const std::vector<MarkedText>& pieces) {
  std::string html;
  for (const MarkedText& piece : pieces) {
    const std::string escaped = escape_html(piece.text);
    html += piece.differs ? "<mark>" + escaped + "</mark>" : escaped;
  }
  if (html.empty()) return "<span class=\"empty\">(empty)</span>";
  return html;
}

std::string text_entry(const std::string& name, const std::string& html) {
  return "<div><dt>" + escape_html(name) + "</dt><dd dir=\"auto\">" + html + "</dd></div>\n";
}

std::string fill_frame(const std::string& title, const std::string& body) {
  // In one pass, so that no text is taken for a place of the frame.
  const std::string_view frame = kPageFrame;
  std::string page;
  size_t done = 0;
  for (size_t open; (open = frame.find("{{", done)) != std::string_view::npos;) {
    const size_t close = frame.find("}}", open);
    const std::string_view name = frame.substr(open + 2, close - open - 2);
    page += frame.substr(done, open - done);
    page += name == "title"   ? escape_html(title)
            : name == "style" ? kPageStyle
            : name == "body"  ? body
                              : kPageScript;
    done = close + 2;
  }
  return page += frame.substr(done);
}

}  // namespace nmt::report

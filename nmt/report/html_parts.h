#pragma once

#include <string>
#include <vector>

#include "nmt/report/sentences.h"
#include "nmt/report/tables.h"

// Pieces that the HTML pages have in common. Texts that they take are plain, and escaped here;
// what is called html or svg stands as it is.

namespace nmt::report {

/// A chart with its title, and with a key when its lines have names.
std::string figure(const std::string& title, const std::string& svg,
                   const std::vector<std::string>& lines = {});

/// The names beside pieces of the lines 0, 1, 2 … of charts.
std::string html_key(const std::vector<std::string>& names);

/// The first column names the rows; all others are flush right.
std::string html_table(const TextRows& table);

/// A list in small print, as code where it is to be copied.
std::string notes(const std::vector<std::string>& lines, bool code);

/// A sentence with the words that differ marked.
std::string marked(const std::vector<MarkedText>& pieces);

/// A text with its name, for a list <dl>.
std::string text_entry(const std::string& name, const std::string& html);

/// The whole page.
std::string fill_frame(const std::string& title, const std::string& body_html);

}  // namespace nmt::report

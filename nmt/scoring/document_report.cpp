#include "nmt/scoring/document_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "nmt/scoring/number_text.h"
#include "nmt/support/dump_json.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

using nlohmann::ordered_json;

std::string count(size_t number, const std::string& noun) {
  return text(number, " ", noun, number == 1 ? "" : "s");
}

std::string padded(const std::string& cell, size_t width) {
  return std::string(width - std::min(width, cell.size()), ' ') + cell;
}

std::string summary(const DocumentScores& scores, const DocumentSet& set) {
  std::string all =
      text(count(set.reference.documents.size(), "document"), ", ",
           count(set.reference.sentences.size(), "sentence"), "; the translation has ",
           count(set.hypothesis.sentences.size(), "sentence"), "\n");
  const std::vector<size_t>& realigned = scores.aligned.realigned;
  if (realigned.empty()) return all;
  constexpr size_t kNamed = 8;
  all += text("aligned anew, because they have another number of sentences: ",
              count(realigned.size(), "document"), " (");
  for (size_t i = 0; i < std::min(kNamed, realigned.size()); ++i)
    all += (i == 0 ? "" : ", ") + set.reference.ids[realigned[i]];
  return all + (realigned.size() > kNamed ? ", …)\n" : ")\n");
}

std::string table(const std::string& title, const std::string& segments,
                  const std::vector<BucketScore>& buckets) {
  constexpr size_t kName = 12;
  constexpr size_t kColumn = 12;
  std::string all = "\n" + title + "\n" + std::string(kName, ' ') + padded(segments, kColumn) +
                    padded("score", kColumn) + padded("length ratio", kColumn + 3) + "\n";
  for (const BucketScore& bucket : buckets) {
    all += padded(bucket.name, kName) + padded(std::to_string(bucket.segments), kColumn) +
           padded(fixed(bucket.score, 2), kColumn) +
           padded(bucket.length_ratio ? fixed(*bucket.length_ratio, 3) : "-", kColumn + 3) + "\n";
  }
  return all;
}

ordered_json to_object(const Score& score) {
  ordered_json object = {{"name", score.name}, {"score", score.value}};
  if (!score.details.empty()) object["verbose_score"] = score.details;
  object["signature"] = score.signature.text();
  return object;
}

ordered_json to_array(const std::vector<BucketScore>& buckets) {
  ordered_json array = ordered_json::array();
  for (const BucketScore& bucket : buckets) {
    ordered_json object = {{"bucket", bucket.name},
                           {"segments", bucket.segments},
                           {"score", bucket.score},
                           {"length_ratio", nullptr}};
    if (bucket.length_ratio) object["length_ratio"] = *bucket.length_ratio;
    array.push_back(std::move(object));
  }
  return array;
}

}  // namespace

std::string to_text(const DocumentScores& scores, const DocumentSet& set) {
  std::string all = summary(scores, set);
  for (const DocumentMetricScores& metric : scores.metrics) {
    all += to_line(metric.documents) + "\n";
    if (metric.instances) all += to_line(*metric.instances) + "\n";
    all += to_line(metric.sentences) + "\n";
  }
  for (const DocumentMetricScores& metric : scores.metrics) {
    const std::string& sentence = metric.sentences.name;
    const std::string& document = metric.documents.name;
    all += table(sentence + " by length of the sentence (words of the reference)", "sentences",
                 metric.by_sentence_length);
    all += table(sentence + " by position in the document", "sentences", metric.by_position);
    all += table(document + " by length of the document (words of the reference)", "documents",
                 metric.by_document_length);
  }
  return all;
}

std::string to_json(const DocumentScores& scores, const DocumentSet& set) {
  ordered_json all = {{"documents", set.reference.documents.size()},
                      {"sentences", set.reference.sentences.size()},
                      {"hypothesis_sentences", set.hypothesis.sentences.size()},
                      {"realigned", ordered_json::array()},
                      {"scores", ordered_json::array()}};
  for (const size_t document : scores.aligned.realigned)
    all["realigned"].push_back(set.reference.ids[document]);
  for (const DocumentMetricScores& metric : scores.metrics) {
    ordered_json object = {{"documents", to_object(metric.documents)}};
    if (metric.instances) object["instances"] = to_object(*metric.instances);
    object["sentences"] = to_object(metric.sentences);
    object["by_sentence_length"] = to_array(metric.by_sentence_length);
    object["by_position"] = to_array(metric.by_position);
    object["by_document_length"] = to_array(metric.by_document_length);
    for (size_t i = 0; i < set.reference.ids.size(); ++i) {
      object["each_document"].push_back(
          {{"id", set.reference.ids[i]},
           {"sentences", set.reference.documents[i].size()},
           {"hypothesis_sentences", set.hypothesis.documents[i].size()},
           {"score", metric.each_document[i]}});
    }
    all["scores"].push_back(std::move(object));
  }
  return dump_json(all, 1) + "\n";
}

}  // namespace nmt::scoring

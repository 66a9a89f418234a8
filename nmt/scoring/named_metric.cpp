#include "nmt/scoring/named_metric.h"

#include "nmt/scoring/bleu.h"
#include "nmt/scoring/chrf.h"
#include "nmt/scoring/ter.h"
#include "nmt/support/error.h"
#include "nmt/support/joined.h"

namespace nmt::scoring {

std::unique_ptr<Metric> make_named_metric(const std::string& name, const std::string& tokenizer,
                                          const std::string& tokenizer_model) {
  if (name == "bleu")
    return std::make_unique<Bleu>(
        BleuOptions{.tokenizer = tokenizer, .tokenizer_model = tokenizer_model});
  if (name == "chrf") return std::make_unique<Chrf>();
  if (name == "chrf++") return std::make_unique<Chrf>(ChrfOptions{.word_order = 2});
  if (name == "ter") return std::make_unique<Ter>();
  throw UsageError("there is no metric '" + name + "'",
                   "There are " + joined(named_metrics(), ", ") + ".");
}

}  // namespace nmt::scoring

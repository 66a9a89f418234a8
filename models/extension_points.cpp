#include "models/extension_points.h"

#include <algorithm>

namespace nmt {

SentenceInfo SentenceInfo::select(const torch::Tensor& rows) const {
  TORCH_CHECK(!token_rows.defined(), "rows cannot be chosen where tokens lie end to end");
  SentenceInfo chosen = *this;
  for (torch::Tensor* tensor : {&chosen.direction, &chosen.source_language, &chosen.target_language,
                                &chosen.source_mask, &chosen.source_counts, &chosen.target_mask})
    if (tensor->defined()) *tensor = tensor->index_select(0, rows);
  return chosen;
}

torch::Tensor SentenceInfo::at_positions(const torch::Tensor& of_rows) const {
  return token_rows.defined() ? of_rows.index_select(0, token_rows).unsqueeze(0)
                              : of_rows.unsqueeze(1);
}

const ActivationSite* ActivationSites::add(ActivationSite site) {
  sites_.push_back(std::make_unique<ActivationSite>(std::move(site)));
  return sites_.back().get();
}

const ActivationSite* ActivationSites::add_whole(const std::string& name, ActivationSide side,
                                                 int64_t width) {
  return add({.name = name, .side = side, .parts = {{.name = name, .offset = 0, .width = width}}});
}

void ActivationSites::listen(std::shared_ptr<ActivationListener> listener) {
  listeners_.push_back(std::move(listener));
}

void ActivationSites::forget(const std::shared_ptr<ActivationListener>& listener) {
  std::erase(listeners_, listener);
}

bool ActivationSites::needs_rows() const {
  return std::any_of(listeners_.begin(), listeners_.end(),
                     [](const auto& listener) { return !listener->position_wise(); });
}

torch::Tensor ActivationSites::notify(const ActivationSite* site, torch::Tensor h,
                                      const SentenceInfo& info) const {
  for (const auto& listener : listeners_) h = listener->on_activation(*site, h, info);
  return h;
}

}  // namespace nmt

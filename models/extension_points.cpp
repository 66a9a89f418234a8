#include "models/extension_points.h"

#include <algorithm>

namespace nmt {

SentenceInfo SentenceInfo::select(const torch::Tensor& rows) const {
  SentenceInfo chosen = *this;
  for (torch::Tensor* tensor : {&chosen.direction, &chosen.source_language, &chosen.target_language,
                                &chosen.source_mask, &chosen.source_counts, &chosen.target_mask})
    if (tensor->defined()) *tensor = tensor->index_select(0, rows);
  return chosen;
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

torch::Tensor ActivationSites::notify(const ActivationSite* site, torch::Tensor h,
                                      const SentenceInfo& info) const {
  for (const auto& listener : listeners_) h = listener->on_activation(*site, h, info);
  return h;
}

}  // namespace nmt

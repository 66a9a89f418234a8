#pragma once

#include <string>

namespace nmt::report::testing {

/// train.jsonl of a run that was continued once, skipped an update and had a bad batch; with texts
/// that harm a careless page.
inline std::string small_log() {
  return R"({"event":"start","update":0,"time":"2026-01-02T03:04:05Z","place":{"machine":"cpu <b>","threads":2,"processes":1,"libtorch":"2.11.0"}}
{"event":"train","update":10,"loss":6.5,"nll":6.25,"kl":0.5,"ppl":null,"lr":0.001,"gradient_norm":2.0,"target_tokens_per_second":1000,"padding_percent":3.5,"skipped":0,"epoch":1,"target_tokens":5000,"seconds":5,"worst":[{"update":1,"loss":9.0,"gradient_norm":8.0,"pair_count":2,"pairs":[0,1]}]}
{"event":"valid","update":10,"loss":6.0,"nll":5.75,"bleu":1.5,"chrf":10.5,"samples":[{"set":"valid","sentence":1,"source":"der Hund <img src=x>","reference":"the dog","translation":"a a a"},{"set":"valid","sentence":7,"source":"ja","reference":"yes","translation":"yes"}]}
{"event":"skipped","update":15,"pairs":[4,5,6]}
{"event":"train","update":20,"loss":4.0,"nll":3.75,"kl":0.25,"ppl":42.5,"lr":0.002,"gradient_norm":1.0,"target_tokens_per_second":3000,"padding_percent":2.5,"skipped":1,"epoch":1,"target_tokens":10000,"seconds":10,"worst":[{"update":12,"loss":5.0,"gradient_norm":1.5,"pair_count":3,"pairs":[2,3]},{"update":18,"loss":4.5,"gradient_norm":4.0,"pair_count":1,"pairs":[9]}]}
{"event":"valid","update":20,"loss":3.5,"nll":3.25,"bleu":12.25,"chrf":30.5,"samples":[{"set":"valid","sentence":1,"source":"der Hund <img src=x>","reference":"the dog","translation":"the cat"},{"set":"valid","sentence":7,"source":"ja","reference":"yes","translation":"yes"}]}
{"event":"start","update":20,"time":"2026-01-03T03:04:05Z","place":{"machine":"cpu","threads":4,"processes":1,"libtorch":"2.11.0"}}
{"event":"train","update":30,"loss":3.0,"nll":2.75,"kl":0.125,"ppl":15.5,"lr":0.0015,"gradient_norm":0.5,"target_tokens_per_second":2000,"padding_percent":3.0,"skipped":0,"epoch":2,"target_tokens":15000,"seconds":15,"worst":[{"update":29,"loss":3.25,"gradient_norm":0.75,"pair_count":1,"pairs":[3]}]}
{"event":"valid","update":30,"loss":3.25,"nll":3.0,"bleu":11.5,"chrf":31.5,"sets":[{"set":"valid","scores":{"BLEU":{"score":11.0,"signature":"nrefs:1|tok:13a"},"chrF2":{"score":31.0,"signature":"nrefs:1|nc:6"}}},{"set":"<b>","scores":{"BLEU":{"score":12.0,"signature":"nrefs:1|tok:<zh>"},"chrF2":{"score":32.0,"signature":"nrefs:1|nc:6"}}}],"samples":[{"set":"valid","sentence":1,"source":"der Hund <img src=x>","reference":"the dog","translation":"the dog"},{"set":"valid","sentence":7,"source":"ja","reference":"yes","translation":"yes"}]}
)";
}

}  // namespace nmt::report::testing

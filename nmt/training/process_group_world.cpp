// The processes of a run over LibTorch's c10d.

#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "nmt/support/error.h"
#include "nmt/training/mpi_backend.h"
#include "nmt/training/nccl_backend.h"
#include "nmt/training/process_watch.h"
#include "nmt/training/world.h"

namespace nmt {
namespace {

using Group = c10::intrusive_ptr<c10d::ProcessGroup>;
using Store = c10::intrusive_ptr<c10d::Store>;

void sum_over(c10d::ProcessGroup& group, torch::Tensor& tensor) {
  std::vector<torch::Tensor> tensors = {tensor};
  group.allreduce(tensors)->wait();
}

// Of texts, one a process: as the sum of a table in which each process fills its own row.
std::vector<std::string> gather_texts(c10d::ProcessGroup& group, const torch::Device& device,
                                      const std::string& mine) {
  const int64_t rank = group.getRank(), size = group.getSize();
  torch::Tensor lengths = torch::zeros({size}, torch::kInt64);
  lengths[rank] = static_cast<int64_t>(mine.size());
  lengths = lengths.to(device);
  sum_over(group, lengths);
  lengths = lengths.cpu();
  torch::Tensor bytes =
      torch::zeros({size, std::max<int64_t>(1, lengths.max().item<int64_t>())}, torch::kUInt8);
  std::copy(mine.begin(), mine.end(), bytes[rank].data_ptr<uint8_t>());
  bytes = bytes.to(device);
  sum_over(group, bytes);
  bytes = bytes.cpu();
  std::vector<std::string> texts;
  for (int64_t r = 0; r < size; ++r) {
    const auto* const first = bytes[r].const_data_ptr<uint8_t>();
    texts.emplace_back(first, first + lengths[r].item<int64_t>());
  }
  return texts;
}

class ProcessGroupWorld final : public World {
 public:
  ProcessGroupWorld(Group group, const torch::Device& device, const Store& store,
                    std::chrono::seconds time_limit)
      : group_(std::move(group)), device_(device) {
    watch_ = std::make_unique<ProcessWatch>(store, rank(), size(), time_limit);
    // NCCL meets at the first exchange, and waits there only as long as `time_limit`: now, not
    // after the main process has prepared the data.
    barrier();
  }

  ~ProcessGroupWorld() override {
    // After an error the others may not come any more.
    if (std::uncaught_exceptions() > 0) return;
    watch_->leave();
    barrier();
  }
  ProcessGroupWorld(const ProcessGroupWorld&) = delete;
  ProcessGroupWorld& operator=(const ProcessGroupWorld&) = delete;

  int64_t rank() const override { return group_->getRank(); }
  int64_t size() const override { return group_->getSize(); }

  void sum(torch::Tensor& tensor) override {
    together([&] { sum_over(*group_, tensor); });
  }

  void broadcast(torch::Tensor& tensor, int64_t from) override {
    together([&] {
      std::vector<torch::Tensor> tensors = {tensor};
      group_->broadcast(tensors, {.rootRank = from})->wait();
    });
  }

  std::vector<std::string> gather(const std::string& text) override {
    std::vector<std::string> texts;
    together([&] { texts = gather_texts(*group_, device_, text); });
    return is_main() ? texts : std::vector<std::string>();
  }

  void barrier() override {
    watch_->waiting(/*patient=*/true, [this] {
      torch::Tensor nothing = torch::zeros({1}, device_);
      sum_over(*group_, nothing);
      nothing.cpu();
    });
  }

  void together(const std::function<void()>& work) override {
    watch_->waiting(/*patient=*/false, work);
  }

  Group process_group() const override { return group_; }

 protected:
  torch::Device device() const override { return device_; }

 private:
  Group group_;
  torch::Device device_;
  std::unique_ptr<ProcessWatch> watch_;  // goes first
};

template <class Entry>
Entry* load_entry(const char* library, const char* entry, const char* remedy) {
  void* const loaded = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (loaded == nullptr)
    throw UsageError(
        text("several processes cannot work together in this installation: ", dlerror()), remedy);
  const auto found = reinterpret_cast<Entry*>(dlsym(loaded, entry));
  if (found == nullptr) throw Error(text(library, " is from another version"), "Build it again.");
  return found;
}

// Opened by the main process at a free port that it tells the others.
Store open_store_over(c10d::ProcessGroup& group, const Launch& launch,
                      std::chrono::seconds time_limit) {
  Store store;
  std::string place;
  if (launch.rank == 0) {
    std::string address = launch.address;
    if (address.empty()) {
      std::array<char, 256> host{};
      gethostname(host.data(), host.size() - 1);
      address = host.data();
    }
    const auto served = c10::make_intrusive<c10d::TCPStore>(
        address, c10d::TCPStoreOptions{
                     .port = 0, .isServer = true, .waitWorkers = false, .timeout = time_limit});
    place = text(served->getPort(), " ", address);
    store = served;
  }
  place = gather_texts(group, torch::kCPU, place).front();
  if (store) return store;
  const size_t space = place.find(' ');
  return c10::make_intrusive<c10d::TCPStore>(
      place.substr(space + 1),
      c10d::TCPStoreOptions{.port = static_cast<uint16_t>(std::stoi(place)),
                            .waitWorkers = false,
                            .timeout = time_limit});
}

Group make_group(const Launch& launch, torch::DeviceType device,
                 c10d::ProcessGroup::BackendType type,
                 const c10::intrusive_ptr<c10d::Backend>& backend) {
  Group group = c10::make_intrusive<c10d::ProcessGroup>(static_cast<int>(launch.rank),
                                                        static_cast<int>(launch.size));
  group->setBackend(device, type, backend);
  group->setDefaultBackend(type);
  return group;
}

std::unique_ptr<World> join_over_mpi(const Launch& launch, std::chrono::seconds time_limit) {
  if (launch.launcher == "torchrun")
    throw UsageError(
        "torchrun starts processes without MPI, over which those on CPUs work together",
        "Start with mpirun or srun, or use GPUs (--device cuda).");
  c10::intrusive_ptr<c10d::Backend> backend;
  load_entry<MpiEntry>(kMpiLibrary, kMpiEntry,
                       "Install Open MPI (Debian: libopenmpi-dev openmpi-bin), then configure and "
                       "build again.")(backend);
  if (backend->getRank() != launch.rank || backend->getSize() != launch.size)
    throw UsageError(
        text(launch.launcher, " started this as process ", launch.rank, " of ", launch.size,
             ", but its MPI says process ", backend->getRank(), " of ", backend->getSize()),
        "Use the launcher of the MPI that nmt was built with; with srun, its --mpi "
        "option.");
  const Group group =
      make_group(launch, torch::kCPU, c10d::ProcessGroup::BackendType::CUSTOM, backend);
  const Store store = open_store_over(*group, launch, time_limit);
  return std::make_unique<ProcessGroupWorld>(group, torch::kCPU, store, time_limit);
}

std::unique_ptr<World> join_over_nccl(const Launch& launch, const torch::Device& device,
                                      std::chrono::seconds time_limit) {
  if (launch.address.empty())
    throw UsageError(
        "processes on GPUs have to know where the first one is",
        "Set MASTER_ADDR: localhost where all are on one machine, else the first one's "
        "name, for example: export MASTER_ADDR=$(scontrol show hostnames | head -n 1)");
  const auto served = c10::make_intrusive<c10d::TCPStore>(
      launch.address, c10d::TCPStoreOptions{
                          .port = static_cast<uint16_t>(
                              launch.port > 0 ? launch.port : c10d::TCPStoreOptions::kDefaultPort),
                          .isServer = launch.rank == 0 && !launch.launcher_has_store,
                          .waitWorkers = false,
                          .timeout = time_limit});
  // A launcher's own store outlives the processes that it starts again after a failure.
  const Store store = c10::make_intrusive<c10d::PrefixStore>(text("nmt/", launch.attempt), served);
  c10::intrusive_ptr<c10d::Backend> backend;
  load_entry<NcclEntry>(
      kNcclLibrary, kNcclEntry,
      "Build with a torch wheel for CUDA, which brings the headers that it takes.")(
      backend, store, static_cast<int>(launch.rank), static_cast<int>(launch.size));
  const Group group =
      make_group(launch, torch::kCUDA, c10d::ProcessGroup::BackendType::NCCL, backend);
  return std::make_unique<ProcessGroupWorld>(group, device, store->clone(), time_limit);
}

}  // namespace

std::unique_ptr<World> join_processes(const Launch& launch, const torch::Device& device,
                                      std::chrono::seconds time_limit) {
  return device.is_cuda() ? join_over_nccl(launch, device, time_limit)
                          : join_over_mpi(launch, time_limit);
}

}  // namespace nmt

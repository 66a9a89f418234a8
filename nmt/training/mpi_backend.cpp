#include "nmt/training/mpi_backend.h"

#include <mpi.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "nmt/support/error.h"

namespace nmt {
namespace {

using Tensors = std::vector<at::Tensor>;

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> message{};
  int length = 0;
  MPI_Error_string(code, message.data(), &length);
  throw Error(text(call, " failed: ", std::string(message.data(), static_cast<size_t>(length))));
}

MPI_Datatype mpi_type(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return MPI_FLOAT;
    case at::kDouble:
      return MPI_DOUBLE;
    case at::kInt:
      return MPI_INT32_T;
    case at::kLong:
      return MPI_INT64_T;
    case at::kByte:
      return MPI_UINT8_T;
    default:
      throw Error(text("tensors of type ", tensor.dtype().name(), " cannot be exchanged over MPI"));
  }
}

/// The thread in which all of MPI happens: MPI then needs no locks, and the collectives of all
/// processes come in one order.
class MpiThread {
 public:
  MpiThread() {
    std::promise<void> started;
    thread_ = std::thread([this, &started] {
      try {
        start();
      } catch (...) {
        started.set_exception(std::current_exception());
        return;
      }
      started.set_value();
      run();
    });
    try {
      started.get_future().get();
    } catch (...) {
      thread_.join();
      throw;
    }
  }

  ~MpiThread() {
    // To end MPI means to wait for the other processes, which after an error may never come. A
    // process that ends without it is a failure to the launcher, which then ends the others.
    const bool failed = std::uncaught_exceptions() > 0;
    add([this, failed] {
      if (!failed) MPI_Finalize();
      stopped_ = true;
    });
    thread_.join();
  }
  MpiThread(const MpiThread&) = delete;
  MpiThread& operator=(const MpiThread&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }

  void add(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
  }

 private:
  void start() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    if (provided < MPI_THREAD_FUNNELED)
      throw Error("this MPI does not allow threads in a program that uses it",
                  "Use an MPI with MPI_THREAD_FUNNELED, such as Open MPI or MPICH.");
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }

  void run() {
    while (!stopped_) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !tasks_.empty(); });
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
  }

  int rank_ = 0, size_ = 1;
  bool stopped_ = false;  // of the thread alone
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  std::thread thread_;
};

using Begin = void (*)(void* data, int count, MPI_Datatype type, int root, MPI_Request& request);

void begin_sum(void* data, int count, MPI_Datatype type, int /*root*/, MPI_Request& request) {
  check(MPI_Iallreduce(MPI_IN_PLACE, data, count, type, MPI_SUM, MPI_COMM_WORLD, &request),
        "MPI_Iallreduce");
}

void begin_broadcast(void* data, int count, MPI_Datatype type, int root, MPI_Request& request) {
  check(MPI_Ibcast(data, count, type, root, MPI_COMM_WORLD, &request), "MPI_Ibcast");
}

// MPI's own waiting keeps a core busy, which on CPUs the model needs.
void wait_for(MPI_Request& request) {
  constexpr auto kPause = std::chrono::microseconds(20);
  for (int done = 0;;) {
    check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (done != 0) return;
    std::this_thread::sleep_for(kPause);
  }
}

void exchange(const at::Tensor& tensor, Begin begin, int root) {
  if (!tensor.is_contiguous()) throw Error("only contiguous tensors are exchanged over MPI");
  constexpr int64_t kLargestMessage = int64_t{1} << 30;  // MPI counts with int
  auto* const data = static_cast<char*>(tensor.data_ptr());
  for (int64_t first = 0; first < tensor.numel(); first += kLargestMessage) {
    const int64_t count = std::min(kLargestMessage, tensor.numel() - first);
    MPI_Request request = MPI_REQUEST_NULL;
    begin(data + first * tensor.element_size(), static_cast<int>(count), mpi_type(tensor), root,
          request);
    wait_for(request);
  }
}

class MpiBackend final : public c10d::Backend {
 public:
  explicit MpiBackend(std::unique_ptr<MpiThread> mpi)
      : Backend(mpi->rank(), mpi->size()), mpi_(std::move(mpi)) {}

  // NOLINTNEXTLINE(readability-const-return-type): as in the base class
  const std::string getBackendName() const override { return "mpi"; }

  c10::intrusive_ptr<c10d::Work> allreduce(Tensors& tensors,
                                           const c10d::AllreduceOptions& options) override {
    if (options.reduceOp.op_ != c10d::ReduceOp::SUM)
      throw Error("only sums are exchanged over MPI");
    return queue(tensors, begin_sum, 0);
  }

  c10::intrusive_ptr<c10d::Work> broadcast(Tensors& tensors,
                                           const c10d::BroadcastOptions& options) override {
    return queue(tensors, begin_broadcast, static_cast<int>(options.rootRank));
  }

 private:
  c10::intrusive_ptr<c10d::Work> queue(const Tensors& tensors, Begin begin, int root) {
    const auto done =
        c10::make_intrusive<c10::ivalue::Future>(c10::ListType::create(c10::TensorType::get()));
    mpi_->add([tensors, begin, root, done] {
      try {
        for (const at::Tensor& tensor : tensors) exchange(tensor, begin, root);
        done->markCompleted(c10::IValue(tensors));
      } catch (...) {
        done->setError(std::current_exception());
      }
    });
    return c10d::Work::create_from_future(done);
  }

  std::unique_ptr<MpiThread> mpi_;
};

}  // namespace
}  // namespace nmt

extern "C" void nmt_open_mpi_backend(c10::intrusive_ptr<c10d::Backend>& backend) {
  backend = c10::make_intrusive<nmt::MpiBackend>(std::make_unique<nmt::MpiThread>());
}

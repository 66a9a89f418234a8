#pragma once

namespace nmt::scoring {

// Not standard C++, but GCC and Clang have it on every 64-bit machine.
__extension__ using uint128 = unsigned __int128;

}  // namespace nmt::scoring

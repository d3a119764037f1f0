// The loop of the machine's limit, for a Step that says how wide a vector is and how it is multiplied and added. Everything is in an
// unnamed namespace: the files that include it are compiled for different processors.
#include "machine_limit.h"

namespace {

// Multiply-adds of independent vectors, none waiting for another.
template <typename Step>
double limit_of(int64_t rounds) {
    typename Step::vector sums[Step::count];
    for (auto& sum : sums) sum = Step::zero();
    volatile typename Step::scalar source = Step::one;
    const auto factor = Step::fill(source);
    for (int64_t round = 0; round < rounds; round++) {
        #pragma GCC unroll 16
        for (int i = 0; i < Step::count; i++) sums[i] = Step::multiply_add(sums[i], factor);
    }
    for (int i = 1; i < Step::count; i++) sums[0] = Step::add(sums[0], sums[i]);
    source = Step::first(sums[0]);
    return static_cast<double>(rounds) * Step::count * Step::operations;
}

}  // namespace

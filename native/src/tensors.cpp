#include "internal.h"

using namespace fts;

void fts_tensor_free(void* handle) {
    delete static_cast<at::Tensor*>(handle);
    live_tensors.fetch_sub(1, std::memory_order_relaxed);
}

int64_t fts_tensor_live_count() { return live_tensors.load(std::memory_order_relaxed); }

fts_status fts_tensor_info_get(void* handle, fts_tensor_info* info) {
    return guard([&] {
        const auto& t = tensor(handle);
        if (t.dim() > 8) throw std::length_error("tensors of more than 8 dimensions have no place here");
        for (int64_t d = 0; d < t.dim(); d++) {
            info->sizes[d] = t.size(d);
            info->strides[d] = t.stride(d);
        }
        info->elements = t.numel();
        info->dimensions = static_cast<int32_t>(t.dim());
        info->dtype = static_cast<int32_t>(t.scalar_type());
        info->device = code_of(t.device());
        info->flags = (t.requires_grad() ? 1 : 0) | (t.is_leaf() ? 2 : 0) | (t.is_contiguous() ? 4 : 0);
    });
}

fts_status fts_tensor_data(void* handle, void** data) {
    return guard([&] { *data = tensor(handle).data_ptr(); });
}

fts_status fts_tensor_from_memory(void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype, void (*release)(void*), void* context, void** result) {
    return guard([&] {
        const auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
        const at::IntArrayRef shape(sizes, dimensions);
        *result = wrap(release == nullptr
            ? at::from_blob(data, shape, options)
            : at::from_blob(data, shape, [release, context](void*) { release(context); }, options));
    });
}

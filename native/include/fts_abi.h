// The C ABI of libfts. The order of declarations here, of definitions in src/*.cpp and of FineTuneStudio.Engine/Native/NativeMethods.cs is the same.
// Every function returns a status; the message of the last failure on the calling thread is fts_last_error().
#pragma once
#include <cstdint>

#define FTS_API extern "C" __attribute__((visibility("default")))

enum fts_status : int32_t {
    FTS_OK = 0,
    FTS_FAILED = 1,          // a c10::Error or another exception: a defect of the caller (shapes, types) or of the library
    FTS_OUT_OF_MEMORY = 2,
    FTS_NOT_FOUND = 3,       // no such operator in this libtorch
    FTS_CALLBACK_FAILED = 4, // a managed callback reported a failure; the managed side keeps the exception
};

// A tagged argument or result of an operator. Lists point to memory that lives during the call.
enum fts_tag : int32_t {
    FTS_NONE = 0,
    FTS_TENSOR = 1,
    FTS_INT = 2,
    FTS_DOUBLE = 3,
    FTS_BOOL = 4,
    FTS_INT_LIST = 5,
    FTS_DOUBLE_LIST = 6,
    FTS_TENSOR_LIST = 7,
    FTS_STRING = 8,
    FTS_DEVICE = 9,           // integer = type * 256 + (index + 1)
    FTS_GENERATOR = 10,
    FTS_OPTIONAL_TENSOR_LIST = 11,
};

struct fts_value {
    int32_t tag;
    int32_t count;  // of a list or string
    union {
        int64_t integer;
        double real;
        void* pointer;
    };
};

struct fts_tensor_info {
    int64_t sizes[8];
    int64_t strides[8];
    int64_t elements;
    int32_t dimensions;
    int32_t dtype;      // c10::ScalarType
    int32_t device;     // as FTS_DEVICE
    int32_t flags;      // 1 requires_grad, 2 leaf, 4 contiguous
};

FTS_API const char* fts_last_error();
FTS_API const char* fts_version();   // of libtorch

// Operators: one generic door to the dispatcher.
FTS_API fts_status fts_operator_find(const char* name, const char* overload, void** result);
FTS_API fts_status fts_operator_schema(void* op, const char** text);  // lives as long as the process
FTS_API fts_status fts_operator_call(void* op, const fts_value* arguments, int32_t argument_count, fts_value* results, int32_t capacity, int32_t* result_count);

// Tensors.
FTS_API void fts_tensor_free(void* tensor);
FTS_API int64_t fts_tensor_live_count();
FTS_API fts_status fts_tensor_info_get(void* tensor, fts_tensor_info* info);
FTS_API fts_status fts_tensor_data(void* tensor, void** data);
FTS_API fts_status fts_tensor_from_memory(void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype, void (*release)(void*), void* context, void** result);

// Autograd.
FTS_API int32_t fts_grad_mode_set(int32_t enabled);  // returns what it was; per thread
FTS_API fts_status fts_tensor_requires_grad_set(void* tensor, int32_t required);
FTS_API fts_status fts_tensor_grad_get(void* tensor, void** result);     // null where there is none
FTS_API fts_status fts_tensor_grad_set(void* tensor, void* gradient);    // null clears it
FTS_API fts_status fts_backward(void* tensor, void* gradient);           // gradient null: a scalar's 1
// Runs callback(context, input) without recording; in the backward pass runs it again and differentiates it. The callback
// returns a new tensor handle, or null after a managed failure.
FTS_API fts_status fts_checkpoint(void* (*callback)(void* context, void* input), void (*release)(void* context), void* context, void* input, void** result);

// Random numbers.
FTS_API fts_status fts_generator_create(int32_t device, int64_t seed, void** result);
FTS_API void fts_generator_free(void* generator);
FTS_API fts_status fts_generator_state_get(void* generator, void** tensor);
FTS_API fts_status fts_generator_state_set(void* generator, void* tensor);

// Devices.
FTS_API int32_t fts_cuda_device_count();
FTS_API fts_status fts_device_prepare();  // fp32 products in fp32, for the whole process
FTS_API fts_status fts_device_name(int32_t device, char* text, int32_t capacity);
FTS_API fts_status fts_device_memory(int32_t device, int64_t* allocated, int64_t* peak, int64_t* total);  // bytes; -1 where nobody tells
FTS_API fts_status fts_device_memory_peak_reset(int32_t device);

// Machine.
FTS_API fts_status fts_threads_set(int32_t count);  // of the calling thread
FTS_API int32_t fts_threads_get();
FTS_API int32_t fts_processor_features();           // 1 AVX2, 2 AVX-512, 4 AVX-512 BF16, 8 AMX BF16 (permitted)
FTS_API fts_status fts_memory_trim();               // gives freed memory, the devices' too, back to the system

// The generic door: any operator of the dispatcher, ATen's and our own, boxed.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/Generator.h>
#include <ATen/core/stack.h>
#include <torch/version.h>

#include <map>
#include <mutex>
#include <sstream>

#include "internal.h"

using namespace fts;

namespace {

c10::IValue to_ivalue(const fts_value& value) {
    switch (value.tag) {
        case FTS_NONE: return {};
        case FTS_TENSOR: return value.pointer == nullptr ? c10::IValue() : c10::IValue(tensor(value.pointer));
        case FTS_INT: return value.integer;
        case FTS_DOUBLE: return value.real;
        case FTS_BOOL: return value.integer != 0;
        case FTS_INT_LIST: {
            const auto* items = static_cast<const int64_t*>(value.pointer);
            return c10::IValue(std::vector<int64_t>(items, items + value.count));
        }
        case FTS_DOUBLE_LIST: {
            const auto* items = static_cast<const double*>(value.pointer);
            return c10::IValue(std::vector<double>(items, items + value.count));
        }
        case FTS_TENSOR_LIST: {
            auto* const* items = static_cast<void* const*>(value.pointer);
            std::vector<at::Tensor> list;
            list.reserve(value.count);
            for (int32_t i = 0; i < value.count; i++) list.push_back(tensor(items[i]));
            return c10::IValue(std::move(list));
        }
        case FTS_OPTIONAL_TENSOR_LIST: {
            auto* const* items = static_cast<void* const*>(value.pointer);
            c10::List<fts::optional<at::Tensor>> list;
            for (int32_t i = 0; i < value.count; i++) {
                list.push_back(items[i] == nullptr ? fts::optional<at::Tensor>() : fts::optional<at::Tensor>(tensor(items[i])));
            }
            return c10::IValue(std::move(list));
        }
        case FTS_STRING: return c10::IValue(std::string(static_cast<const char*>(value.pointer), value.count));
        case FTS_DEVICE: return device_of(value.integer);
        case FTS_GENERATOR: return c10::IValue(*static_cast<at::Generator*>(value.pointer));
        default: throw std::invalid_argument("unknown argument tag " + std::to_string(value.tag));
    }
}

// The shapes of every tensor argument, for messages: aten::mm([2, 3] float, [4, 5] float).
std::string describe(const c10::OperatorHandle& op, const fts_value* arguments, int32_t count) {
    std::string text = op.schema().name() + "(";
    for (int32_t i = 0; i < count; i++) {
        if (i > 0) text += ", ";
        const auto& value = arguments[i];
        if (value.tag == FTS_TENSOR && value.pointer != nullptr) {
            const auto& t = tensor(value.pointer);
            text += "[";
            for (int64_t d = 0; d < t.dim(); d++) text += (d > 0 ? ", " : "") + std::to_string(t.size(d));
            text += std::string("] ") + c10::toString(t.scalar_type());
        } else if (value.tag == FTS_INT) {
            text += std::to_string(value.integer);
        } else if (value.tag == FTS_DOUBLE) {
            text += std::to_string(value.real);
        } else if (value.tag == FTS_BOOL) {
            text += value.integer ? "true" : "false";
        } else if (value.tag == FTS_INT_LIST) {
            text += "(";
            for (int32_t k = 0; k < value.count; k++) text += (k > 0 ? ", " : "") + std::to_string(static_cast<const int64_t*>(value.pointer)[k]);
            text += ")";
        } else {
            text += value.tag == FTS_NONE ? "none" : "...";
        }
    }
    return text + ")";
}

void put(const c10::IValue& value, fts_value* results, int32_t capacity, int32_t& count) {
    if (value.isTensorList()) {
        for (const at::Tensor& item : value.toTensorVector()) put(c10::IValue(item), results, capacity, count);
        return;
    }
    if (count >= capacity) throw std::length_error("the operator returns more than " + std::to_string(capacity) + " values");
    auto& result = results[count++];
    result.count = 0;
    if (value.isTensor()) {
        result.tag = FTS_TENSOR;
        result.pointer = wrap(value.toTensor());
    } else if (value.isInt()) {
        result.tag = FTS_INT;
        result.integer = value.toInt();
    } else if (value.isDouble()) {
        result.tag = FTS_DOUBLE;
        result.real = value.toDouble();
    } else if (value.isBool()) {
        result.tag = FTS_BOOL;
        result.integer = value.toBool() ? 1 : 0;
    } else if (value.isNone()) {
        result.tag = FTS_NONE;
        result.pointer = nullptr;
    } else {
        throw std::invalid_argument("the operator returns a " + value.tagKind() + ", which has no place in a result");
    }
}

}  // namespace

const char* fts_last_error() { return last_error.c_str(); }

const char* fts_version() { return TORCH_VERSION; }

fts_status fts_operator_find(const char* name, const char* overload, void** result) {
    return guard([&] {
        auto found = c10::Dispatcher::singleton().findSchema({name, overload});
        if (!found) throw not_found(std::string("libtorch ") + TORCH_VERSION + " has no operator " + name + (overload[0] ? std::string(".") + overload : ""));
        *result = new c10::OperatorHandle(*found);  // kept for the life of the process, like the operator
    });
}

fts_status fts_operator_schema(void* op, const char** text) {
    return guard([&] {
        static std::mutex lock;
        static std::map<void*, std::string> texts;
        std::lock_guard<std::mutex> held(lock);
        auto [place, is_new] = texts.try_emplace(op);
        if (is_new) {
            std::ostringstream written;
            written << static_cast<c10::OperatorHandle*>(op)->schema();
            place->second = written.str();
        }
        *text = place->second.c_str();
    });
}

fts_status fts_operator_call(void* op, const fts_value* arguments, int32_t argument_count, fts_value* results, int32_t capacity, int32_t* result_count) {
    const auto& handle = *static_cast<c10::OperatorHandle*>(op);
    const auto status = guard([&] {
        const auto& declared = handle.schema().arguments();
        if (argument_count > static_cast<int32_t>(declared.size())) throw std::invalid_argument("too many arguments");
        torch::jit::Stack stack;
        stack.reserve(declared.size());
        for (int32_t i = 0; i < argument_count; i++) stack.push_back(to_ivalue(arguments[i]));
        for (size_t i = argument_count; i < declared.size(); i++) {
            if (!declared[i].default_value()) throw std::invalid_argument("argument '" + declared[i].name() + "' is missing");
            stack.push_back(*declared[i].default_value());
        }
        handle.callBoxed(&stack);
        int32_t count = 0;
        for (const auto& value : stack) put(value, results, capacity, count);
        *result_count = count;
    });
    if (status == FTS_FAILED || status == FTS_OUT_OF_MEMORY) last_error = describe(handle, arguments, argument_count) + ": " + last_error;
    return status;
}

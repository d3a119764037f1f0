using System.Buffers;
using System.Text;
using FineTuneStudio.Engine.Native;

namespace FineTuneStudio.Engine.Tensors;

/// <summary>One operator of libtorch's dispatcher, ATen's or our own, found once and called boxed: the generic door.</summary>
/// <remarks>Arguments left out at the end take the defaults of the operator's schema.</remarks>
internal sealed unsafe class Operator
{
    /// <summary>Most values of a result; the entries of a list count.</summary>
    public const int MaxResults = 64;

    private readonly string _name;
    private readonly string _overload;
    private nint _pointer;
    private bool _isMissing;
    private string[]? _argumentNames;

    private Operator(string name, string overload)
    {
        _name = name;
        _overload = overload;
    }

    /// <summary>Names an operator; it is looked up at its first call.</summary>
    /// <param name="name">Qualified name, e.g. <c>aten::add.Tensor</c>.</param>
    public static Operator Named(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot < 0 ? new Operator(name, "") : new Operator(name[..dot], name[(dot + 1)..]);
    }

    /// <summary>Whether this libtorch (or libfts) has the operator.</summary>
    public bool Exists
    {
        get
        {
            if (_pointer == 0 && !_isMissing)
            {
                _isMissing = NativeMethods.OperatorFind(_name, _overload, out _pointer) != NativeStatus.Ok;
            }

            return _pointer != 0;
        }
    }

    /// <summary>Whether there is such an operator and its arguments begin with these names, in this order: schemas differ between versions of libtorch.</summary>
    public bool Takes(params ReadOnlySpan<string> arguments)
    {
        if (!Exists)
        {
            return false;
        }

        var names = _argumentNames ??= ArgumentNames(NativeMethods.OperatorSchema(_pointer));
        return names.Length >= arguments.Length && arguments.SequenceEqual(names.AsSpan(0, arguments.Length));
    }

    /// <summary>Calls an operator with one tensor result.</summary>
    /// <exception cref="TensorException">The arguments do not fit; the message has every shape.</exception>
    public Tensor Call(params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(arguments, results);
        return count == 1 && results[0].Tag == NativeTag.Tensor
            ? Tensor.Adopt(results[0].Pointer)
            : throw Unexpected(results, count, "one tensor");
    }

    /// <summary>Calls an operator with several tensor results; undefined ones are <see langword="null"/>.</summary>
    public Tensor?[] CallMany(params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(arguments, results);
        var tensors = new Tensor?[count];
        for (var index = 0; index < count; index++)
        {
            if (results[index].Tag is not (NativeTag.Tensor or NativeTag.None))
            {
                throw Unexpected(results, count, "tensors");
            }

            tensors[index] = results[index].Pointer == 0 ? null : Tensor.Adopt(results[index].Pointer);
        }

        return tensors;
    }

    /// <summary>Calls an operator with several results and gives the first, a tensor.</summary>
    public Tensor CallFirst(params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(arguments, results);
        if (count == 0 || results[0].Tag != NativeTag.Tensor)
        {
            throw Unexpected(results, count, "a tensor first");
        }

        Release(results + 1, count - 1);
        return Tensor.Adopt(results[0].Pointer);
    }

    /// <summary>Calls an operator for its effect (in place, or without a result).</summary>
    public void Run(params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        Release(results, Invoke(arguments, results));
    }

    /// <summary>Calls an operator that returns a number or truth value.</summary>
    public double CallNumber(params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(arguments, results);
        return count == 1 && results[0].Tag is NativeTag.Double or NativeTag.Int or NativeTag.Bool
            ? results[0].Tag == NativeTag.Double ? results[0].Real : results[0].Integer
            : throw Unexpected(results, count, "one number");
    }

    // "aten::mm(Tensor self, Tensor mat2) -> Tensor": the last word of each argument, without its default. Commas inside of brackets
    // (bool[2], defaults that are lists) part no arguments.
    private static string[] ArgumentNames(string schema)
    {
        var open = schema.IndexOf('(', StringComparison.Ordinal);
        var names = new List<string>();
        var (depth, start) = (0, open + 1);
        for (var index = open; index < schema.Length; index++)
        {
            depth += schema[index] switch { '(' or '[' => 1, ')' or ']' => -1, _ => 0 };
            if (depth == 0 || (depth == 1 && schema[index] == ','))
            {
                var argument = schema[start..index].Split('=')[0].Trim();
                if (argument is not ("" or "*"))
                {
                    names.Add(argument[(argument.LastIndexOf(' ') + 1)..]);
                }

                start = index + 1;
                if (depth == 0)
                {
                    break;
                }
            }
        }

        return [.. names];
    }

    private static void Release(NativeValue* results, int count)
    {
        for (var index = 0; index < count; index++)
        {
            if (results[index].Tag == NativeTag.Tensor && results[index].Pointer != 0)
            {
                NativeMethods.TensorFree(results[index].Pointer);
            }
        }
    }

    private InvalidOperationException Unexpected(NativeValue* results, int count, string expected)
    {
        Release(results, count);
        return new InvalidOperationException($"{_name} returned {count} values; {expected} was expected.");
    }

    private int Invoke(ReadOnlySpan<Argument> arguments, NativeValue* results)
    {
        if (_pointer == 0)
        {
            NativeMethods.OperatorFind(_name, _overload, out _pointer).ThrowIfFailed();
        }

        // Lists and strings are copied behind the arguments, into memory that outlives the call.
        var bytes = 0;
        foreach (ref readonly var argument in arguments)
        {
            bytes += argument.ExtraBytes;
        }

        byte[]? rented = null;
        Span<byte> extra = bytes <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(bytes);
        var values = stackalloc NativeValue[arguments.Length];
        fixed (byte* start = extra)
        {
            var next = start;
            for (var index = 0; index < arguments.Length; index++)
            {
                values[index] = arguments[index].ToNative(ref next);
            }

            var status = NativeMethods.OperatorCall(_pointer, values, arguments.Length, results, MaxResults, out var count);
            foreach (ref readonly var argument in arguments)
            {
                argument.KeepAlive();
            }

            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }

            status.ThrowIfFailed();
            return count;
        }
    }

    /// <summary>One argument; every kind converts implicitly.</summary>
    internal readonly struct Argument
    {
        private readonly NativeTag _tag;
        private readonly long _bits;
        private readonly object? _object;

        private Argument(NativeTag tag, long bits, object? value = null)
        {
            _tag = tag;
            _bits = bits;
            _object = value;
        }

        public static Argument None => default;

        public int ExtraBytes => _object switch
        {
            long[] list => list.Length * sizeof(long),
            double[] list => list.Length * sizeof(double),
            Tensor?[] list => list.Length * sizeof(nint),
            string text => Encoding.UTF8.GetMaxByteCount(text.Length) + sizeof(long),
            _ => 0,
        };

        public static implicit operator Argument(Tensor? tensor) => tensor is null ? None : new(NativeTag.Tensor, 0, tensor);

        public static implicit operator Argument(int value) => new(NativeTag.Int, value);

        public static implicit operator Argument(long value) => new(NativeTag.Int, value);

        public static implicit operator Argument(double value) => new(NativeTag.Double, BitConverter.DoubleToInt64Bits(value));

        public static implicit operator Argument(bool value) => new(NativeTag.Bool, value ? 1 : 0);

        public static implicit operator Argument(DType value) => new(NativeTag.Int, (long)value);

        public static implicit operator Argument(Device value) => new(NativeTag.Device, value.Code);

        public static implicit operator Argument(long[] values) => new(NativeTag.IntList, 0, values);

        public static implicit operator Argument(double[] values) => new(NativeTag.DoubleList, 0, values);

        public static implicit operator Argument(Tensor[] values) => new(NativeTag.TensorList, 0, values);

        public static implicit operator Argument(string value) => new(NativeTag.String, 0, value);

        public static implicit operator Argument(RandomGenerator? value) => value is null ? None : new(NativeTag.Generator, 0, value);

        /// <summary>A list whose entries may be absent, as indexing takes.</summary>
        public static Argument OptionalTensors(Tensor?[] values) => new(NativeTag.OptionalTensorList, 0, values);

        public NativeValue ToNative(ref byte* next)
        {
            var value = new NativeValue { Tag = _tag };
            switch (_object)
            {
                case null:
                    value.Integer = _bits;
                    break;
                case Tensor tensor:
                    value.Pointer = tensor.NativePointer;
                    break;
                case RandomGenerator generator:
                    value.Pointer = generator.NativePointer;
                    break;
                case long[] list:
                    Copy<long>(list, ref value, ref next);
                    break;
                case double[] list:
                    Copy<double>(list, ref value, ref next);
                    break;
                case Tensor?[] list:
                    value.Count = list.Length;
                    value.Pointer = (nint)next;
                    foreach (var item in list)
                    {
                        *(nint*)next = item?.NativePointer ?? 0;
                        next += sizeof(nint);
                    }

                    break;
                case string text:
                    value.Pointer = (nint)next;
                    value.Count = Encoding.UTF8.GetBytes(text, new Span<byte>(next, Encoding.UTF8.GetMaxByteCount(text.Length)));
                    next += (value.Count + sizeof(long) - 1) / sizeof(long) * sizeof(long);
                    break;
            }

            return value;
        }

        public void KeepAlive() => GC.KeepAlive(_object);

        private static void Copy<T>(T[] list, ref NativeValue value, ref byte* next)
            where T : unmanaged
        {
            value.Count = list.Length;
            value.Pointer = (nint)next;
            list.CopyTo(new Span<T>(next, list.Length));
            next += list.Length * sizeof(T);
        }
    }
}

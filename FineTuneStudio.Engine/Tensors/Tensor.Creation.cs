using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FineTuneStudio.Engine.Native;

namespace FineTuneStudio.Engine.Tensors;

/// <content>Making tensors, and getting numbers in and out.</content>
public sealed partial class Tensor
{
    private static readonly Operator EmptyOperator = Operator.Named("aten::empty.memory_format");
    private static readonly Operator FullOperator = Operator.Named("aten::full");
    private static readonly Operator ZerosLikeOperator = Operator.Named("aten::zeros_like");
    private static readonly Operator ArangeOperator = Operator.Named("aten::arange.start_step");
    private static readonly Operator UniformOperator = Operator.Named("aten::uniform_");
    private static readonly Operator NormalOperator = Operator.Named("aten::normal_");
    private static readonly Operator BernoulliOperator = Operator.Named("aten::bernoulli_.float");
    private static readonly Operator ToOperator = Operator.Named("aten::to.dtype");
    private static readonly Operator ToDeviceOperator = Operator.Named("aten::to.device");
    private static readonly Operator ContiguousOperator = Operator.Named("aten::contiguous");
    private static readonly Operator CloneOperator = Operator.Named("aten::clone");
    private static readonly Operator DetachOperator = Operator.Named("aten::detach");
    private static readonly Operator CopyOperator = Operator.Named("aten::copy_");
    private static readonly Operator ItemOperator = Operator.Named("aten::item");

    /// <summary>Uninitialised memory of a shape.</summary>
    public static Tensor Empty(long[] shape, DType dtype, Device device = default)
        => EmptyOperator.Call(shape, dtype, Operator.Argument.None, device);

    /// <summary>One value everywhere.</summary>
    public static Tensor Full(long[] shape, double value, DType dtype, Device device = default)
        => FullOperator.Call(shape, value, dtype, Operator.Argument.None, device);

    /// <summary>Zero everywhere.</summary>
    public static Tensor Zeros(long[] shape, DType dtype, Device device = default) => Full(shape, 0, dtype, device);

    /// <summary>Zero everywhere, of another tensor's shape, type and place.</summary>
    public static Tensor ZerosLike(Tensor other) => ZerosLikeOperator.Call(other);

    /// <summary><c>start, start + step, ...</c> below <paramref name="end"/>.</summary>
    public static Tensor Arange(double start, double end, double step, DType dtype, Device device = default)
        => ArangeOperator.Call(start, end, step, dtype, Operator.Argument.None, device);

    /// <summary>Copies numbers into a new tensor of the matching type; without a shape it is a vector.</summary>
    /// <exception cref="ArgumentException">The shape holds another number of elements.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, params long[] shape)
        where T : unmanaged
    {
        var tensor = Empty(shape.Length == 0 ? [values.Length] : shape, DTypeOf<T>());
        if (tensor.ElementCount != values.Length)
        {
            tensor.Dispose();
            throw new ArgumentException($"{values.Length} numbers do not fill [{string.Join(", ", shape)}].", nameof(values));
        }

        values.CopyTo(tensor.AsSpan<T>());
        return tensor;
    }

    /// <summary>A tensor over memory that something else owns (a mapped file), without a copy.</summary>
    /// <param name="data">First byte; aligned for the type.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="dtype">Element type.</param>
    /// <param name="owner">Kept alive as long as any tensor looks at the memory.</param>
    public static unsafe Tensor FromMemory(nint data, long[] shape, DType dtype, object owner)
    {
        var context = GCHandle.ToIntPtr(GCHandle.Alloc(owner));
        fixed (long* sizes = shape)
        {
            NativeMethods.TensorFromMemory(data, sizes, shape.Length, (int)dtype, &ReleaseOwner, context, out var result).ThrowIfFailed();
            return new Tensor(result);
        }
    }

    /// <summary>The element type of a .NET number; <see cref="ushort"/> stands for bfloat16's bits.</summary>
    public static DType DTypeOf<T>()
        where T : unmanaged => Type.GetTypeCode(typeof(T)) switch
        {
            TypeCode.Single => DType.Float32,
            TypeCode.Double => DType.Float64,
            TypeCode.Int32 => DType.Int32,
            TypeCode.Int64 => DType.Int64,
            TypeCode.Int16 => DType.Int16,
            TypeCode.SByte => DType.Int8,
            TypeCode.Byte => DType.UInt8,
            TypeCode.Boolean => DType.Bool,
            TypeCode.UInt16 => DType.BFloat16,
            _ when typeof(T) == typeof(Half) => DType.Float16,
            _ => throw new ArgumentException($"No element type holds a {typeof(T).Name}."),
        };

    /// <summary>The elements in place, to read or write. Only in main memory, only contiguous, only while the tensor lives.</summary>
    /// <exception cref="InvalidOperationException">Another element type, another place, or gaps between elements.</exception>
    public unsafe Span<T> AsSpan<T>()
        where T : unmanaged
    {
        if (!Device.IsCpu || !IsContiguous || Unsafe.SizeOf<T>() != DType.Size())
        {
            throw new InvalidOperationException($"{this} on {Device}{(IsContiguous ? "" : ", with gaps,")} cannot be read in place as {typeof(T).Name}.");
        }

        return new Span<T>((void*)DataPointer, checked((int)ElementCount));
    }

    /// <summary>Address of the first element.</summary>
    public nint DataPointer
    {
        get
        {
            NativeMethods.TensorData(_handle, out var data).ThrowIfFailed();
            return data;
        }
    }

    /// <summary>The elements in order, converted to <typeparamref name="T"/>'s type where needed.</summary>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        using var scope = TensorScope.Enter();
        using var off = GradMode.Off();
        return To(DTypeOf<T>()).To(Device.Cpu).Contiguous().AsSpan<T>().ToArray();
    }

    /// <summary>The one element of a one-element tensor.</summary>
    public double Item() => ItemOperator.CallNumber(this);

    /// <summary>Converted to another type; itself where it has it already.</summary>
    public Tensor To(DType dtype) => dtype == DType ? this : ToOperator.Call(this, dtype);

    /// <summary>Moved to another device; itself where it is there already.</summary>
    public Tensor To(Device device) => device == Device ? this : ToDeviceOperator.Call(this, device, DType);

    /// <summary>Moved and converted, by the faster of the two devices.</summary>
    public Tensor To(Device device, DType dtype) => device.IsCpu ? To(dtype).To(device) : To(device).To(dtype);

    /// <summary>With elements in order and no gaps; itself where it is so already.</summary>
    public Tensor Contiguous() => IsContiguous ? this : ContiguousOperator.Call(this);

    /// <summary>A copy.</summary>
    public Tensor Clone() => CloneOperator.Call(this);

    /// <summary>The same memory without what was recorded.</summary>
    public Tensor Detach() => DetachOperator.Call(this);

    /// <summary>Copies another tensor's elements in, converting and broadcasting.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor CopyFrom(Tensor source)
    {
        CopyOperator.Run(this, source);
        return this;
    }

    /// <summary>Fills with uniform numbers from <paramref name="low"/> to below <paramref name="high"/>.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor FillUniform(double low, double high, RandomGenerator generator)
    {
        UniformOperator.Run(this, low, high, generator);
        return this;
    }

    /// <summary>Fills with normal numbers.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor FillNormal(double mean, double deviation, RandomGenerator generator)
    {
        NormalOperator.Run(this, mean, deviation, generator);
        return this;
    }

    /// <summary>Fills with ones at this probability, zeros elsewhere.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor FillBernoulli(double probability, RandomGenerator generator)
    {
        BernoulliOperator.Run(this, probability, generator);
        return this;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseOwner(nint context) => GCHandle.FromIntPtr(context).Free();
}

using System.Collections.Frozen;
using System.Numerics;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Attributes of numbers, ranges, macros and the engine's own objects.</summary>
internal static class OtherTypes
{
    private static readonly FrozenDictionary<string, Builtin> Integer = new Builtin[]
    {
        Builtin.Method("bit_length", "", (_, a) => Boxed.Of(BitLength(PyNumber.ToBig(a[0]!)))),
        Builtin.Method("bit_count", "", (_, a) => Boxed.Of((long)BigInteger.PopCount(BigInteger.Abs(PyNumber.ToBig(a[0]!))))),
        Builtin.Method("conjugate", "", (_, a) => Boxed.Of(PyNumber.ToBig(a[0]!))),
        Builtin.Method("as_integer_ratio", "", (_, a) => new PyTuple(Boxed.Of(PyNumber.ToBig(a[0]!)), Boxed.Of(1))),
    }.ToFrozenDictionary(method => method.Name);

    private static readonly FrozenDictionary<string, Builtin> Float = new Builtin[]
    {
        Builtin.Method("is_integer", "", (_, a) => Boxed.Of(double.IsInteger((double)a[0]!))),
        Builtin.Method("conjugate", "", (_, a) => a[0]!),
        Builtin.Method("hex", "", (_, a) => Hex((double)a[0]!)),
        Builtin.Method("as_integer_ratio", "", (_, a) => Ratio((double)a[0]!)),
    }.ToFrozenDictionary(method => method.Name);

    private static readonly Builtin CyclerNext = Builtin.Method("next", "", (_, a) => ((Cycler)a[0]!).Next());
    private static readonly Builtin CyclerReset = Builtin.Method("reset", "", (_, a) =>
    {
        ((Cycler)a[0]!).Reset();
        return None.Value;
    });

    private static readonly Builtin Decode = Builtin.Method("decode", "encoding? errors?", (_, a) => System.Text.Encoding.UTF8.GetString(((PyBytes)a[0]!).Bytes));

    private static readonly Builtin BytesHex = Builtin.Method("hex", "", (_, a) => Convert.ToHexStringLower(((PyBytes)a[0]!).Bytes));

    /// <summary>A public attribute of a value, or <see langword="null"/>.</summary>
    public static object? Attribute(object value, string name) => value switch
    {
        double number => name switch
        {
            "real" => number,
            "imag" => 0.0,
            _ => Bind(value, Float, name),
        },
        long or bool or BigInteger => name switch
        {
            "real" or "numerator" => Boxed.Of(PyNumber.ToBig(value)),
            "imag" => Boxed.Of(0),
            "denominator" => Boxed.Of(1),
            _ => Bind(value, Integer, name),
        },
        MacroFunction macro => macro.Attribute(name),
        PyRange range => name switch
        {
            "start" => Boxed.Of(range.Start),
            "stop" => Boxed.Of(range.Stop),
            "step" => Boxed.Of(range.Step),
            _ => Bind(value, Methods.OfTuple, name),
        },
        Cycler cycler => name switch
        {
            "current" => cycler.Current,
            "next" => new BoundMethod(value, CyclerNext),
            "reset" => new BoundMethod(value, CyclerReset),
            "items" => new PyTuple(cycler.Items),
            "pos" => Boxed.Of(cycler.Position),
            _ => null,
        },
        Joiner joiner => joiner.Attribute(name),
        TemplateReference reference => reference.Block(name),
        PyBytes => name switch
        {
            "decode" => new BoundMethod(value, Decode),
            "hex" => new BoundMethod(value, BytesHex),
            _ => null,
        },
        PyDictView view when name == "mapping" => view.Dict,
        Builtin builtin when ReferenceEquals(builtin, Globals.Dict) && name == "fromkeys" => Globals.FromKeys,
        _ => null,
    };

    private static BoundMethod? Bind(object value, FrozenDictionary<string, Builtin> methods, string name) =>
        methods.TryGetValue(name, out var method) ? new BoundMethod(value, method) : null;

    private static long BitLength(BigInteger value) => value.IsZero ? 0 : BigInteger.Abs(value).GetBitLength();

    private static PyTuple Ratio(double value)
    {
        if (!double.IsFinite(value))
        {
            throw TemplateException.Value("An infinite number or NaN is no ratio of integers.");
        }

        var denominator = BigInteger.One;
        while (!double.IsInteger(value))
        {
            value *= 2;
            denominator *= 2;
        }

        return new PyTuple(Boxed.Of(new BigInteger(value)), Boxed.Of(denominator));
    }

    private static string Hex(double value)
    {
        if (!double.IsFinite(value))
        {
            return FloatText.Repr(value);
        }

        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        var power = (int)(bits >> 52);
        var sign = double.IsNegative(value) ? "-" : "";
        if (bits == 0)
        {
            return sign + "0x0.0p+0";
        }

        var exponent = power == 0 ? -1022 : power - 1023;
        return $"{sign}0x{(power == 0 ? 0 : 1)}.{bits & 0xFFFFFFFFFFFFF:x13}p{(exponent < 0 ? "" : "+")}{exponent}";
    }
}

using System.Globalization;
using System.Numerics;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Filters that give numbers, or text of numbers.</summary>
internal static class NumberFilters
{
    public static IEnumerable<Builtin> All =>
    [
        new("abs", "x /", (_, a) => a[0] switch
        {
            double number => Math.Abs(number),
            _ when PyNumber.IsInteger(a[0]!) => Boxed.Of(BigInteger.Abs(PyNumber.ToBig(a[0]!))),
            _ => throw TemplateException.Type($"abs needs a number, not {PyType.Describe(a[0]!)}; the int and float filters convert."),
        }),
        new("int", "value default? base?", (_, a) => ToInt(a[0]!, Parameters.Int(a[2], 10, "int's base")) ?? a[1] ?? Boxed.Of(0)),
        new("float", "value default?", (_, a) => ToFloat(a[0]!) is { } number ? number : a[1] ?? 0.0),
        new("round", "value precision? method?", Round),
        new("filesizeformat", "value binary?", (_, a) => FileSize(a[0]!, Parameters.Flag(a[1]))),
    ];

    /// <summary>Python's <c>int(value)</c>, else its <c>int(float(value))</c>, else <see langword="null"/>.</summary>
    private static object? ToInt(object value, int radix)
    {
        switch (value)
        {
            case Undefined undefined:
                throw undefined.Fault();
            case double number when double.IsInfinity(number):
                throw new TemplateException(TemplateFaultKind.Overflow, "An infinite number is no integer.");
            case double number:
                return double.IsNaN(number) ? null : Boxed.Of(new BigInteger(Math.Truncate(number)));
            case long or bool or BigInteger:
                return Boxed.Of(PyNumber.ToBig(value));
            case string or Markup:
                var text = PyText.Raw(value)!;
                return NumberText.ParseInt(text, radix) is { } integer ? Boxed.Of(integer)
                    : NumberText.ParseFloat(text) is { } real && double.IsFinite(real) ? Boxed.Of(new BigInteger(Math.Truncate(real)))
                    : null;
            default:
                return null;
        }
    }

    private static double? ToFloat(object value) => value switch
    {
        Undefined undefined => throw undefined.Fault(),
        string or Markup => NumberText.ParseFloat(PyText.Raw(value)!),
        _ => PyNumber.IsNumber(value) ? PyNumber.ToDouble(value) : null,
    };

    private static object Round(RenderState state, object?[] a)
    {
        var value = a[0]!;
        var method = a[2] is null ? "common" : PyText.Raw(a[2]!);
        if (method is not ("common" or "ceil" or "floor"))
        {
            throw new TemplateException(TemplateFaultKind.Runtime, $"round's method is common, ceil or floor, not {PyText.Repr(a[2]!)}.");
        }

        if (!PyNumber.IsNumber(value))
        {
            throw value is Undefined undefined ? undefined.Fault()
                : TemplateException.Type($"round needs a number, not {PyType.Describe(value)}; the float filter converts.");
        }

        var precision = Parameters.Int(a[1] is None ? null : a[1], 0, "round's precision");
        if (method == "common")
        {
            var rounded = value is double number ? FloatText.Round(number, precision) : RoundInteger(PyNumber.ToBig(value), precision);
            return a[1] is None && rounded is double whole ? Boxed.Of(new BigInteger(whole)) : rounded;
        }

        var factor = PyOperators.Apply(state, BinaryOperator.Power, Boxed.Of(10), Boxed.Of(precision));
        var scaled = PyOperators.Apply(state, BinaryOperator.Multiply, value, factor);
        if (scaled is double real)
        {
            scaled = double.IsFinite(real)
                ? Boxed.Of(new BigInteger(method == "ceil" ? Math.Ceiling(real) : Math.Floor(real)))
                : throw new TemplateException(TemplateFaultKind.Overflow, "An infinite number cannot be rounded.");
        }

        return PyOperators.Apply(state, BinaryOperator.Divide, scaled, factor);
    }

    private static object RoundInteger(BigInteger value, int precision)
    {
        if (precision >= 0)
        {
            return Boxed.Of(value);
        }

        var unit = BigInteger.Pow(10, Math.Min(-precision, 10_000));
        var floor = PyNumber.FloorDivide(value, unit);
        var order = (PyNumber.Modulo(value, unit) * 2).CompareTo(unit);
        return Boxed.Of((order > 0 || (order == 0 && !floor.IsEven) ? floor + 1 : floor) * unit);
    }

    private static string FileSize(object value, bool binary)
    {
        var bytes = ToFloat(value) ?? throw TemplateException.Value($"filesizeformat needs a number, not {PyType.Describe(value)}.");
        var radix = binary ? 1024.0 : 1000.0;
        if (bytes == 1)
        {
            return "1 Byte";
        }

        if (bytes < radix)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{(long)bytes} Bytes");
        }

        var unit = radix;
        var prefixes = binary ? "KMGTPEZY" : "kMGTPEZY";
        for (var i = 0; ; i++)
        {
            unit *= radix;
            if (bytes < unit || i == prefixes.Length - 1)
            {
                return $"{FloatText.Fixed(radix * bytes / unit, 1)} {prefixes[i]}{(binary ? "iB" : "B")}";
            }
        }
    }
}

using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Reads the parameters of builtins.</summary>
internal static class Parameters
{
    /// <summary>An integer parameter.</summary>
    public static int Int(object? value, int missing, string what) => value switch
    {
        null => missing,
        bool flag => flag ? 1 : 0,
        long number => (int)Math.Clamp(number, int.MinValue, int.MaxValue),
        System.Numerics.BigInteger number => number.Sign < 0 ? int.MinValue : int.MaxValue,
        Undefined undefined => throw undefined.Fault(),
        _ => throw TemplateException.Type($"{what} must be an integer, not {PyType.Describe(value)}; the int filter converts."),
    };

    /// <summary>An integer parameter for which None means that it is missing.</summary>
    public static int IntOrNone(object? value, int missing, string what) => Int(value is None ? null : value, missing, what);

    public static bool Flag(object? value, bool missing = false) => value is null ? missing : PyOperators.IsTrue(value);

    public static bool IsMissing(object? value) => value is null or None;
}

using System.Numerics;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Names of Python types, for messages and for what has no better text.</summary>
internal static class PyType
{
    public static string Name(object value) => value switch
    {
        string => "str",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        None => "NoneType",
        PyList => "list",
        PyTuple => "tuple",
        PyDict => "dict",
        Undefined => "Undefined",
        Markup => "Markup",
        PyRange => "range",
        PyIterator iterator => iterator.TypeName,
        PyDictView view => "dict_" + view.Kind.ToString().ToLowerInvariant(),
        PyBytes => "bytes",
        Namespace => "Namespace",
        Cycler => "Cycler",
        PyCallable callable => callable.TypeName,
        _ => value.GetType().Name,
    };

    /// <summary>A value's type as a message says it: "a list", "the text 'abc'".</summary>
    public static string Describe(object value) => value switch
    {
        None => "None",
        Undefined => "an undefined value",
        string text => text.Length <= 40 ? $"the text {PyText.Repr(text)}" : "a text",
        bool or long or BigInteger or double => $"the number {PyText.Repr(value)}",
        _ => $"{(Name(value)[0] is 'a' or 'e' or 'i' or 'o' or 'u' ? "an" : "a")} {Name(value)}",
    };
}

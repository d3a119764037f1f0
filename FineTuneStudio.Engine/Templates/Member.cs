using FineTuneStudio.Engine.Templates.Builtins;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates;

/// <summary>What <c>value.name</c> and <c>value[key]</c> give, inside the sandbox.</summary>
internal static class Member
{
    /// <summary><c>value.name</c>: an attribute or method first, then an item.</summary>
    public static object Attribute(RenderState state, object value, string name)
    {
        if (Python(state, value, name) is { } attribute)
        {
            return attribute;
        }

        if (value is Undefined undefined)
        {
            throw undefined.Fault();
        }

        return value is PyDict dict && dict.Find(name) is { } item ? item : Undefined.Member(value, name);
    }

    /// <summary><c>value[key]</c>: an item first, then an attribute.</summary>
    public static object Item(RenderState state, object value, object key)
    {
        if (value is Undefined undefined)
        {
            throw undefined.Fault();
        }

        if (TryItem(value, key) is { } item)
        {
            return item;
        }

        return PyText.Raw(key) is { } name && Python(state, value, name) is { } attribute ? attribute : Undefined.Member(value, key);
    }

    /// <summary>A real Python attribute of the value (as the sandbox shows it), or <see langword="null"/>.</summary>
    public static object? Python(RenderState state, object value, string name)
    {
        if (name.StartsWith('_'))
        {
            return Hidden(value, name);
        }

        switch (value)
        {
            case PyDict dict:
                return Methods.OfDict.TryGetValue(name, out var method) ? Bind(state, dict, method, dict.Changeable) : null;
            case string or Markup:
                return Methods.OfText.TryGetValue(name, out method) ? new BoundMethod(value, method) : null;
            case LoopContext loop:
                return loop.Attribute(name);
            case Namespace scope:
                return scope.Find(name);
            case PyList list:
                return Methods.OfList.TryGetValue(name, out method) ? Bind(state, list, method, list.Changeable) : null;
            case GroupTuple group when name is "grouper" or "list":
                return name == "grouper" ? group.Grouper : group.List;
            case PyTuple:
                return Methods.OfTuple.TryGetValue(name, out method) ? new BoundMethod(value, method) : null;
            case Undefined:
                return null;
            default:
                return OtherTypes.Attribute(value, name);
        }
    }

    /// <summary><c>value[key]</c> as Python has it, or <see langword="null"/> where Python would raise.</summary>
    private static object? TryItem(object value, object key)
    {
        switch (value)
        {
            case PyDict dict:
                // A key that cannot be hashed is a TypeError in Python, which the lookup takes as "not there".
                return key is PyList or PyDict ? null : dict.Find(key);
            case PyList list:
                return At(list.Items, key);
            case PyTuple tuple:
                return At(tuple.Items, key);
            case string or Markup:
                return Index(key) is { } index && PyText.At(PyText.Raw(value)!, index) is { } character
                    ? value is Markup ? new Markup(character) : character
                    : null;
            case PyRange range:
                return Index(key) is { } position && Position(position, range.Count) is { } at ? range[at] : null;
            case PyBytes bytes:
                return Index(key) is { } offset && Position(offset, bytes.Bytes.Length) is { } where ? Boxed.Of((long)bytes.Bytes[where]) : null;
            case TemplateReference reference:
                return PyText.Raw(key) is { } name ? reference.Block(name) : null;
            default:
                return null;
        }
    }

    private static object? At(IReadOnlyList<object> items, object key) =>
        Index(key) is { } index && Position(index, items.Count) is { } position ? items[position] : null;

    private static long? Index(object key) => key switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        _ => null,
    };

    private static int? Position(long index, int count)
    {
        index = index < 0 ? index + count : index;
        return index >= 0 && index < count ? (int)index : null;
    }

    // Every Python object has attributes like __class__; the sandbox shows them as undefined values that must not be used. Of a dict, what
    // is no such attribute may still be a key.
    private static Undefined? Hidden(object value, string name)
    {
        var exists = value switch
        {
            PyDict => Methods.DictInternals.Contains(name),
            Undefined => Methods.UndefinedInternals.Contains(name),
            _ => name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal),
        };
        return exists ? Undefined.Unsafe(value, name) : null;
    }

    private static object Bind(RenderState state, object value, Builtin method, bool changeable) =>
        !Methods.Changing.Contains(method) || (changeable && !state.StrictSandbox)
            ? new BoundMethod(value, method)
            : Undefined.Unsafe(value, method.Name);
}

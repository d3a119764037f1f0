using System.Runtime.CompilerServices;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's equality, order and hashes.</summary>
internal static class PyCompare
{
    public static bool Equal(object left, object right)
    {
        if (left is string a && right is string b)
        {
            return a == b;
        }

        if (PyNumber.IsNumber(left) && PyNumber.IsNumber(right))
        {
            return PyNumber.Compare(left, right) == 0;
        }

        if (ReferenceEquals(left, right))
        {
            return true;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        return (left, right) switch
        {
            (string or Markup, string or Markup) => PyText.Raw(left) == PyText.Raw(right),
            (Undefined, Undefined) => true,
            (PyList x, PyList y) => SequenceEqual(x.Items, y.Items),
            (PyTuple x, PyTuple y) => SequenceEqual(x.Items, y.Items),
            (PyDict x, PyDict y) => DictEqual(x, y),
            (PyRange x, PyRange y) => x.Count == y.Count && (x.Count == 0 || (x.Start == y.Start && (x.Count == 1 || x.Step == y.Step))),
            (PyBytes x, PyBytes y) => x.Bytes.AsSpan().SequenceEqual(y.Bytes),
            (PyDictView { Kind: PyDictViewKind.Keys } x, PyDictView { Kind: PyDictViewKind.Keys } y) => SameKeys(x.Dict, y.Dict),
            (PyDictView { Kind: PyDictViewKind.Items } x, PyDictView { Kind: PyDictViewKind.Items } y) => DictEqual(x.Dict, y.Dict),
            (BoundMethod x, BoundMethod y) => x.SameAs(y),
            _ => false,
        };
    }

    /// <summary>Python's <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</summary>
    /// <exception cref="TemplateException">The two have no order.</exception>
    public static bool Ordered(CompareOperator operation, object left, object right)
    {
        if (left is Undefined a)
        {
            throw a.Fault();
        }

        if (right is Undefined b)
        {
            throw b.Fault();
        }

        if (PyNumber.IsNumber(left) && PyNumber.IsNumber(right))
        {
            return PyNumber.Compare(left, right) is { } order && Holds(operation, order);
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        return (left, right) switch
        {
            (string or Markup, string or Markup) => Holds(operation, PyText.Compare(PyText.Raw(left)!, PyText.Raw(right)!)),
            (PyList x, PyList y) => Sequences(operation, x.Items, y.Items),
            (PyTuple x, PyTuple y) => Sequences(operation, x.Items, y.Items),
            _ => throw TemplateException.Type(
                $"{PyType.Describe(left)} and {PyType.Describe(right)} have no order; compare values of one type (the int and string filters convert)."),
        };
    }

    public static bool Less(object left, object right) => Ordered(CompareOperator.Less, left, right);

    public static void RequireHashable(object key)
    {
        if (key is string or long or bool or None or double)
        {
            return;
        }

        if (key is PyTuple tuple)
        {
            Array.ForEach(tuple.Items, RequireHashable);
        }
        else if (key is PyList or PyDict or PyDictView { Kind: not PyDictViewKind.Values })
        {
            throw TemplateException.Type($"{PyType.Describe(key)} cannot be a key; use a text, a number or a tuple.");
        }
    }

    public static int Hash(object key)
    {
        RequireHashable(key);
        return key switch
        {
            string text => text.GetHashCode(StringComparison.Ordinal),
            Markup markup => markup.Text.GetHashCode(StringComparison.Ordinal),
            PyTuple tuple => tuple.Items.Aggregate(tuple.Items.Length, (hash, item) => HashCode.Combine(hash, Hash(item))),
            Undefined => 1,
            PyRange range => range.Count,
            PyBytes bytes => bytes.Bytes.Length,
            BoundMethod => 2,
            _ when PyNumber.IsNumber(key) => PyNumber.Hash(key),
            _ => RuntimeHelpers.GetHashCode(key),
        };
    }

    /// <summary>Python's <c>is</c>, as far as a template can tell: small integers and equal literals are one object.</summary>
    public static bool Same(object left, object right) => (left, right) switch
    {
        (bool a, bool b) => a == b,
        (long a, long b) => a == b && (a is >= -5 and <= 256 || ReferenceEquals(left, right)),
        (string a, string b) => a == b && (a.Length <= 1 || ReferenceEquals(a, b)),
        _ => ReferenceEquals(left, right),
    };

    private static bool Holds(CompareOperator operation, int order) => operation switch
    {
        CompareOperator.Less => order < 0,
        CompareOperator.LessOrEqual => order <= 0,
        CompareOperator.Greater => order > 0,
        _ => order >= 0,
    };

    private static bool Sequences(CompareOperator operation, IReadOnlyList<object> left, IReadOnlyList<object> right)
    {
        for (var i = 0; i < left.Count && i < right.Count; i++)
        {
            if (!Equal(left[i], right[i]))
            {
                return Ordered(operation, left[i], right[i]);
            }
        }

        return Holds(operation, left.Count.CompareTo(right.Count));
    }

    private static bool SequenceEqual(IReadOnlyList<object> left, IReadOnlyList<object> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (!Equal(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool DictEqual(PyDict left, PyDict right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        foreach (var (key, value) in left.Entries)
        {
            if (right.Find(key) is not { } other || !Equal(value, other))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameKeys(PyDict left, PyDict right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        foreach (var (key, _) in left.Entries)
        {
            if (!right.Contains(key))
            {
                return false;
            }
        }

        return true;
    }
}

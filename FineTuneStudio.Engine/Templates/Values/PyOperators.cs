using System.Text;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's operators on values of any type.</summary>
internal static class PyOperators
{
    private static readonly string[] Signs = ["+", "-", "*", "/", "//", "%", "**"];

    public static object Apply(RenderState state, BinaryOperator operation, object left, object right)
    {
        if (left is long a && right is long b && operation == BinaryOperator.Add)
        {
            return PyNumber.Add(a, b);
        }

        if (left is Undefined undefined)
        {
            // "'%s' % missing" is the one operation in which an undefined value is only printed; it has text on its left.
            throw undefined.Fault();
        }

        return operation switch
        {
            BinaryOperator.Add => Concatenate(state, left, right),
            BinaryOperator.Multiply => Repeat(state, left, right),
            BinaryOperator.Modulo when left is string or Markup => PercentFormat.Apply(state, left, right),
            _ => null,
        }
        ?? (right is Undefined other ? throw other.Fault() : PyNumber.Apply(operation, left, right))
        ?? throw TemplateException.Type(
            $"The operator {Signs[(int)operation]} does not take {PyType.Describe(left)} and {PyType.Describe(right)}; convert one of them (string, int, list), or join text with ~.");
    }

    public static object Negate(object value, bool negative) => value switch
    {
        Undefined undefined => throw undefined.Fault(),
        _ when PyNumber.IsNumber(value) => negative ? PyNumber.Negate(value) : value is double ? value : Boxed.Of(PyNumber.ToBig(value)),
        _ => throw TemplateException.Type($"The sign {(negative ? '-' : '+')} needs a number, not {PyType.Describe(value)}."),
    };

    /// <summary>Whether Python takes the value as true.</summary>
    public static bool IsTrue(object value) => value switch
    {
        bool flag => flag,
        string text => text.Length > 0,
        None or Undefined => false,
        long number => number != 0,
        PyList list => list.Items.Count > 0,
        PyDict dict => dict.Count > 0,
        double number => number != 0,
        Markup markup => markup.Text.Length > 0,
        PyTuple tuple => tuple.Items.Length > 0,
        _ => PyIteration.LengthOf(value) is not 0,
    };

    /// <summary>Python's <c>in</c>.</summary>
    public static bool Contains(RenderState state, object container, object item)
    {
        switch (container)
        {
            case string or Markup:
                return PyText.Raw(item) is { } text
                    ? PyText.Raw(container)!.Contains(text, StringComparison.Ordinal)
                    : item is Undefined undefined
                        ? throw undefined.Fault()
                        : throw TemplateException.Type($"Only text can be in a text, not {PyType.Describe(item)}; convert it with the string filter.");
            case PyDict dict:
                return dict.Contains(item);
            case PyDictView { Kind: PyDictViewKind.Keys } view:
                return view.Dict.Contains(item);
            case PyRange range:
                return PyNumber.IsNumber(item) && range.PositionOf(item) >= 0;
        }

        var items = PyIteration.Enumerate(state, container);
        while (items.MoveNext())
        {
            if (ReferenceEquals(items.Current, item) || PyCompare.Equal(items.Current, item))
            {
                return true;
            }
        }

        return false;
    }

    private static object? Concatenate(RenderState state, object left, object right)
    {
        switch (left, right)
        {
            case (string a, string b):
                state.Make((long)a.Length + b.Length);
                return string.Concat(a, b);
            case (Markup or string, Markup or string):
                return new Markup(Markup.Escape(left) + Markup.Escape(right));
            case (PyList a, PyList b):
                state.Step(a.Items.Count + b.Items.Count);
                return new PyList([.. a.Items, .. b.Items]) { MadeByTemplate = true };
            case (PyTuple a, PyTuple b):
                state.Step(a.Items.Length + b.Items.Length);
                return new PyTuple([.. a.Items, .. b.Items]);
            default:
                return null;
        }
    }

    private static object? Repeat(RenderState state, object left, object right)
    {
        if (PyNumber.IsInteger(left) && right is string or Markup or PyList or PyTuple)
        {
            (left, right) = (right, left);
        }

        if (left is not (string or Markup or PyList or PyTuple) || !PyNumber.IsInteger(right))
        {
            return null;
        }

        var times = (long)System.Numerics.BigInteger.Min(int.MaxValue, System.Numerics.BigInteger.Max(0, PyNumber.ToBig(right)));
        switch (left)
        {
            case PyList list:
                return new PyList([.. RepeatItems(state, list.Items, times)]) { MadeByTemplate = true };
            case PyTuple tuple:
                return new PyTuple([.. RepeatItems(state, tuple.Items, times)]);
        }

        var text = PyText.Raw(left)!;
        state.Make(text.Length * times);
        var repeated = new StringBuilder((int)(text.Length * times)).Insert(0, text, (int)times).ToString();
        return left is Markup ? new Markup(repeated) : repeated;
    }

    private static IEnumerable<object> RepeatItems(RenderState state, IReadOnlyList<object> items, long times)
    {
        state.RequireItems(items.Count * times);
        return items.Count == 0 ? [] : Enumerable.Range(0, (int)times).SelectMany(_ => items);
    }
}

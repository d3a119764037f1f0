namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>What Python's <c>iter</c>, <c>len</c>, <c>list</c> and <c>reversed</c> do.</summary>
internal static class PyIteration
{
    /// <summary>Whether Python could iterate over the value.</summary>
    public static bool IsIterable(object value) =>
        value is string or Markup or PyList or PyTuple or PyDict or PyDictView or PyRange or PyIterator or PyBytes or Undefined or LoopContext;

    /// <summary>Goes through a value's items.</summary>
    /// <exception cref="TemplateException">The value has none.</exception>
    public static IEnumerator<object> Enumerate(RenderState state, object value)
    {
        switch (value)
        {
            case PyList list:
                return Live(state, list);
            case PyTuple tuple:
                return Counted(state, tuple.Items);
            case PyDict dict:
                return Positions(state, () => dict.Count, i => dict[i].Key);
            case PyDictView view:
                return Positions(state, () => view.Dict.Count, view.At);
            case PyRange range:
                return Positions(state, () => range.Count, i => range[i]);
            case string or Markup:
                return Counted(state, PyText.Characters(PyText.Raw(value)!));
            case PyIterator iterator:
                return Rest(state, iterator);
            case PyBytes bytes:
                return Positions(state, () => bytes.Bytes.Length, i => Boxed.Of((long)bytes.Bytes[i]));
            case Undefined:
                return Enumerable.Empty<object>().GetEnumerator();
            default:
                throw TemplateException.Type($"{PyType.Describe(value)} has no items to go through; a list, dict or text has.");
        }
    }

    /// <summary>All items as a new list.</summary>
    public static List<object> ToList(RenderState state, object value)
    {
        if (value is PyList list)
        {
            state.Step(list.Items.Count);
            return [.. list.Items];
        }

        var result = new List<object>();
        var items = Enumerate(state, value);
        while (items.MoveNext())
        {
            result.Add(items.Current);
        }

        return result;
    }

    /// <summary>The items in a form that C# can iterate over.</summary>
    public static IEnumerable<object> Items(RenderState state, object value)
    {
        var items = Enumerate(state, value);
        return Read(items);

        static IEnumerable<object> Read(IEnumerator<object> items)
        {
            while (items.MoveNext())
            {
                yield return items.Current;
            }
        }
    }

    /// <summary>Python's <c>len</c>, or <see langword="null"/> where a value has none.</summary>
    public static int? LengthOf(object value) => value switch
    {
        string or Markup => PyText.Length(PyText.Raw(value)!),
        PyList list => list.Items.Count,
        PyTuple tuple => tuple.Items.Length,
        PyDict dict => dict.Count,
        PyDictView view => view.Dict.Count,
        PyRange range => range.Count,
        PyBytes bytes => bytes.Bytes.Length,
        Undefined => 0,
        LoopContext loop => loop.Length,
        _ => null,
    };

    /// <summary>Python's <c>reversed</c>, or <see langword="null"/> where a value cannot be.</summary>
    public static IEnumerable<object>? Reversed(object value) => value switch
    {
        string or Markup => PyText.Characters(PyText.Raw(value)!).Reverse(),
        PyList list => Enumerable.Reverse(list.Items),
        PyTuple tuple => tuple.Items.Reverse(),
        PyDict dict => Enumerable.Range(0, dict.Count).Select(i => dict[dict.Count - 1 - i].Key),
        PyDictView view => Enumerable.Range(0, view.Dict.Count).Select(i => view.At(view.Dict.Count - 1 - i)),
        PyRange range => Enumerable.Range(0, range.Count).Select(i => range[range.Count - 1 - i]),
        Undefined => [],
        _ => null,
    };

    /// <summary>Takes a value apart for <c>a, b = value</c>.</summary>
    /// <exception cref="TemplateException">It has another number of items, or none.</exception>
    public static IReadOnlyList<object> Unpack(RenderState state, object value, int count)
    {
        IReadOnlyList<object> items = value switch
        {
            PyTuple tuple => tuple.Items,
            PyList list => list.Items,
            _ => ToList(state, value),
        };
        return items.Count == count
            ? items
            : throw TemplateException.Value($"{count} names stand on the left, but {PyType.Describe(value)} has {items.Count} items.");
    }

    // A list can grow while a loop goes through it (in a sandbox that lets the template do so); the loop then sees the new items, as in Python.
    private static IEnumerator<object> Live(RenderState state, PyList list)
    {
        for (var i = 0; i < list.Items.Count; i++)
        {
            state.Step();
            yield return list.Items[i];
        }
    }

    private static IEnumerator<object> Counted(RenderState state, IEnumerable<object> items)
    {
        foreach (var item in items)
        {
            state.Step();
            yield return item;
        }
    }

    private static IEnumerator<object> Positions(RenderState state, Func<int> count, Func<int, object> at)
    {
        for (var i = 0; i < count(); i++)
        {
            state.Step();
            yield return at(i);
        }
    }

    private static IEnumerator<object> Rest(RenderState state, PyIterator iterator)
    {
        while (iterator.Next() is { } item)
        {
            state.Step();
            yield return item;
        }
    }
}

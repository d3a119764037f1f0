using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Filters that take values apart or put them together.</summary>
internal static class ItemFilters
{
    public static IEnumerable<Builtin> All =>
    [
        new("default", "value default_value? boolean?", Default),
        new("d", "value default_value? boolean?", Default),
        new("attr", "obj name", (state, a) => Attribute(state, a[0]!, a[1]!)),
        new("length", "obj /", Length),
        new("count", "obj /", Length),
        new("list", "value", (state, a) => new PyList(PyIteration.ToList(state, a[0]!)) { MadeByTemplate = true }),
        new("first", "seq", (state, a) => First(PyIteration.Enumerate(state, a[0]!), "first")),
        new("last", "seq", (_, a) => First(
            (PyIteration.Reversed(a[0]!) ?? throw TemplateException.Type($"last cannot go through {PyType.Describe(a[0]!)} from its end; make it a list.")).GetEnumerator(), "last")),
        new("random", "seq", (state, a) => PyIteration.ToList(state, a[0]!) is { Count: > 0 } items
            ? items[Random.Shared.Next(items.Count)]
            : Undefined.Because("random finds no item: the sequence is empty.")),
        new("reverse", "value", Reverse),
        new("join", "value d? attribute?", Join),
        new("items", "value", (_, a) => a[0] switch
        {
            Undefined => new PyIterator([]),
            PyDict dict => new PyIterator(Pairs(dict)),
            _ => throw TemplateException.Type($"items needs a dict, not {PyType.Describe(a[0]!)}."),
        }),
        new("batch", "value linecount fill_with?", (state, a) => new PyIterator(Batch(state, a[0]!, a[1]!, a[2]))),
        new("slice", "value slices fill_with?", (state, a) => new PyIterator(Slice(state, a[0]!, a[1]!, a[2]))),
        new("sum", "iterable attribute? start?", Sum),
    ];

    private static object Default(RenderState state, object?[] a) =>
        a[0] is Undefined || (Parameters.Flag(a[2]) && !PyOperators.IsTrue(a[0]!)) ? a[1] ?? "" : a[0]!;

    private static object Attribute(RenderState state, object value, object name)
    {
        var text = PyText.Require(name, "attr's name");
        if (value is Undefined undefined && !text.StartsWith("__", StringComparison.Ordinal))
        {
            throw undefined.Fault();
        }

        return Member.Python(state, value, text) ?? Undefined.Member(value, text);
    }

    private static object Length(RenderState state, object?[] a) => PyIteration.LengthOf(a[0]!) is { } length
        ? Boxed.Of(length)
        : throw TemplateException.Type($"{PyType.Describe(a[0]!)} has no length; the list filter makes a list of what can be gone through.");

    private static object First(IEnumerator<object> items, string filter) =>
        items.MoveNext() ? items.Current : Undefined.Because($"{filter} finds no item: the sequence is empty.");

    private static object Reverse(RenderState state, object?[] a)
    {
        if (a[0] is string or Markup)
        {
            return TextMethods.Like(a[0]!, string.Concat(PyText.CharacterTexts(PyText.Raw(a[0]!)!).AsEnumerable().Reverse()));
        }

        if (PyIteration.Reversed(a[0]!) is { } reversed)
        {
            return new PyIterator(reversed, PyType.Name(a[0]!) + "_reverseiterator");
        }

        var items = PyIteration.ToList(state, a[0]!);
        items.Reverse();
        return new PyList(items) { MadeByTemplate = true };
    }

    private static object Join(RenderState state, object?[] a)
    {
        var items = PyIteration.Items(state, a[0]!);
        if (!Parameters.IsMissing(a[2]))
        {
            var attribute = new AttributePath(state, a[2]!);
            items = items.Select(item => attribute.Read(item));
        }

        object separator = a[1] ?? "";
        var values = items.ToList();
        var isMarkup = state.AutoEscape && (separator is Markup || values.Exists(item => item is Markup));
        var texts = values.ConvertAll(item => isMarkup ? Markup.Escape(item) : PyText.Str(item));
        var between = isMarkup ? Markup.Escape(separator) : PyText.Str(separator);
        state.RequireCharacters(texts.Sum(text => (long)text.Length) + ((long)between.Length * texts.Count));
        var joined = string.Join(between, texts);
        return isMarkup ? new Markup(joined) : joined;
    }

    private static IEnumerable<object> Pairs(PyDict dict)
    {
        for (var i = 0; i < dict.Count; i++)
        {
            yield return new PyTuple(dict[i].Key, dict[i].Value);
        }
    }

    private static IEnumerable<object> Batch(RenderState state, object value, object count, object? fill)
    {
        var size = PyNumber.AsLong(count) ?? -1;
        var batch = new List<object>();
        foreach (var item in PyIteration.Items(state, value))
        {
            if (batch.Count == size)
            {
                yield return new PyList(batch);
                batch = [];
            }

            batch.Add(item);
        }

        if (batch.Count > 0)
        {
            if (!Parameters.IsMissing(fill) && batch.Count < size)
            {
                state.RequireItems(size);
                batch.AddRange(Enumerable.Repeat(fill!, (int)size - batch.Count));
            }

            yield return new PyList(batch);
        }
    }

    private static IEnumerable<object> Slice(RenderState state, object value, object count, object? fill)
    {
        var items = PyIteration.ToList(state, value);
        var slices = Parameters.Int(count, 0, "slice's number");
        state.RequireItems(slices);
        if (slices == 0)
        {
            throw new TemplateException(TemplateFaultKind.ZeroDivision, "slice cannot make 0 slices.");
        }

        var (each, extra) = (items.Count / slices, items.Count % slices);
        var start = 0;
        for (var i = 0; i < slices; i++)
        {
            var size = each + (i < extra ? 1 : 0);
            var slice = items.GetRange(start, size);
            start += size;
            if (!Parameters.IsMissing(fill) && i >= extra)
            {
                slice.Add(fill!);
            }

            yield return new PyList(slice);
        }
    }

    private static object Sum(RenderState state, object?[] a)
    {
        var items = PyIteration.Items(state, a[0]!);
        if (!Parameters.IsMissing(a[1]))
        {
            var attribute = new AttributePath(state, a[1]!);
            items = items.Select(item => attribute.Read(item));
        }

        var sum = a[2] ?? Boxed.Of(0);
        if (sum is string or Markup)
        {
            throw TemplateException.Type("sum adds numbers or lists, not texts; the join filter joins texts.");
        }

        return items.Aggregate(sum, (total, item) => PyOperators.Apply(state, BinaryOperator.Add, total, item));
    }
}

using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Filters that compare items.</summary>
internal static class OrderFilters
{
    public static IEnumerable<Builtin> All =>
    [
        new("sort", "value reverse? case_sensitive? attribute?", Sort),
        new("dictsort", "value case_sensitive? by? reverse?", DictSort),
        new("unique", "value case_sensitive? attribute?", (state, a) => new PyIterator(Unique(state, a))),
        new("min", "value case_sensitive? attribute?", (state, a) => Extreme(state, a, (key, best) => PyCompare.Less(key, best))),
        new("max", "value case_sensitive? attribute?", (state, a) => Extreme(state, a, (key, best) => PyCompare.Ordered(CompareOperator.Greater, key, best))),
        new("groupby", "value attribute default? case_sensitive?", GroupBy),
    ];

    private static PyList Sort(RenderState state, object?[] a)
    {
        var caseSensitive = Parameters.Flag(a[2]);
        var paths = (a[3] is not null && PyText.Raw(a[3]!) is { } names ? names.Split(',').Cast<object?>() : [a[3]])
            .Select(name => new AttributePath(state, name))
            .ToArray();
        return new PyList(Sorted(PyIteration.ToList(state, a[0]!), Key, Parameters.Flag(a[1]))) { MadeByTemplate = true };

        // The keys are compared as tuples are, which asks for equality first: equal items need no order.
        object Key(object item) => new PyTuple(Array.ConvertAll(paths, path => Fold(path.Read(item), caseSensitive)));
    }

    private static PyList DictSort(RenderState state, object?[] a)
    {
        if (a[0] is not PyDict dict)
        {
            throw a[0] is Undefined undefined ? undefined.Fault() : TemplateException.Type($"dictsort needs a dict, not {PyType.Describe(a[0]!)}.");
        }

        var by = a[2] is null ? "key" : PyText.Raw(a[2]!);
        if (by is not ("key" or "value"))
        {
            throw new TemplateException(TemplateFaultKind.Runtime, $"dictsort sorts by 'key' or 'value', not {PyText.Repr(a[2]!)}.");
        }

        var caseSensitive = Parameters.Flag(a[1]);
        var pairs = PyIteration.ToList(state, new PyDictView(dict, PyDictViewKind.Items));
        return new PyList(Sorted(pairs, pair => Fold(((PyTuple)pair).Items[by == "key" ? 0 : 1], caseSensitive), Parameters.Flag(a[3]))) { MadeByTemplate = true };
    }

    private static IEnumerable<object> Unique(RenderState state, object?[] a)
    {
        var path = new AttributePath(state, a[2]);
        var seen = new HashSet<object>(PyKeyComparer.Instance);
        foreach (var item in PyIteration.Items(state, a[0]!))
        {
            if (seen.Add(Fold(path.Read(item), Parameters.Flag(a[1]))))
            {
                yield return item;
            }
        }
    }

    private static object Extreme(RenderState state, object?[] a, Func<object, object, bool> isBetter)
    {
        var path = new AttributePath(state, a[2]);
        object? best = null;
        object? bestKey = null;
        foreach (var item in PyIteration.Items(state, a[0]!))
        {
            var key = Fold(path.Read(item), Parameters.Flag(a[1]));
            if (bestKey is null || isBetter(key, bestKey))
            {
                (best, bestKey) = (item, key);
            }
        }

        return best ?? Undefined.Because("min and max find no item: the sequence is empty.");
    }

    private static PyList GroupBy(RenderState state, object?[] a)
    {
        var caseSensitive = Parameters.Flag(a[3]);
        var path = new AttributePath(state, a[1], a[2]);
        var groups = new List<object>();
        object? lastKey = null;
        foreach (var item in Sorted(PyIteration.ToList(state, a[0]!), Key, reverse: false))
        {
            var key = Key(item);
            if (lastKey is null || !PyCompare.Equal(lastKey, key))
            {
                // Without regard to case, a group goes by its first item's own spelling.
                groups.Add(new GroupTuple(path.Read(item), new PyList { MadeByTemplate = true }));
                lastKey = key;
            }

            ((GroupTuple)groups[^1]).List.Items.Add(item);
        }

        return new PyList(groups) { MadeByTemplate = true };

        object Key(object item) => Fold(path.Read(item), caseSensitive);
    }

    private static List<object> Sorted(List<object> items, Func<object, object> key, bool reverse) =>
        PySort.Sort(items, key, reverse);

    private static object Fold(object value, bool caseSensitive) => !caseSensitive && PyText.Raw(value) is { } text ? UnicodeText.Lower(text) : value;
}

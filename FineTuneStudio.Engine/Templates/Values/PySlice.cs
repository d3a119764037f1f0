namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's <c>value[start:stop:step]</c>.</summary>
internal static class PySlice
{
    public static object Apply(RenderState state, object value, object start, object stop, object step)
    {
        if (value is Undefined undefined)
        {
            throw undefined.Fault();
        }

        switch (value)
        {
            case string or Markup:
                var text = SliceText(PyText.Raw(value)!, start, stop, step);
                return value is Markup ? new Markup(text) : text;
            case PyList list:
                var items = new List<object>();
                foreach (var position in Positions(list.Items.Count, start, stop, step))
                {
                    items.Add(list.Items[position]);
                }

                state.Step(items.Count);
                return new PyList(items) { MadeByTemplate = true };
            case PyTuple tuple:
                return new PyTuple([.. Positions(tuple.Items.Length, start, stop, step).Select(i => tuple.Items[i])]);
            case PyBytes bytes:
                return new PyBytes([.. Positions(bytes.Bytes.Length, start, stop, step).Select(i => bytes.Bytes[i])]);
            case PyRange range:
                var (from, to, by) = Indices(range.Count, start, stop, step);
                return new PyRange(range.Start + (from * range.Step), range.Start + (to * range.Step), range.Step * by);
            default:
                throw TemplateException.Type($"{PyType.Describe(value)} has no slices; a text, a list or a tuple has.");
        }
    }

    private static string SliceText(string text, object start, object stop, object step)
    {
        if (!PyText.HasSurrogates(text))
        {
            var (from, to, by) = Indices(text.Length, start, stop, step);
            if (by == 1)
            {
                return to <= from ? "" : text.Substring((int)from, (int)(to - from));
            }
        }

        var characters = PyText.CharacterTexts(text);
        return string.Concat(Positions(characters.Count, start, stop, step).Select(i => characters[i]));
    }

    private static IEnumerable<int> Positions(int length, object start, object stop, object step)
    {
        var (from, to, by) = Indices(length, start, stop, step);
        for (var i = from; by > 0 ? i < to : i > to; i += by)
        {
            yield return (int)i;
        }
    }

    /// <summary>Python's <c>slice.indices</c>.</summary>
    private static (long From, long To, long By) Indices(int length, object start, object stop, object step)
    {
        var by = Bound(step) ?? 1;
        if (by == 0)
        {
            throw TemplateException.Value("The step of a slice cannot be zero.");
        }

        var lowest = by > 0 ? 0L : -1;
        var highest = by > 0 ? length : length - 1L;
        return (Clip(Bound(start), by > 0 ? lowest : highest), Clip(Bound(stop), by > 0 ? highest : lowest), by);

        long Clip(long? bound, long missing) => bound switch
        {
            null => missing,
            < 0 => Math.Max(bound.Value + length, lowest),
            _ => Math.Min(bound.Value, highest),
        };
    }

    private static long? Bound(object value) => value switch
    {
        None => null,
        long number => Math.Clamp(number, -int.MaxValue, int.MaxValue),
        bool flag => flag ? 1 : 0,
        System.Numerics.BigInteger number => number.Sign < 0 ? -int.MaxValue : int.MaxValue,
        _ => throw TemplateException.Type($"The bounds of a slice are integers, not {PyType.Describe(value)}."),
    };
}

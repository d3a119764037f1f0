using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Methods of text that look for another text.</summary>
internal static class TextSearch
{
    public static IEnumerable<Builtin> All =>
    [
        Builtin.Method("find", "sub start? end? /", (_, a) => Boxed.Of(Find(a, last: false))),
        Builtin.Method("rfind", "sub start? end? /", (_, a) => Boxed.Of(Find(a, last: true))),
        Builtin.Method("index", "sub start? end? /", (_, a) => Boxed.Of(Required(a, last: false))),
        Builtin.Method("rindex", "sub start? end? /", (_, a) => Boxed.Of(Required(a, last: true))),
        Builtin.Method("count", "sub start? end? /", (_, a) => Boxed.Of(Count(a))),
        Builtin.Method("startswith", "prefix start? end? /", (_, a) => Boxed.Of(Affix(a, (text, affix) => text.StartsWith(affix, StringComparison.Ordinal)))),
        Builtin.Method("endswith", "suffix start? end? /", (_, a) => Boxed.Of(Affix(a, (text, affix) => text.EndsWith(affix, StringComparison.Ordinal)))),
    ];

    private static long Find(object?[] a, bool last)
    {
        var text = TextMethods.Self(a);
        var wanted = PyText.Require(a[1]!, "The text to look for");
        if (Window(text, a[2], a[3]) is not { } window)
        {
            return -1;
        }

        var part = text[window.Start..window.End];
        var found = last ? part.LastIndexOf(wanted, StringComparison.Ordinal) : part.IndexOf(wanted, StringComparison.Ordinal);
        return found < 0 ? -1 : PyText.ToPoints(text, window.Start + found);
    }

    private static long Required(object?[] a, bool last)
    {
        var found = Find(a, last);
        return found >= 0 ? found : throw TemplateException.Value($"{PyText.Repr(a[1]!)} is not in the text; find gives -1 instead of failing.");
    }

    private static long Count(object?[] a)
    {
        var text = TextMethods.Self(a);
        var wanted = PyText.Require(a[1]!, "The text to count");
        if (Window(text, a[2], a[3]) is not { } window)
        {
            return 0;
        }

        var part = text[window.Start..window.End];
        if (wanted.Length == 0)
        {
            return PyText.Length(part) + 1;
        }

        var count = 0;
        for (var at = part.IndexOf(wanted, StringComparison.Ordinal); at >= 0; at = part.IndexOf(wanted, at + wanted.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    private static bool Affix(object?[] a, Func<string, string, bool> test)
    {
        var text = TextMethods.Self(a);
        var affixes = a[1] is PyTuple tuple ? tuple.Items : [a[1]!];
        var texts = Array.ConvertAll(affixes, affix => PyText.Require(affix, "The beginning or end to look for"));
        return Window(text, a[2], a[3]) is { } window && Array.Exists(texts, affix => test(text[window.Start..window.End], affix));
    }

    /// <summary>The part of a text between two Python indices, in UTF-16 units; <see langword="null"/> where it begins behind its end.</summary>
    private static (int Start, int End)? Window(string text, object? start, object? end)
    {
        if (Parameters.IsMissing(start) && Parameters.IsMissing(end))
        {
            return (0, text.Length);
        }

        var length = PyText.Length(text);
        var first = Clip(Parameters.IntOrNone(start, 0, "The start"));
        var last = Math.Min(length, Clip(Parameters.IntOrNone(end, length, "The end")));
        return first > last ? null : (PyText.ToUnits(text, first), PyText.ToUnits(text, last));

        int Clip(int index) => index < 0 ? Math.Max(0, index + length) : index;
    }
}

using System.Collections.Frozen;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Functions that every template can call.</summary>
internal static class Globals
{
    public static readonly Builtin Dict = new("dict", "items? / **named", (state, a) => ToDict(state, a[0], (PyDict)a[1]!));

    public static readonly Builtin FromKeys = new("fromkeys", "keys value? /", (state, a) => Methods.FromKeys(state, a[0]!, a[1]));

    public static readonly FrozenDictionary<string, object> All = new Builtin[]
    {
        Dict,
        new("range", "start stop? step? /", Range),
        new("namespace", "items? / **named", (state, a) =>
        {
            var result = new Namespace();
            foreach (var (key, value) in ToDict(state, a[0], (PyDict)a[1]!).Entries)
            {
                result.Set(key, value);
            }

            return result;
        }),
        new("cycler", "*items", (_, a) => ((PyTuple)a[0]!).Items is { Length: > 0 } items
            ? new Cycler(items)
            : throw new TemplateException(TemplateFaultKind.Runtime, "cycler needs an item at least.")),
        new("joiner", "sep?", (_, a) => new Joiner(a[0] ?? ", ")),
        new("lipsum", "n? html? min? max?", (_, a) => string.Join("\n\n", Enumerable.Repeat(
            "Lorem ipsum dolor sit amet, consectetuer adipiscing elit.", Math.Clamp(Parameters.Int(a[0], 5, "lipsum's n"), 0, 1000)))),
        new("raise_exception", "message", (_, a) => throw new TemplateException(TemplateFaultKind.RaiseException, PyText.Str(a[0]!))),
        new("strftime_now", "format", (state, a) => TimeText.Format(state.Clock.GetLocalNow(), PyText.Require(a[0]!, "strftime_now's format"))),
    }.ToFrozenDictionary(function => function.Name, object (function) => function);

    /// <summary>Python's <c>dict(items, **named)</c>.</summary>
    public static PyDict ToDict(RenderState state, object? items, PyDict? named)
    {
        var dict = new PyDict { MadeByTemplate = true };
        switch (items)
        {
            case null:
                break;
            case PyDict other:
                dict.Update(other);
                break;
            default:
                foreach (var pair in PyIteration.Items(state, items))
                {
                    var parts = PyIteration.Unpack(state, pair, 2);
                    dict.Set(parts[0], parts[1]);
                }

                break;
        }

        if (named is not null)
        {
            dict.Update(named);
        }

        return dict;
    }

    private static PyRange Range(RenderState state, object?[] a)
    {
        var bounds = Array.ConvertAll(a, value => value is null ? (long?)null
            : value is Undefined undefined ? throw undefined.Fault()
            : value is long or bool ? PyNumber.AsLong(value)
            : value is System.Numerics.BigInteger ? throw TooLong(state)
            : throw TemplateException.Type($"range needs integers, not {PyType.Describe(value)}; the int filter converts."));
        var step = bounds[2] ?? 1;
        if (step == 0)
        {
            throw TemplateException.Value("The step of a range cannot be zero.");
        }

        var range = bounds[1] is { } stop ? new PyRange(bounds[0]!.Value, stop, step) : new PyRange(0, bounds[0]!.Value, step);
        return range.Count <= state.MostItems ? range : throw TooLong(state);
    }

    private static TemplateException TooLong(RenderState state) =>
        new(TemplateFaultKind.Overflow, $"A range may have {state.MostItems} items at most; loop over less.");
}

using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Filters that apply other filters and tests to every item, when the items are asked for.</summary>
internal static class SelectFilters
{
    public static IEnumerable<Builtin> All =>
    [
        new("map", "value *args **kwargs", (state, a) => new PyIterator(Map(state, a[0]!, ((PyTuple)a[1]!).Items, (PyDict)a[2]!))),
        Select("select", keep: true, byAttribute: false),
        Select("reject", keep: false, byAttribute: false),
        Select("selectattr", keep: true, byAttribute: true),
        Select("rejectattr", keep: false, byAttribute: true),
    ];

    private static Builtin Select(string name, bool keep, bool byAttribute) => new(
        name, "value *args **kwargs", (state, a) => new PyIterator(Passing(state, a[0]!, ((PyTuple)a[1]!).Items, (PyDict)a[2]!, keep, byAttribute)));

    private static IEnumerable<object> Map(RenderState state, object value, object[] arguments, PyDict named)
    {
        if (!PyOperators.IsTrue(value))
        {
            yield break;
        }

        var apply = Mapping(state, arguments, named);
        foreach (var item in PyIteration.Items(state, value))
        {
            yield return apply(item);
        }
    }

    private static Func<object, object> Mapping(RenderState state, object[] arguments, PyDict named)
    {
        if (arguments.Length == 0 && named.Find("attribute") is { } attribute)
        {
            var path = new AttributePath(state, attribute, named.Find("default"));
            return named.Entries.ToArray().FirstOrDefault(entry => entry.Key is not ("attribute" or "default")).Key is { } other
                ? throw new TemplateException(TemplateFaultKind.Runtime, $"map takes attribute and default, not {PyText.Str(other)}.")
                : path.Read;
        }

        if (arguments.Length == 0)
        {
            throw new TemplateException(TemplateFaultKind.Runtime, "map needs a filter's name, or attribute=...");
        }

        var name = PyText.Str(arguments[0]);
        var filter = Filters.All.GetValueOrDefault(name) ?? throw new TemplateException(TemplateFaultKind.Runtime, Filters.Unknown(name));
        return item => filter.Invoke(state, item, arguments[1..], named);
    }

    private static IEnumerable<object> Passing(RenderState state, object value, object[] arguments, PyDict named, bool keep, bool byAttribute)
    {
        if (!PyOperators.IsTrue(value))
        {
            yield break;
        }

        var passes = Condition(state, arguments, named, byAttribute);
        foreach (var item in PyIteration.Items(state, value))
        {
            if (passes(item) == keep)
            {
                yield return item;
            }
        }
    }

    private static Func<object, bool> Condition(RenderState state, object[] arguments, PyDict named, bool byAttribute)
    {
        Func<object, object> read = item => item;
        if (byAttribute)
        {
            if (arguments.Length == 0)
            {
                throw new TemplateException(TemplateFaultKind.Runtime, "selectattr and rejectattr need an attribute's name.");
            }

            read = new AttributePath(state, arguments[0]).Read;
            arguments = arguments[1..];
        }

        if (arguments.Length == 0)
        {
            return item => PyOperators.IsTrue(read(item));
        }

        var name = PyText.Str(arguments[0]);
        var test = Tests.All.GetValueOrDefault(name) ?? throw new TemplateException(TemplateFaultKind.Runtime, Tests.Unknown(name));
        var rest = arguments[1..];
        return item => PyOperators.IsTrue(test.Invoke(state, read(item), rest, named));
    }
}

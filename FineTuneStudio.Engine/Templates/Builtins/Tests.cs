using System.Collections.Frozen;
using System.Numerics;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>jinja2's tests: what may stand behind <c>is</c>.</summary>
internal static class Tests
{
    public static readonly FrozenDictionary<string, Builtin> All = Create().ToFrozenDictionary(test => test.Name);

    public static string Unknown(string name) => $"There is no test '{name}'. Known are {string.Join(", ", All.Keys.Order(StringComparer.Ordinal))}.";

    private static IEnumerable<Builtin> Create()
    {
        yield return Of("defined", value => value is not Undefined);
        yield return Of("undefined", value => value is Undefined);
        yield return Of("none", value => value is None);
        yield return Of("boolean", value => value is bool);
        yield return Of("true", value => value is true);
        yield return Of("false", value => value is false);
        yield return Of("integer", value => value is long or BigInteger);
        yield return Of("float", value => value is double);
        yield return Of("number", PyNumber.IsNumber);
        yield return Of("string", value => value is string or Markup);
        yield return Of("mapping", value => value is PyDict);
        yield return Of("sequence", value => value is string or Markup or PyList or PyTuple or PyDict or PyRange or PyBytes or Undefined);
        yield return Of("iterable", PyIteration.IsIterable);
        yield return Of("callable", value => value is PyCallable or Undefined);
        yield return Of("escaped", value => value is Markup);
        yield return Of("lower", value => UnicodeText.AllCased(PyText.Str(value), UnicodeText.IsLower, UnicodeText.IsUpper));
        yield return Of("upper", value => UnicodeText.AllCased(PyText.Str(value), UnicodeText.IsUpper, UnicodeText.IsLower));
        yield return new("odd", "value", (state, a) => Boxed.Of(PyCompare.Equal(Remainder(state, a[0]!, Boxed.Of(2)), Boxed.Of(1))));
        yield return new("even", "value", (state, a) => Boxed.Of(PyCompare.Equal(Remainder(state, a[0]!, Boxed.Of(2)), Boxed.Of(0))));
        yield return new("divisibleby", "value num", (state, a) => Boxed.Of(PyCompare.Equal(Remainder(state, a[0]!, a[1]!), Boxed.Of(0))));
        yield return new("sameas", "value other", (_, a) => Boxed.Of(PyCompare.Same(a[0]!, a[1]!)));
        yield return new("in", "value seq", (state, a) => Boxed.Of(PyOperators.Contains(state, a[1]!, a[0]!)));
        yield return new("filter", "value", (_, a) => Boxed.Of(Filters.All.ContainsKey(Key(a[0]!))));
        yield return new("test", "value", (_, a) => Boxed.Of(All!.ContainsKey(Key(a[0]!))));
        foreach (var name in (string[])["==", "eq", "equalto"])
        {
            yield return new(name, "a b /", (_, a) => Boxed.Of(PyCompare.Equal(a[0]!, a[1]!)));
        }

        foreach (var name in (string[])["!=", "ne"])
        {
            yield return new(name, "a b /", (_, a) => Boxed.Of(!PyCompare.Equal(a[0]!, a[1]!)));
        }

        foreach (var (name, operation) in ((string, CompareOperator)[])[
            (">", CompareOperator.Greater), ("gt", CompareOperator.Greater), ("greaterthan", CompareOperator.Greater),
            (">=", CompareOperator.GreaterOrEqual), ("ge", CompareOperator.GreaterOrEqual),
            ("<", CompareOperator.Less), ("lt", CompareOperator.Less), ("lessthan", CompareOperator.Less),
            ("<=", CompareOperator.LessOrEqual), ("le", CompareOperator.LessOrEqual)])
        {
            yield return new(name, "a b /", (_, a) => Boxed.Of(PyCompare.Ordered(operation, a[0]!, a[1]!)));
        }
    }

    private static Builtin Of(string name, Func<object, bool> test) => new(name, "value", (_, a) => Boxed.Of(test(a[0]!)));

    private static object Remainder(RenderState state, object value, object divisor) => PyOperators.Apply(state, BinaryOperator.Modulo, value, divisor);

    private static string Key(object value)
    {
        PyCompare.RequireHashable(value);
        return PyText.Raw(value) ?? "";
    }
}

using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>What stands in the parentheses of a call.</summary>
internal sealed class Arguments(
    Expression[] positional, (string Name, Expression Value)[] keywords, Expression? rest, Expression? named, int line) : Node(line)
{
    public static readonly Arguments None = new([], [], null, null, 0);

    public override IEnumerable<Node> Children =>
        [.. positional, .. keywords.Select(keyword => keyword.Value), .. new Node?[] { rest, named }.OfType<Node>()];

    public void Bind(BindFrame frame)
    {
        if (keywords.DistinctBy(keyword => keyword.Name).Count() < keywords.Length)
        {
            throw Fail("A call names a parameter twice.");
        }

        foreach (var child in Children)
        {
            ((Expression)child).Bind(frame);
        }
    }

    public object[] Positional(Frame frame)
    {
        if (positional.Length == 0 && rest is null)
        {
            return [];
        }

        var values = new object[positional.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = positional[i].Evaluate(frame);
        }

        return rest is null ? values : [.. values, .. PyIteration.ToList(frame.State, rest.Evaluate(frame))];
    }

    public PyDict? Keywords(Frame frame)
    {
        if (keywords.Length == 0 && named is null)
        {
            return null;
        }

        var values = new PyDict(keywords.Length);
        foreach (var (name, value) in keywords)
        {
            values.Set(name, value.Evaluate(frame));
        }

        if (named is not null)
        {
            AddNamed(values, named.Evaluate(frame));
        }

        return values;
    }

    private static void AddNamed(PyDict values, object given)
    {
        if (given is not PyDict dict)
        {
            throw given is Undefined undefined ? undefined.Fault() : TemplateException.Type($"What follows ** must be a dict, not {PyType.Describe(given)}.");
        }

        foreach (var (key, value) in dict.Entries)
        {
            var name = PyText.Raw(key) ?? throw TemplateException.Type($"A parameter's name is text, not {PyType.Describe(key)}.");
            if (values.Contains(name))
            {
                throw TemplateException.Type($"A call gives '{name}' twice.");
            }

            values.Set(name, value);
        }
    }
}

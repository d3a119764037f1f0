using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{key: value}</c>.</summary>
internal sealed class DictExpression((Expression Key, Expression Value)[] entries, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => entries.SelectMany(entry => new Node[] { entry.Key, entry.Value });

    public override object Evaluate(Frame frame)
    {
        var dict = new PyDict(entries.Length) { MadeByTemplate = true };
        foreach (var (key, value) in entries)
        {
            dict.Set(key.Evaluate(frame), value.Evaluate(frame));
        }

        return dict;
    }
}

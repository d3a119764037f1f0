using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>a ~ b</c>: the values as text, joined.</summary>
internal sealed class ConcatenateExpression(Expression[] parts, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => parts;

    public override object Evaluate(Frame frame)
    {
        var values = Array.ConvertAll(parts, part => part.Evaluate(frame));
        if (frame.State.AutoEscape && Array.Exists(values, value => value is Markup))
        {
            return new Markup(string.Concat(values.Select(Markup.Escape)));
        }

        var texts = Array.ConvertAll(values, PyText.Str);
        frame.State.Make(texts.Sum(text => (long)text.Length));
        return string.Concat(texts);
    }
}

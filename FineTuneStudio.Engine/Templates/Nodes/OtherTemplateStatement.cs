using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% include %}</c>, <c>{% import %}</c>, <c>{% from %}</c>, <c>{% extends %}</c>: read, and refused when they are reached.</summary>
internal sealed class OtherTemplateStatement(string tag, Expression template, Target[] targets, int line) : Statement(line)
{
    public override IEnumerable<Node> Children => [template, .. targets];

    public override void Bind(BindFrame frame)
    {
        if (tag == "extends" && !frame.IsTop)
        {
            throw Fail("An extends stands inside a block; it belongs to the top of the template.");
        }

        template.Bind(frame);
    }

    public override Flow Execute(Frame frame) => throw TemplateException.Type(
        $"A chat template stands alone: '{tag}' has no other template to load. Put the other template's text here.");
}

using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% macro name(parameters) %}</c>.</summary>
internal sealed class MacroStatement(string name, MacroBody body, int line) : Statement(line)
{
    private BoundTarget? _target;

    public string Name { get; } = name;

    public override IEnumerable<Node> Children => body.Children;

    public override void Bind(BindFrame frame)
    {
        body.Bind(frame);
        _target = new NameTarget(Name, Line).Bind(frame);
    }

    public override Flow Execute(Frame frame)
    {
        _target!(frame, new MacroFunction(body, Name, frame));
        return Flow.Next;
    }
}

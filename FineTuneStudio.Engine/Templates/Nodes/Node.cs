namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>A part of a template: read by the parser, bound to its variables once, then run for every conversation.</summary>
internal abstract class Node(int line)
{
    /// <summary>Line of the template, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>The parts it is made of, in jinja2's order.</summary>
    public virtual IEnumerable<Node> Children => [];

    /// <summary>This node and all below it.</summary>
    public IEnumerable<Node> All()
    {
        var rest = new Stack<Node>();
        rest.Push(this);
        while (rest.TryPop(out var node))
        {
            yield return node;
            foreach (var child in node.Children.Reverse())
            {
                rest.Push(child);
            }
        }
    }

    protected TemplateException Fail(string message) => new(TemplateFaultKind.Syntax, message, Line);
}

using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>Something that does something.</summary>
internal abstract class Statement(int line) : Node(line)
{
    /// <summary>Finds the variables and filters it uses; once, before any execution.</summary>
    public abstract void Bind(BindFrame frame);

    public abstract Flow Execute(Frame frame);

    protected static void BindAll(IEnumerable<Statement> statements, BindFrame frame)
    {
        foreach (var statement in statements)
        {
            statement.Bind(frame);
        }
    }

    protected static Flow ExecuteAll(Statement[] statements, Frame frame)
    {
        foreach (var statement in statements)
        {
            frame.State.Line = statement.Line;
            var flow = statement.Execute(frame);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }
}

using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% if %}</c> with its <c>elif</c> and <c>else</c>.</summary>
internal sealed class IfStatement(Expression test, Statement[] body, IfStatement[] elseIfs, Statement[] otherwise, int line) : Statement(line)
{
    public Expression Test => test;

    public IReadOnlyList<Statement> Body => body;

    public IReadOnlyList<IfStatement> ElseIfs => elseIfs;

    public IReadOnlyList<Statement> Else => otherwise;

    public override IEnumerable<Node> Children => [test, .. body, .. elseIfs, .. otherwise];

    public override void Bind(BindFrame frame)
    {
        var soft = frame.Soft();
        test.Bind(soft);
        BindAll(body, soft);
        foreach (var elseIf in elseIfs)
        {
            elseIf.Bind(frame);
        }

        BindAll(otherwise, soft);
    }

    public override Flow Execute(Frame frame)
    {
        if (PyOperators.IsTrue(test.Evaluate(frame)))
        {
            return ExecuteAll(body, frame);
        }

        foreach (var elseIf in elseIfs)
        {
            frame.State.Line = elseIf.Line;
            if (PyOperators.IsTrue(elseIf.Test.Evaluate(frame)))
            {
                return ExecuteAll(elseIf.Block, frame);
            }
        }

        return ExecuteAll(otherwise, frame);
    }

    private Statement[] Block => body;
}

namespace FineTuneStudio.Engine.Templates.Binding;

/// <summary>What happens to a scope's variables when it is entered and left.</summary>
internal sealed class FrameLayout(FrameLayout.Step[] steps)
{
    private readonly bool _onlyParameters = Array.TrueForAll(steps, step => step.Kind == LoadKind.Parameter);

    internal static Step Instruction(FunctionScope function, Variable target, Load load) => new(
        load.Kind, load.Name, function.Reach(target), load.Source is null ? default : function.Reach(load.Source));

    public void Enter(Frame frame)
    {
        if (_onlyParameters)
        {
            return;
        }

        foreach (var step in steps)
        {
            switch (step.Kind)
            {
                case LoadKind.Resolve:
                    frame.Set(step.Target, frame.Context.Find(step.Name));
                    break;
                case LoadKind.Alias:
                    frame.Set(step.Target, frame.Get(step.Source));
                    break;
                case LoadKind.Missing:
                    frame.Set(step.Target, null);
                    break;
            }
        }
    }

    public void Leave(Frame frame)
    {
        foreach (var step in steps)
        {
            frame.Set(step.Target, null);
        }
    }

    internal readonly record struct Step(LoadKind Kind, string Name, VariableReference Target, VariableReference Source);
}

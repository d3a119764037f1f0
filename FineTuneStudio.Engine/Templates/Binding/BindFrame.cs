namespace FineTuneStudio.Engine.Templates.Binding;

/// <summary>Where in the template binding is: the scope, and what may stand there.</summary>
internal sealed class BindFrame(Symbols symbols, bool hasBlocks)
{
    public Symbols Symbols { get; } = symbols;

    public FunctionScope Function => Symbols.Function;

    /// <summary>At the template's top level, perhaps inside an <c>if</c>: what is set there is also seen by blocks.</summary>
    public bool IsTop { get; init; }

    /// <summary>Inside a condition: an unknown filter or test is a fault only when it is reached.</summary>
    public bool IsSoft { get; private init; }

    /// <summary>A <c>break</c> or <c>continue</c> has a loop to act on.</summary>
    public bool InLoop { get; init; }

    public bool SharesWithBlocks => IsTop && hasBlocks;

    /// <summary>A scope inside this one, in the same function.</summary>
    public BindFrame Inner() => new(new Symbols(Symbols, Function), hasBlocks) { InLoop = InLoop };

    /// <summary>The scope of a loop's body.</summary>
    public BindFrame Loop(bool ownFunction) => new(new Symbols(Symbols, ownFunction ? new FunctionScope(Function) : Function), hasBlocks) { InLoop = true };

    /// <summary>A scope of its own in a function of its own that sees this one.</summary>
    public BindFrame InnerFunction() => new(new Symbols(Symbols, new FunctionScope(Function)), hasBlocks);

    /// <summary>A scope inside this one, in another scope's function.</summary>
    public BindFrame InnerIn(FunctionScope function) => new(new Symbols(Symbols, function), hasBlocks) { InLoop = InLoop && function == Function };

    /// <summary>This scope, inside a condition.</summary>
    public BindFrame Soft() => new(Symbols, hasBlocks) { IsTop = IsTop, InLoop = InLoop, IsSoft = true };
}

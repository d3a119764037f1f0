namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>The tree of a regular expression; groups are gone, as nobody asks for what they caught.</summary>
internal abstract record PatternNode
{
    private PatternNode()
    {
    }

    /// <summary>One code point of a set.</summary>
    public sealed record Set(CharacterClass Class) : PatternNode;

    /// <summary>One code point.</summary>
    public sealed record Literal(int CodePoint) : PatternNode;

    /// <summary>One after the other; none is the empty pattern.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Items) : PatternNode;

    /// <summary>The first that leads to a match.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Items) : PatternNode;

    /// <summary>Several times; a maximum of -1 is none.</summary>
    public sealed record Repeat(PatternNode Item, int Minimum, int Maximum, RepeatMode Mode) : PatternNode;

    /// <summary>Keeps the first way it matches.</summary>
    public sealed record Atomic(PatternNode Item) : PatternNode;

    /// <summary>Looks without moving; <paramref name="Width"/> code points back, or ahead where it is -1.</summary>
    public sealed record Look(PatternNode Item, bool IsNegated, int Width) : PatternNode;

    /// <summary>A place in the text.</summary>
    public sealed record Place(PatternPlace Kind) : PatternNode;
}

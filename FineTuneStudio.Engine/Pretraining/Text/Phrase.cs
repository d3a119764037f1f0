namespace FineTuneStudio.Engine.Pretraining.Text;

/// <summary>A piece of a grammar's line.</summary>
internal abstract record Phrase
{
    private Phrase()
    {
    }

    /// <summary>Text as it stands.</summary>
    public sealed record Literal(string Text) : Phrase;

    /// <summary>A line of a rule.</summary>
    public sealed record Rule(string Name) : Phrase;

    /// <summary>One of several.</summary>
    public sealed record Choice(IReadOnlyList<Phrase> Options) : Phrase;

    /// <summary>One after another.</summary>
    public sealed record Sequence(IReadOnlyList<Phrase> Parts) : Phrase;
}

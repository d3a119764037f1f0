namespace FineTuneStudio.Engine.Templates;

/// <summary>A stretch of text in UTF-16 units: from <paramref name="Start"/> up to, and without, <paramref name="End"/>.</summary>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>UTF-16 units inside.</summary>
    public int Length => End - Start;
}

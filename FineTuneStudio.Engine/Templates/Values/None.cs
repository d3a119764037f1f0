namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's <c>None</c>. A C# <see langword="null"/> never is a value here: it means that a variable or argument is missing.</summary>
internal sealed class None
{
    public static readonly None Value = new();

    private None()
    {
    }
}

namespace FineTuneStudio.Engine.Generation;

/// <summary>Finds the first of some texts in one that comes in pieces, and gives back what is certainly before it.</summary>
/// <remarks>Each piece is looked at once, with as much of what came before as may be the beginning of a text that is looked for.</remarks>
/// <param name="stops">What is looked for; none is empty.</param>
internal sealed class StopScanner(IReadOnlyList<string> stops)
{
    private readonly int _longest = stops.Select(stop => stop.Length).DefaultIfEmpty(1).Max();
    private string _held = "";

    /// <summary>Whether one was found; nothing is given back any more.</summary>
    public bool IsFound { get; private set; }

    /// <summary>Takes the next piece.</summary>
    /// <returns>The text that is certain: before the one that was found, or before what may become one.</returns>
    public string Push(string piece)
    {
        if (IsFound || piece.Length == 0)
        {
            return "";
        }

        var text = _held + piece;
        var found = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(place => place >= 0).DefaultIfEmpty(-1).Min();
        IsFound = found >= 0;
        var certain = IsFound ? found : text.Length - Beginning(text);
        _held = IsFound ? "" : text[certain..];
        return text[..certain];
    }

    /// <summary>What was held back, once nothing more comes.</summary>
    public string Finish()
    {
        var rest = _held;
        _held = "";
        return rest;
    }

    // Length of the longest end of the text with which one of those that are looked for begins.
    private int Beginning(string text)
    {
        for (var length = Math.Min(_longest - 1, text.Length); length > 0; length--)
        {
            if (stops.Any(stop => stop.Length > length && stop.AsSpan(0, length).SequenceEqual(text.AsSpan(text.Length - length))))
            {
                return length;
            }
        }

        return 0;
    }
}

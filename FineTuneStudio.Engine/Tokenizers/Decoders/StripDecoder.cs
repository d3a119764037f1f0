namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary>Takes up to so many of one character off the ends of every piece.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : Decoder
{
    /// <summary>The character.</summary>
    public string Content { get; } = content;

    /// <summary>How many at the start.</summary>
    public int Start { get; } = start;

    /// <summary>How many at the end.</summary>
    public int Stop { get; } = stop;

    /// <inheritdoc/>
    public override List<string> Apply(List<string> pieces) => [.. pieces.Select(Strip)];

    private string Strip(string piece)
    {
        var rest = piece.AsSpan();
        for (var count = 0; count < Start && rest.StartsWith(Content); count++)
        {
            rest = rest[Content.Length..];
        }

        for (var count = 0; count < Stop && rest.EndsWith(Content); count++)
        {
            rest = rest[..^Content.Length];
        }

        return rest.Length == piece.Length ? piece : rest.ToString();
    }
}

namespace FineTuneStudio.Engine.Tokenizers.Splitters;

/// <summary>A hand-written matcher of one well-known pattern that leaves no gaps.</summary>
internal interface IScanner
{
    /// <summary>Where the piece that starts at <paramref name="start"/>, which is inside the text, ends.</summary>
    int Next(ReadOnlySpan<char> text, int start);
}

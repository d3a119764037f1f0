using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Engine.Generation;

/// <summary>Looks for the texts that end an answer while its tokens come, across their borders.</summary>
/// <param name="decoder">Of the answer alone.</param>
/// <param name="stops">The texts.</param>
internal sealed class StopWatch(StreamingDecoder decoder, IReadOnlyList<string> stops)
{
    private readonly StopScanner _scanner = new(stops);

    /// <summary>Characters of the answer before the first of them.</summary>
    public int Length { get; private set; }

    /// <summary>Takes the next token.</summary>
    /// <param name="id">The token.</param>
    /// <param name="isLast">Nothing comes after it.</param>
    /// <returns>Whether one of the texts is there.</returns>
    public bool Push(int id, bool isLast)
    {
        Length += _scanner.Push(decoder.Push(id)).Length;
        if (isLast && !_scanner.IsFound)
        {
            Length += _scanner.Push(decoder.Finish()).Length;
        }

        return _scanner.IsFound;
    }
}

using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.Splitters;

/// <summary>Cuts by a scanner; a struct as type argument lets the runtime inline it into the loop.</summary>
internal sealed class ScannerSplitter<TScanner>(TScanner scanner) : Splitter
    where TScanner : struct, IScanner
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, EndList ends)
    {
        for (var position = 0; position < text.Length;)
        {
            position = scanner.Next(text, position);
            ends.Add(offset + position);
        }
    }
}

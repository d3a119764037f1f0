using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.PreTokenizers;

/// <summary>Cuts where the script changes; Japanese syllables count as Han, spaces go with what stands before them.</summary>
internal sealed class ScriptsPreTokenizer : PreTokenizer
{
    /// <inheritdoc/>
    public override void Apply(AlignedText piece, List<AlignedText> pieces)
    {
        var span = piece.Span;
        var han = Scripts.Named("Han");
        var hiragana = Scripts.Named("Hiragana");
        var katakana = Scripts.Named("Katakana");
        var start = -1;
        int? last = null;
        for (var position = 0; position < span.Length;)
        {
            var codePoint = CodePoint.At(span, position, out var length);
            int? script = Scripts.Of(codePoint, isOlder: true);
            script = codePoint == ' ' ? Scripts.None : codePoint == 0x30FC || script == hiragana || script == katakana ? han : script;
            if (script != Scripts.None && last != Scripts.None && last != script)
            {
                Add(piece, start, position, pieces);
                start = position;
            }

            last = script != Scripts.None ? script : last;
            position += length;
        }

        Add(piece, start, span.Length, pieces);
    }

    private static void Add(AlignedText piece, int start, int end, List<AlignedText> pieces)
    {
        if (start >= 0 && end > start)
        {
            pieces.Add(piece.Slice(start, end - start));
        }
    }
}

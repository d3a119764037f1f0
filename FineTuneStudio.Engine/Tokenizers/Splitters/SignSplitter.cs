using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.Splitters;

/// <summary>Cuts before a sign: before every one, or before every run of them.</summary>
internal sealed class SignSplitter(char sign, bool keepsRuns) : Splitter
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, EndList ends)
    {
        for (var position = 0; position < text.Length;)
        {
            position++;
            if (keepsRuns)
            {
                while (position < text.Length && text[position - 1] == sign && text[position] == sign)
                {
                    position++;
                }
            }

            var found = text[position..].IndexOf(sign);
            position = found < 0 ? text.Length : position + found;
            ends.Add(offset + position);
        }
    }
}

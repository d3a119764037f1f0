namespace FineTuneStudio.Engine.Tokenizers.Texts;

/// <summary>Text without surrogate halves that stand alone.</summary>
internal static class WellFormed
{
    /// <summary>The same text, each lone half replaced by U+FFFD; places do not move.</summary>
    public static string Of(string text)
    {
        var first = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0)
        {
            return text;
        }

        char[]? changed = null;
        for (var index = first; index < text.Length; index++)
        {
            if (!char.IsSurrogate(text[index]))
            {
                continue;
            }

            if (index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]))
            {
                index++;
                continue;
            }

            changed ??= text.ToCharArray();
            changed[index] = '\uFFFD';
        }

        return changed is null ? text : new string(changed);
    }
}

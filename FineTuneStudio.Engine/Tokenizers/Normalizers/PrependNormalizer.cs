using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.Normalizers;

/// <summary>Puts a text in front of every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    /// <summary>What is put in front.</summary>
    public string Prefix { get; } = prefix;

    /// <inheritdoc/>
    public override AlignedText Apply(AlignedText text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var builder = new AlignedTextBuilder(text.Length + Prefix.Length);
        builder.Append(Prefix, text.StartOf(0), text.StartOf(0));
        builder.Copy(text, 0, text.Length);
        return builder.Build();
    }
}

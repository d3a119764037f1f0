using FineTuneStudio.Engine.Tokenizers.Models;
using FineTuneStudio.Engine.Tokenizers.Normalizers;
using FineTuneStudio.Engine.Tokenizers.PreTokenizers;
using FineTuneStudio.Engine.Tokenizers.Splitters;

namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>How a text is brought to the model: the file's own steps, or fewer and quicker ones that give the same.</summary>
/// <param name="Normalizer">What is done to text between added tokens, or nothing.</param>
/// <param name="Sign">What is done before cutting (Metaspace), or nothing.</param>
/// <param name="Splitters">How it is cut, one within the other; <c>null</c> where only <paramref name="PreTokenizer"/> can.</param>
/// <param name="ReadsBytes">Whether words go to the model as bytes.</param>
/// <param name="PreTokenizer">The file's own way, where the quick one does not exist.</param>
internal sealed record EncodePlan(
    Normalizer? Normalizer, SignNormalizer? Sign, Splitter[]? Splitters, bool ReadsBytes, PreTokenizer? PreTokenizer)
{
    /// <summary>The quickest plan for the parts of a tokenizer.</summary>
    public static EncodePlan Create(TokenizerParts parts)
    {
        var normalizer = Simplify(parts.Normalizer, out var sign);
        if (parts.PreTokenizer is null)
        {
            Splitter[] words = sign is { } found && parts.Model.SplitsBefore(found) ? [new SignSplitter(found, keepsRuns: true)] : [];
            return new EncodePlan(normalizer, Sign: null, words, ReadsBytes: false, PreTokenizer: null);
        }

        if (parts.PreTokenizer is MetaspacePreTokenizer { Sign: { } metaspace } pieces)
        {
            Splitter[] words = pieces.Splits ? [new SignSplitter(metaspace, keepsRuns: false)]
                : parts.Model.SplitsBefore(metaspace) ? [new SignSplitter(metaspace, keepsRuns: true)] : [];
            return new EncodePlan(normalizer, new SignNormalizer(metaspace, pieces.Placement), words, ReadsBytes: false, PreTokenizer: null);
        }

        return TrySplit(parts.PreTokenizer, parts.Model, out var splitters, out var readsBytes)
            ? new EncodePlan(normalizer, Sign: null, splitters, readsBytes, PreTokenizer: null)
            : new EncodePlan(normalizer, Sign: null, Splitters: null, ReadsBytes: false, parts.PreTokenizer);
    }

    /// <summary>The file's own steps, one by one; what the quick plans are tested against.</summary>
    public static EncodePlan CreatePlain(TokenizerParts parts)
        => new(parts.Normalizer, Sign: null, parts.PreTokenizer is null ? [] : null, ReadsBytes: false, parts.PreTokenizer);

    private static Normalizer? Simplify(Normalizer? normalizer, out char? sign)
    {
        var isSentencePiece = normalizer is SequenceNormalizer
        {
            Items: [PrependNormalizer { Prefix.Length: 1 } prepend, ReplaceNormalizer { Literal: " ", Content.Length: 1 } replace],
        } && prepend.Prefix == replace.Content;
        if (isSentencePiece)
        {
            var found = ((PrependNormalizer)((SequenceNormalizer)normalizer!).Items[0]).Prefix[0];
            sign = found;
            return new SignNormalizer(found, SignPlacement.UnlessEmpty);
        }

        sign = null;
        return normalizer;
    }

    private static bool TrySplit(PreTokenizer preTokenizer, BpeModel model, out Splitter[] splitters, out bool readsBytes)
    {
        List<Splitter> found = [];
        (splitters, readsBytes) = ([], false);
        var items = preTokenizer is SequencePreTokenizer sequence ? sequence.Items : [preTokenizer];
        for (var index = 0; index < items.Count; index++)
        {
            if (items[index] is ByteLevelPreTokenizer { AddsPrefixSpace: false } bytes && index == items.Count - 1 && model.ReadsBytes)
            {
                readsBytes = true;
                if (bytes.WordSplitter is { } words)
                {
                    found.Add(words);
                }
            }
            else if (items[index].AsSplitter is { } splitter)
            {
                found.Add(splitter);
            }
            else
            {
                return false;
            }
        }

        splitters = [.. found];
        return true;
    }
}

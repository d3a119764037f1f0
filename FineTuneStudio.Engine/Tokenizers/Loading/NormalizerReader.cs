using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers.Normalizers;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Reads the <c>normalizer</c> of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    private const string What = "normalizer";

    public static Normalizer? Read(JsonElement element, LoadContext context)
    {
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return null;
        }

        var type = context.TypeOf(element, What);
        switch (type)
        {
            case "NFC":
                return new UnicodeNormalizer(composes: true, compatibility: false);
            case "NFD":
                return new UnicodeNormalizer(composes: false, compatibility: false);
            case "NFKC":
                return new UnicodeNormalizer(composes: true, compatibility: true);
            case "NFKD":
                return new UnicodeNormalizer(composes: false, compatibility: true);
            case "Lowercase":
                return new MappingNormalizer(Mappings.Lowercase);
            case "StripAccents":
                return new MappingNormalizer(Mappings.StripAccents);
            case "Nmt":
                return new MappingNormalizer(Mappings.Nmt);
            case "ByteLevel":
                return new MappingNormalizer(Mappings.ByteLevel);
            case "BertNormalizer":
                return ReadBert(element, context);
            case "Strip":
                return new StripNormalizer(
                    context.Flag(element, "strip_left", What, absent: true), context.Flag(element, "strip_right", What, absent: true));
            case "Prepend":
                return new PrependNormalizer(context.Text(element, "prepend", What));
            case "Replace":
                var (finder, literal, _) = context.Finder(element, What);
                return new ReplaceNormalizer(finder, context.Text(element, "content", What), literal);
            case "Sequence":
                return new SequenceNormalizer([.. context.List(element, "normalizers", What).Select(item => Read(item, context)).OfType<Normalizer>()]);
            default:
                throw context.Fault($"The normalizer '{type}' is not built; NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Nmt, ByteLevel, "
                    + "BertNormalizer, Strip, Prepend, Replace and Sequence are. Use a model whose tokenizer has one of these.");
        }
    }

    private static SequenceNormalizer ReadBert(JsonElement element, LoadContext context)
    {
        var lowers = context.Flag(element, "lowercase", What, absent: true);
        List<Normalizer> steps = [];
        if (context.Flag(element, "clean_text", What, absent: true))
        {
            steps.Add(new MappingNormalizer(Mappings.BertClean));
        }

        if (context.Flag(element, "handle_chinese_chars", What, absent: true))
        {
            steps.Add(new MappingNormalizer(Mappings.BertChinese));
        }

        if (context.Flag(element, "strip_accents", What, absent: lowers))
        {
            steps.Add(new UnicodeNormalizer(composes: false, compatibility: false));
            steps.Add(new MappingNormalizer(Mappings.BertMarks));
        }

        if (lowers)
        {
            steps.Add(new MappingNormalizer(Mappings.Lowercase));
        }

        return new SequenceNormalizer(steps);
    }
}

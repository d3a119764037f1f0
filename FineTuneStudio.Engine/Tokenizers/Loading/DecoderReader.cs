using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers.Decoders;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Reads the <c>decoder</c> of a tokenizer.json.</summary>
internal static class DecoderReader
{
    private const string What = "decoder";

    public static Decoder? Read(JsonElement element, LoadContext context)
    {
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return null;
        }

        var type = context.TypeOf(element, What);
        switch (type)
        {
            case "ByteLevel":
                return new ByteLevelDecoder();
            case "ByteFallback":
                return new ByteFallbackDecoder();
            case "Fuse":
                return new FuseDecoder();
            case "Strip":
                return new StripDecoder(
                    context.Text(element, "content", What), context.Number(element, "start", What), context.Number(element, "stop", What));
            case "Replace":
                var (finder, literal, _) = context.Finder(element, What);
                return new ReplaceDecoder(finder, context.Text(element, "content", What), literal);
            case "Metaspace":
                var scheme = context.OptionalText(element, "prepend_scheme", What);
                var prepends = scheme is null ? context.Flag(element, "add_prefix_space", What, absent: true) : scheme != "never";
                return new MetaspaceDecoder(context.OptionalText(element, "replacement", What) ?? "\u2581", prepends);
            case "WordPiece":
                return new WordPieceDecoder(
                    context.OptionalText(element, "prefix", What) ?? "##", context.Flag(element, "cleanup", What, absent: true));
            case "BPEDecoder":
                return new SuffixDecoder(context.OptionalText(element, "suffix", What) ?? "</w>");
            case "CTC":
                return new CtcDecoder(
                    context.OptionalText(element, "pad_token", What) ?? "<pad>",
                    context.OptionalText(element, "word_delimiter_token", What) ?? "|",
                    context.Flag(element, "cleanup", What, absent: true));
            case "Sequence":
                return new SequenceDecoder([.. context.List(element, "decoders", What).Select(item => Read(item, context)).OfType<Decoder>()]);
            default:
                throw context.Fault($"The decoder '{type}' is not built; ByteLevel, ByteFallback, Fuse, Strip, Replace, Metaspace, WordPiece, "
                    + "BPEDecoder, CTC and Sequence are.");
        }
    }
}

using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers.PostProcessors;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Reads the <c>post_processor</c> of a tokenizer.json: what it puts around one text.</summary>
/// <remarks>What it does with pairs of texts is left out: nothing here encodes pairs.</remarks>
internal static class FrameReader
{
    private const string What = "post_processor";

    public static TokenFrame Read(JsonElement element, LoadContext context)
    {
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return TokenFrame.Empty;
        }

        var type = context.TypeOf(element, What);
        switch (type)
        {
            case "ByteLevel":
                // Only trims white space off offsets, which the learnt text has to keep.
                return TokenFrame.Empty;
            case "TemplateProcessing":
                return ReadTemplate(element, context);
            case "BertProcessing" or "RobertaProcessing":
                return new TokenFrame([ReadNamed(element, "cls", context)], [ReadNamed(element, "sep", context)]);
            case "Sequence":
                return context.List(element, "processors", What)
                    .Aggregate(TokenFrame.Empty, (inner, item) => inner.Within(Read(item, context)));
            default:
                throw context.Fault($"The post-processor '{type}' is not built; ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing "
                    + "and Sequence are.");
        }
    }

    private static TokenFrame ReadTemplate(JsonElement element, LoadContext context)
    {
        List<int> before = [];
        List<int> after = [];
        var texts = 0;
        foreach (var item in context.List(element, "single", What))
        {
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("Sequence", out _))
            {
                texts++;
                continue;
            }

            var name = context.Text(context.Required(item, "SpecialToken", What), "id", What);
            var special = context.Required(context.Required(element, "special_tokens", What), name, What);
            (texts == 0 ? before : after).AddRange(context.List(special, "ids", What).Select(id => id.TryGetInt32(out var number)
                ? number
                : throw context.Fault($"The ids of '{name}' in the post_processor should be whole numbers.")));
        }

        return texts == 1 ? new TokenFrame(before, after) : throw context.Fault("The post_processor's template should hold the text exactly once.");
    }

    private static int ReadNamed(JsonElement element, string name, LoadContext context)
        => context.List(element, name, What).ToArray() is [_, { ValueKind: JsonValueKind.Number } id] && id.TryGetInt32(out var number)
            ? number
            : throw context.Fault($"'{name}' of the post_processor should be a token and its id.");
}

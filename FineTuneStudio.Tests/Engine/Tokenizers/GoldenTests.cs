using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Engine.Tokenizers.Loading;
using FineTuneStudio.Tests.Engine.Tokenizers.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tokenizers;

/// <summary>Every reference case of every real tokenizer, ids and text exactly as the reference libraries give them.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Names => [.. ReferenceTokenizers.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_EveryReferenceText_GivesTheReferenceIds(string name)
    {
        var parts = ReferenceTokenizers.Parts(name);
        var tokenizer = new Tokenizer(parts, new SpecialTokenRoles());
        List<string> differences = [];
        foreach (var line in GoldenLines.Read($"{name}.jsonl"))
        {
            var text = line.Text("text");
            var usual = new EncodeOptions { SpecialText = parts.ReadsSpecialAsPlain ? SpecialText.AsPlainText : SpecialText.AsToken };

            // tiktoken adds nothing; there, with special tokens means that those in the text are found.
            var withSpecial = name == "cl100k" ? new EncodeOptions() : usual with { AddSpecial = !parts.ReadsSpecialAsPlain };
            Compare(differences, "ids", text, line.Ids("ids"), tokenizer.Encode(text, usual));
            Compare(differences, "ids_special", text, line.Ids("ids_special"), tokenizer.Encode(text, withSpecial));
            Compare(differences, "ids_plain", text, line.Ids("ids_plain"), tokenizer.Encode(text, new EncodeOptions { SpecialText = SpecialText.AsPlainText }));
        }

        Assert.Empty(differences);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_FilesOwnStepsOneByOne_GivesTheSameIds(string name)
    {
        var parts = ReferenceTokenizers.Parts(name);
        var quick = new Tokenizer(parts, new SpecialTokenRoles());
        var plain = new Tokenizer(parts, new SpecialTokenRoles(), EncodePlan.CreatePlain(parts));
        List<string> differences = [];
        foreach (var text in GoldenLines.Read($"{name}.jsonl").Select(line => line.Text("text")))
        {
            Compare(differences, "ids", text, plain.Encode(text), quick.Encode(text));
        }

        Assert.Empty(differences);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_EveryReferenceIds_GivesTheReferenceText(string name)
    {
        var tokenizer = ReferenceTokenizers.Load(name);
        List<string> differences = [];
        foreach (var line in GoldenLines.Read($"{name}.jsonl").Concat(GoldenLines.Read($"{name}.decode.jsonl")))
        {
            if (line.TryGetProperty("error", out _))
            {
                Assert.True(tokenizer.RefusesUnknownIds);
                Assert.Contains(line.Ids("ids"), id => tokenizer.IdToToken(id) is null);
                continue;
            }

            var ids = line.Ids("ids_special");
            CompareText(differences, "decoded", ids, line.Text("decoded"), tokenizer.Decode(ids));

            // tiktoken and SentencePiece have no such thing as leaving special tokens out.
            if (!tokenizer.ReadsSpecialAsPlain)
            {
                CompareText(differences, "skip", ids, line.Text("decoded_skip_special"), tokenizer.Decode(ids, skipSpecial: true));
            }
        }

        Assert.Empty(differences);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Stream_EveryReferenceIds_EndsAsTheReferenceText(string name)
    {
        var tokenizer = ReferenceTokenizers.Load(name);
        var stream = tokenizer.CreateStreamingDecoder();
        List<string> differences = [];
        foreach (var line in GoldenLines.Read($"{name}.jsonl").Concat(GoldenLines.Read($"{name}.decode.jsonl")))
        {
            var ids = line.Ids("ids_special");
            var streamed = string.Concat(ids.Select(stream.Push)) + stream.Finish();
            CompareText(differences, "stream", ids, tokenizer.Decode(ids), streamed);
        }

        Assert.Empty(differences);
    }

    private static void Compare(List<string> differences, string what, string text, int[] expected, int[] actual)
    {
        if (!expected.AsSpan().SequenceEqual(actual) && differences.Count < 8)
        {
            differences.Add($"{what} of {GoldenLines.Show(text)}: {GoldenLines.Show(actual)} instead of {GoldenLines.Show(expected)}");
        }
    }

    private static void CompareText(List<string> differences, string what, int[] ids, string expected, string actual)
    {
        if (!string.Equals(expected, actual, StringComparison.Ordinal) && differences.Count < 8)
        {
            differences.Add($"{what} of {GoldenLines.Show(ids)}: {GoldenLines.Show(actual)} instead of {GoldenLines.Show(expected)}");
        }
    }
}

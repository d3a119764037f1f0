using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Engine.Tokenizers.Loading;
using FineTuneStudio.Engine.Tokenizers.Normalizers;
using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Tests.Engine.Tokenizers.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tokenizers;

/// <summary>Each part of a tokenizer.json by itself, and small whole ones, against the reference library.</summary>
public sealed class ComponentTests
{
    private static readonly LoadContext Context = new("components.jsonl");

    [Theory]
    [InlineData("normalizer")]
    [InlineData("pre_tokenizer")]
    [InlineData("decoder")]
    public void Component_EveryReferenceCase_GivesTheReferenceOutput(string kind)
    {
        List<string> differences = [];
        foreach (var line in GoldenLines.Read("components.jsonl").Where(line => line.GetProperty("kind").GetString() == kind))
        {
            var actual = Run(kind, line.GetProperty("config"), line.GetProperty("input"));
            if (!string.Equals(Normal(line.GetProperty("output")), actual, StringComparison.Ordinal))
            {
                differences.Add($"{line.GetProperty("config")} on {line.GetProperty("input").GetRawText()}: {actual} instead of {Normal(line.GetProperty("output"))}");
            }
        }

        Assert.Empty(differences);
    }

    [Fact]
    public void Toys_EveryReferenceCase_GivesTheReferenceIdsAndText()
    {
        List<string> differences = [];
        foreach (var toy in GoldenLines.Read("toys.jsonl"))
        {
            var parts = TokenizerJsonReader.Read(toy.GetProperty("tokenizer"), Context);
            var quick = new Tokenizer(parts, new SpecialTokenRoles());
            var plain = new Tokenizer(parts, new SpecialTokenRoles(), EncodePlan.CreatePlain(parts));
            foreach (var line in toy.GetProperty("cases").EnumerateArray())
            {
                foreach (var tokenizer in (Tokenizer[])[quick, plain])
                {
                    var text = line.Text("text");
                    var found = (
                        GoldenLines.Show(tokenizer.Encode(text)),
                        GoldenLines.Show(tokenizer.Encode(text, new EncodeOptions { AddSpecial = true })),
                        GoldenLines.Show(tokenizer.Encode(text, new EncodeOptions { SpecialText = SpecialText.AsPlainText })),
                        GoldenLines.Show(tokenizer.Decode(line.Ids("ids_special"))),
                        GoldenLines.Show(tokenizer.Decode(line.Ids("ids_special"), skipSpecial: true)));
                    var expected = (
                        GoldenLines.Show(line.Ids("ids")), GoldenLines.Show(line.Ids("ids_special")), GoldenLines.Show(line.Ids("ids_plain")),
                        GoldenLines.Show(line.Text("decoded")), GoldenLines.Show(line.Text("decoded_skip_special")));
                    if (found != expected)
                    {
                        differences.Add($"{toy.GetProperty("name")} on {GoldenLines.Show(text)}: {found} instead of {expected}");
                    }
                }
            }
        }

        Assert.Empty(differences);
    }

    [Fact]
    public void Nfc_EveryReferenceText_GivesTheReferenceForm()
    {
        var nfc = new UnicodeNormalizer(composes: true, compatibility: false);
        List<string> differences = [];
        foreach (var line in GoldenLines.Read("nfc.jsonl"))
        {
            var actual = nfc.Apply(AlignedText.Of(line.Text("text"))).Text.ToString();
            if (!string.Equals(actual, line.Text("nfc"), StringComparison.Ordinal) && !string.Equals(actual, line.Text("newer_tables", "nfc"), StringComparison.Ordinal))
            {
                differences.Add($"{line.GetRawText()}: {GoldenLines.Show(actual)}");
            }
        }

        Assert.Empty(differences);
    }

    private static string Run(string kind, JsonElement config, JsonElement input)
    {
        switch (kind)
        {
            case "normalizer":
                return GoldenLines.Show(NormalizerReader.Read(config, Context)!.Apply(AlignedText.Of(input.GetString()!)).Text.ToString());
            case "decoder":
                return GoldenLines.Show(string.Concat(DecoderReader.Read(config, Context)!.Apply([.. input.EnumerateArray().Select(item => item.GetString()!)])));
            default:
                var text = input.GetString()!;
                List<AlignedText> pieces = [];
                PreTokenizerReader.Read(config, Context)!.Apply(AlignedText.Of(text), pieces);
                return GoldenLines.Show(pieces.Select(piece => new object[]
                {
                    piece.Text.ToString(),
                    new[] { CodePoints(text, piece.StartOf(0)), CodePoints(text, piece.EndOf(piece.Length - 1)) },
                }));
        }
    }

    private static int CodePoints(string text, int units) => text[..units].EnumerateRunes().Count();

    private static string Normal(JsonElement output) => output.ValueKind == JsonValueKind.String ? GoldenLines.Show(output.GetString()!) : GoldenLines.Show(output);
}

using FineTuneStudio.Commands.Benches;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Tests.Support;
using FineTuneStudio.Tests.Support.Reference;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Gguf;

/// <summary>Folders that nobody has seen before, exported: llama.cpp computes the reference's scores, or the export says why it would not.</summary>
public sealed class UnseenExportTests
{
    // Of the largest score. llama.cpp looks GELU up in a table of half precision.
    private const double Tolerance = 2e-3;
    private const double TableTolerance = 0.05;

    public static TheoryData<string, int> Quick => new() { { "qwen3", 1 }, { "deepseek_v3", 2 } };

    public static TheoryData<string, int> Slow
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var variant in ModelShapes.Variants)
            {
                Enumerable.Range(3, 6).ToList().ForEach(seed => data.Add(variant, seed));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Quick))]
    public void Write_UnseenModel_ScoresInLlamaCppAsTheReference(string family, int seed) => Assert.True(ScoresAlike(family, seed), "This one can be exported.");

    [Theory]
    [MemberData(nameof(Slow))]
    [Trait("Category", "Slow")]
    public void Write_ManyUnseenModels_ScoreInLlamaCppAsTheReferenceOrAreRefused(string family, int seed) => ScoresAlike(family, seed);

    private static bool ScoresAlike(string family, int seed)
    {
        using var made = MadeUpModel.Draw(family, seed, change: config => config["vocab_size"] = 333);
        using var folder = new TemporaryFolder();
        made.AddTokenizer();
        try
        {
            GgufModel.Write(made.Path, adapters: null, GgufWeightType.F32, folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken);
        }
        catch (UserErrorException exception)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(exception.Message);
            return false;
        }

        var peer = LlamaPeer.Find();
        Assert.NotNull(peer);
        int[][] prompts = [made.Sequences[0], made.Sequences[2]];
        var answers = peer.Answer(folder.At("model.gguf"), adapter: null, prompts, tokens: 2);
        Assert.NotNull(answers);
        Assert.All(prompts.Zip(answers), pair =>
        {
            var expected = made.Reference.Logits(pair.First)[^1];
            var tolerance = (made.Config.ToJsonString().Contains("gelu", StringComparison.Ordinal) || family.StartsWith("gemma", StringComparison.Ordinal) ? TableTolerance : Tolerance) * (1 + expected.Max(value => Math.Abs(value)));
            Assert.InRange(expected.Zip(pair.Second.Logits, (ours, theirs) => Math.Abs(ours - theirs)).Max(), 0, tolerance);
        });
        return true;
    }
}

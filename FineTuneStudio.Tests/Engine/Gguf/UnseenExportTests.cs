using System.Text.Json;
using FineTuneStudio.Commands.Benches;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Models;
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

    public static TheoryData<string, int> Quick => new() { { "qwen3", 1 }, { "deepseek_v3", 2 }, { "olmo2", 8 } };

    public static TheoryData<string, int> Slow
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var variant in DrawnConfigs.Variants)
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
    [InlineData(GgufWeightType.F16, 0.02)]
    [InlineData(GgufWeightType.Q8, 0.1)]
    [InlineData(GgufWeightType.Q4, 0.8)]
    [InlineData(GgufWeightType.Q4K, 0.6)]
    public void Write_RowsThatDivideIntoNoBlocks_AreReadByLlamaCpp(GgufWeightType type, double tolerance)
    {
        using var made = MadeUpModel.Draw("qwen3", seed: 1, change: config =>
        {
            DrawnConfigs.Resize(config, hidden: 97, inner: 288);
            config["vocab_size"] = 333;
        });
        using var folder = new TemporaryFolder();
        made.AddTokenizer();
        GgufModel.Write(made.Path, adapters: null, type, folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken);

        AssertScores(folder.At("model.gguf"), adapter: null, [made.Sequences[0]], made.Reference, tolerance);
    }

    [Theory]
    [InlineData("qwen2", "hidden_size", 37, "wide together, beside a stream of 37")]
    [InlineData("gpt_oss", "attention_bias", false, "llama.cpp needs this tensor")]
    [InlineData("deepseek_v3", "first_k_dense_replace", 9, "no layer with experts")]
    public void Write_WhatLlamaCppHasNoPlaceFor_IsRefused(string family, string field, object value, string reason)
    {
        using var made = MadeUpModel.Draw(family, seed: 2, change: config => (config["vocab_size"], config[field]) = (333, JsonSerializer.SerializeToNode(value)));
        using var folder = new TemporaryFolder();
        made.AddTokenizer();

        var exception = Assert.Throws<UserErrorException>(
            () => GgufModel.Write(made.Path, adapters: null, GgufWeightType.F32, folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Theory(Explicit = true)]
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
            // What a note says is the same no longer.
            if (GgufModel.Write(made.Path, adapters: null, GgufWeightType.F32, folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken).Count > 0)
            {
                return false;
            }
        }
        catch (UserErrorException exception)
        {
            AssertNamesWhatIsMissing(exception);
            return false;
        }

        int[][] prompts = [made.Sequences[0], made.Sequences[2]];
        var tolerance = made.Config.ToJsonString().Contains("gelu", StringComparison.Ordinal) || family.StartsWith("gemma", StringComparison.Ordinal) ? TableTolerance : Tolerance;
        AssertScores(folder.At("model.gguf"), adapter: null, prompts, made.Reference, tolerance);

        using var adapter = LearntAdapter.Create(ModelFolder.Linears(made.Path), new LoraOptions { Rank = 3, Alpha = 5 }, deviation: 0.3, seed: 5);

        try
        {
            GgufAdapter.Write(made.Path, adapter, GgufWeightType.F32, folder.At("adapter.gguf"), TestContext.Current.CancellationToken);
            AssertScores(folder.At("model.gguf"), folder.At("adapter.gguf"), prompts, ReferenceAdapter.Merged(made.Reference, adapter), tolerance);
        }
        catch (UserErrorException exception)
        {
            AssertNamesWhatIsMissing(exception);
        }

        return true;
    }

    // Any other fault is ours.
    private static void AssertNamesWhatIsMissing(UserErrorException exception) => Assert.All(exception.Errors, error => Assert.Matches("llama\\.cpp|not written as GGUF", error.Message));

    private static void AssertScores(string path, string? adapter, int[][] prompts, ReferenceTransformer reference, double tolerance)
    {
        var peer = LlamaPeer.Find();
        Assert.NotNull(peer);
        var answers = peer.Answer(path, adapter, prompts, tokens: 2);
        Assert.NotNull(answers);
        Assert.All(prompts.Zip(answers), pair =>
        {
            var expected = reference.Logits(pair.First)[^1];
            Assert.InRange(expected.Zip(pair.Second.Logits, (ours, theirs) => Math.Abs(ours - theirs)).Max(), 0, tolerance * (1 + expected.Max(value => Math.Abs(value))));
        });
    }
}

using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Tests.Support.Reference;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models;

/// <summary>Folders of every family that nobody has seen before, against a second implementation in double precision.</summary>
public sealed class UnseenModelTests
{
    private const int QuickSeeds = 2;
    private const int LearntSeeds = 6;
    private const int AllSeeds = 30;

    private static readonly (string Family, PublishedLayout Layout)[] Published =
    [
        ("llama", PublishedLayout.Nf4),
        ("qwen3", PublishedLayout.Nf4Double),
        ("phi3", PublishedLayout.Fp4),
        ("gemma2", PublishedLayout.Nf4Double),
        ("mixtral", PublishedLayout.Nf4),
        ("qwen2_moe", PublishedLayout.Fp4),
        ("deepseek_v2", PublishedLayout.Nf4),
        ("deepseek_v3", PublishedLayout.Fp8),
        ("kimi_k2", PublishedLayout.Fp8),
        ("qwen3", PublishedLayout.Fp8),
        ("qwen3_moe", PublishedLayout.Fp8),
        ("gpt_oss", PublishedLayout.Mxfp4),
    ];

    /// <summary>Families by few seeds.</summary>
    public static TheoryData<string, int> Quick => Seeds(1, QuickSeeds);

    /// <summary>Families by one seed.</summary>
    public static TheoryData<string, int> Quickest => Seeds(1, 1);

    /// <summary>Families by some seeds.</summary>
    public static TheoryData<string, int> Slowest => Seeds(QuickSeeds + 1, LearntSeeds);

    /// <summary>Families by many seeds.</summary>
    public static TheoryData<string, int> Slow => Seeds(QuickSeeds + 1, AllSeeds);

    /// <summary>Families in layouts that they, or what is made of them, are published in.</summary>
    public static TheoryData<string, string> Layouts
    {
        get
        {
            var data = new TheoryData<string, string>();
            Array.ForEach(Published, pair => data.Add(pair.Family, pair.Layout.ToString()));
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Quick))]
    public void Load_UnseenFolder_ComputesAndAnswersAsTheReference(string family, int seed)
    {
        using var made = MadeUpModel.Draw(family, seed);

        Computes(made);
    }

    [Theory]
    [InlineData("llama", 150)]
    [InlineData("qwen3_moe", 140)]
    [InlineData("gemma2", 140)]
    [InlineData("gpt_oss", 200)]
    [InlineData("deepseek_v3", 130)]
    [InlineData("phi3:longrope", 90)]
    public void Load_UnseenFolderAndALongSequence_ComputesAndAnswersAsTheReference(string family, int length)
    {
        using var made = MadeUpModel.Draw(family, seed: 400, length: length);

        Computes(made);
    }

    [Theory]
    [InlineData("qwen3_moe")]
    [InlineData("gemma3_text")]
    [InlineData("deepseek_v3")]
    [InlineData("gpt_oss")]
    public void Generate_ManyPromptsToAnUnseenFolder_AnswersAsTheReference(string family)
    {
        using var made = MadeUpModel.Draw(family, seed: 700);
        using var model = CausalModel.Load(made.Path, Precision.Fp32);
        var prompts = Enumerable.Range(0, 40).Select(index => made.Sequences[0][(index % 11)..((index % 11) + 1 + (index % 6))]).ToArray();

        UnseenChecks.Answers(model, made.Reference, prompts);
    }

    [Fact]
    public void Load_WideUnseenFolder_ComputesAsTheReferenceInEveryForm() => ComputesWide("llama");

    [Theory(Explicit = true)]
    [InlineData("mixtral")]
    [InlineData("phi3")]
    [InlineData("qwen2_moe")]
    [InlineData("gpt_oss")]
    [InlineData("deepseek_v2")]
    [InlineData("deepseek_v3")]
    [InlineData("gemma2")]
    [InlineData("olmo2")]
    [Trait("Category", "Slow")]
    public void Load_MoreWideUnseenFolders_ComputeAsTheReferenceInEveryForm(string family) => ComputesWide(family);

    [Theory]
    [MemberData(nameof(Quickest))]
    public void WithAdapter_OtherKindsBesideAnUnseenFolder_ComputeAsTheReference(string family, int seed)
    {
        using var made = MadeUpModel.Draw(family, seed + 500);

        UnseenChecks.OtherAdapters(made);
    }

    [Theory]
    [MemberData(nameof(Quickest))]
    public void Backward_UnseenFolder_HasTheReferencesSlopes(string family, int seed)
    {
        using var made = MadeUpModel.Draw(family, seed + 100);

        UnseenChecks.Gradients(made, most: 12);
        UnseenChecks.Adapter(made, most: 8);
    }

    [Theory]
    [MemberData(nameof(Quickest))]
    public void Load_UnseenFolderInFewBits_ComputesThePackedReference(string family, int seed)
    {
        using var made = MadeUpModel.Draw(family, seed + 200);

        UnseenChecks.Packed(made, Quantization.Nf4);
        UnseenChecks.Packed(made, Quantization.Int8);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Load_UnseenFolderInAPublishedLayout_ComputesTheReference(string family, string layout)
    {
        using var made = MadeUpModel.Draw(family, seed: 300, Enum.Parse<PublishedLayout>(layout));

        UnseenChecks.Published(made);
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Slow))]
    [Trait("Category", "Slow")]
    public void Load_ManyUnseenFolders_AllComputeAsTheReference(string family, int seed)
    {
        using var made = MadeUpModel.Draw(family, seed);

        Computes(made);
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Slowest))]
    [Trait("Category", "Slow")]
    public void Backward_ManyUnseenFolders_AllLearnAsTheReference(string family, int seed)
    {
        using var made = MadeUpModel.Draw(family, seed);

        UnseenChecks.OtherAdapters(made);
        UnseenChecks.Gradients(made, most: 40);
        UnseenChecks.Adapter(made, most: 20);
        UnseenChecks.Packed(made, Quantization.Nf4);
        UnseenChecks.Packed(made, Quantization.Int8);
        foreach (var (_, layout) in Published.Where(pair => pair.Family == family))
        {
            using var packed = MadeUpModel.Draw(family, seed, layout);
            UnseenChecks.Published(packed);
        }
    }

    // Beyond what a product takes at a time, and a multiple of nothing.
    private static void ComputesWide(string family)
    {
        using var made = MadeUpModel.Draw(family, seed: 600, change: config =>
        {
            DrawnConfigs.Resize(config, hidden: 515, inner: 1037);
            (config["vocab_size"], config["num_hidden_layers"]) = (5003, 2);
        });

        Computes(made);
        foreach (var quantization in new[] { Quantization.Nf4, Quantization.Int8 })
        {
            using var model = CausalModel.Load(made.Path, Precision.Fp32, quantization: quantization);
            var packed = ReferencePacking.Packed(made.Reference, quantization == Quantization.Nf4);
            UnseenChecks.Logits(model, packed, made.Sequences);
            UnseenChecks.Answers(model, packed, made.Sequences);
        }
    }

    private static void Computes(MadeUpModel made)
    {
        var description = ModelFolder.Inspect(made.Path);
        using var model = CausalModel.Load(made.Path, Precision.Fp32);

        Assert.Equal(made.Reference.Weights.All.Values.Sum(tensor => (long)tensor.Values.Length), description.Parameters);
        UnseenChecks.Logits(model, made.Reference, made.Sequences);
        UnseenChecks.HalfPrecision(made);
        if (!made.KeepsOldTurns)
        {
            UnseenChecks.Answers(model, made.Reference, made.Sequences);
        }
    }

    private static TheoryData<string, int> Seeds(int first, int last)
    {
        var data = new TheoryData<string, int>();
        foreach (var seed in Enumerable.Range(first, last - first + 1))
        {
            foreach (var variant in DrawnConfigs.Variants)
            {
                data.Add(variant, seed);
            }
        }

        return data;
    }
}

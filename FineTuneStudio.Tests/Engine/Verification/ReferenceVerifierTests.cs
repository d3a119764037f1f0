using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Verification;

/// <summary>Reference numbers of small random models, one folder each; more than this in a logit is a fault, not rounding.</summary>
public sealed class ReferenceVerifierTests
{
    private const double Bar = 6e-5;

    public static TheoryData<string> Models => [.. GoldenModels.Dense, .. GoldenModels.Sparse];

    public static TheoryData<string> Mixtures => [.. GoldenModels.Sparse];

    public static TheoryData<string, string> Adapters => GoldenModels.Adapters;

    [Theory]
    [MemberData(nameof(Models))]
    public void Verify_GoldenModel_IsWithinRounding(string name)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32);

        var report = ReferenceVerifier.Verify(model, SharedData.Golden("models", name, "reference.safetensors"), Bar);

        Assert.True(report.Passed, report.ToString());
        Assert.NotNull(report.HiddenAbsolute);
        Assert.NotNull(report.LogProbabilitiesAbsolute);
        Assert.NotNull(report.ReferenceLoss);
        Assert.Equal(2, report.Greedy.Count);
    }

    [Theory]
    [MemberData(nameof(Mixtures))]
    public void Verify_Mixture_ChoosesTheReferencesExperts(string name)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32);

        var report = ReferenceVerifier.Verify(model, SharedData.Golden("models", name, "reference.safetensors"), Bar);

        Assert.Equal(0, report.RoutesDiffering);
        Assert.InRange(report.RoutersAbsolute!.Value, 0, 2e-5);
        if (report.ReferenceBalance is { } balance)
        {
            Assert.Equal(balance, report.Balance!.Value, 1e-6);
        }
        else
        {
            Assert.True(name.StartsWith("deepseek", StringComparison.Ordinal) || name == "kimi_k2", name);
        }
    }

    [Theory]
    [MemberData(nameof(Mixtures))]
    public void Verify_GivenExperts_WeighsThemByItsOwnScores(string name)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32);

        var report = ReferenceVerifier.Verify(model, SharedData.Golden("models", name, "replay.safetensors"), Bar);

        Assert.True(report.Passed, report.ToString());
        Assert.NotNull(report.ReferenceLoss);
        Assert.Null(report.RoutesDiffering);
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public void Verify_GoldenAdapter_IsWithinRounding(string name, string kind)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32);
        using var adapter = AdapterSet.Load(SharedData.Golden("models", name, kind), model.Linears);
        using var view = model.WithAdapter(adapter);

        var report = ReferenceVerifier.Verify(view, SharedData.Golden("models", name, kind, "reference.safetensors"), Bar);

        Assert.True(report.Passed, report.ToString());
        Assert.NotNull(report.ReferenceLoss);
    }

    [Fact]
    public void Verify_WithoutItsAdapter_FailsByFar()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32);

        var report = ReferenceVerifier.Verify(model, SharedData.Golden("models", "llama", "lora", "reference.safetensors"));

        Assert.False(report.Passed);
        Assert.True(report.LogitsAbsolute > 1);
    }

    [Fact]
    public void Verify_ReferenceWithoutLogits_NamesWhatIsMissing()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32);

        var exception = Assert.Throws<UserErrorException>(() => ReferenceVerifier.Verify(model, SharedData.Golden("models", "llama", "gradients.safetensors")));

        Assert.Contains("input_ids", exception.Message, StringComparison.Ordinal);
    }
}

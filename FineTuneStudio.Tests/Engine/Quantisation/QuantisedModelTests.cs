using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Quantisation;

/// <summary>Published quantised layouts, against the reference implementation's numbers.</summary>
public sealed class QuantisedModelTests
{
    [Theory]
    [InlineData("llama_nf4")]
    [InlineData("qwen3_nf4_double")]
    [InlineData("deepseek_v3_fp8")]
    [InlineData("gpt_oss_mxfp4")]
    public void Load_QuantisedFolder_ComputesTheReference(string name)
    {
        var folder = SharedData.Golden("models", name);
        using var model = CausalModel.Load(folder, Precision.Fp32);

        var report = ReferenceVerifier.Verify(model, Path.Combine(folder, "reference.safetensors"), tolerance: 5e-4);

        Assert.True(report.Passed, report.ToString());
    }

    [Fact]
    public void Merge_QuantisedBase_IsRefusedWithTheWayOut()
    {
        var folder = SharedData.Golden("models", "llama_nf4");
        using var target = new TemporaryFolder();
        using var adapters = AdapterSet.Create(ModelFolder.Linears(folder), new LoraOptions { Rank = 2 }, seed: 1);

        var exception = Assert.Throws<UserErrorException>(() => MergedModel.Write(folder, adapters, target.At("merged"), TestContext.Current.CancellationToken));

        Assert.Contains("unquantised weights", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_QuantisedFolder_CountsTheWeightsOfTheModel()
    {
        var quantised = ModelFolder.Inspect(SharedData.Golden("models", "llama_nf4"));

        Assert.Equal(ModelFolder.Inspect(SharedData.Golden("models", "llama")).Parameters, quantised.Parameters);
    }
}

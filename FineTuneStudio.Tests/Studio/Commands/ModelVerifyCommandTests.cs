using System.Text.Json;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Commands;

/// <summary><c>model verify</c>, as the program that it is.</summary>
public sealed class ModelVerifyCommandTests
{
    [Theory]
    [InlineData("llama_nf4")]
    [InlineData("qwen3_nf4_double")]
    [InlineData("deepseek_v3_fp8")]
    [InlineData("gpt_oss_mxfp4")]
    public void Verify_QuantisedFolder_PassesFromItsFewBitsAndUnpacked(string name)
    {
        string[] arguments = ["model", "verify", SharedData.Golden("models", name), "--reference", SharedData.Golden("models", name, "reference.safetensors"), "--tolerance", "5e-4"];

        var packed = StudioProgram.Run("", arguments);
        var unpacked = StudioProgram.Run("", [.. arguments, "--unpacked"]);

        Assert.True(packed.ExitCode == 0 && unpacked.ExitCode == 0, packed.Error + packed.Output + unpacked.Error + unpacked.Output);
        Assert.Contains("in the few bits that the folder has them in", packed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("few bits", unpacked.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_AdapterBesideTheReferenceOfTheBase_FailsWithItsFigures()
    {
        var result = StudioProgram.Run(
            "model", "verify", SharedData.Golden("models", "llama"), "--reference", SharedData.Golden("models", "llama", "reference.safetensors"),
            "--adapter", SharedData.Golden("models", "llama", "lora"), "--json");

        Assert.Equal(1, result.ExitCode);
        Assert.False(JsonDocument.Parse(result.Output).RootElement.GetProperty("passed").GetBoolean());
    }
}

using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Exports;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Exports;

public sealed class AdapterExporterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llama", "lora", ExportFormat.Peft, GgufWeightType.F16)]
    [InlineData("llama", "lora", ExportFormat.Merged, GgufWeightType.F16)]
    [InlineData("llama", "lora", ExportFormat.Gguf, GgufWeightType.F16)]
    [InlineData("llama", "lora", ExportFormat.GgufLora, GgufWeightType.F16)]
    [InlineData("qwen3", "lora_modules_to_save", ExportFormat.Gguf, GgufWeightType.BF16)]
    [InlineData("qwen3", "lora_rslora", ExportFormat.GgufLora, GgufWeightType.F32)]
    [InlineData("qwen3", "lora_dora", ExportFormat.Merged, GgufWeightType.F16)]
    [InlineData("deepseek_v3", "lora", ExportFormat.Gguf, GgufWeightType.F16)]
    [InlineData("gemma3", "lora", ExportFormat.Gguf, GgufWeightType.F16)]
    [InlineData("gpt_oss", "lora", ExportFormat.Gguf, GgufWeightType.F16)]
    [InlineData("gpt_oss", "lora", ExportFormat.GgufLora, GgufWeightType.F32)]
    [InlineData("phi3_longrope", "lora", ExportFormat.Gguf, GgufWeightType.BF16)]
    [InlineData("smollm3", "lora", ExportFormat.GgufLora, GgufWeightType.F16)]
    public void Export_GoldenAdapter_IsCertifiedWithTheHashOfEveryFile(string model, string adapter, ExportFormat format, GgufWeightType type)
    {
        var certificate = Export(model, adapter, format, type, "out");

        Assert.True(certificate.Passed, $"{certificate}");
        Assert.InRange(certificate.GreedyAgreement, 0.97, 1);
        var written = JsonSerializer.Deserialize<ExportCertificate>(File.ReadAllText(_folder.At("out/certificate.json")), RunSpecification.JsonOptions)!;
        Assert.Equal(certificate.MeanDivergence, written.MeanDivergence);
        Assert.Equal(certificate.Files.Select(file => file.Name).Append("certificate.json").Order(StringComparer.Ordinal), Directory.EnumerateFiles(_folder.At("out")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(certificate.Files, file => Assert.Equal(file.Sha256, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder.At($"out/{file.Name}"))))));
        Assert.Contains("## Certificate", File.ReadAllText(_folder.At("out/README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Export_FourBits_SaysHowFarItIsOff()
    {
        var sixteen = Export("llama", "lora", ExportFormat.Gguf, GgufWeightType.F16, "sixteen");
        var eight = Export("llama", "lora", ExportFormat.Gguf, GgufWeightType.Q8, "eight");
        var four = Export("llama", "lora", ExportFormat.Gguf, GgufWeightType.Q4, "four");

        Assert.True(sixteen.MeanDivergence < eight.MeanDivergence && eight.MeanDivergence < four.MeanDivergence, $"{sixteen.MeanDivergence} {eight.MeanDivergence} {four.MeanDivergence}");
    }

    [Fact]
    public void Export_GgufPath_IsOneFileWithItsCertificateBesideIt()
    {
        Export("llama", "lora", ExportFormat.Gguf, GgufWeightType.Q8, "mine.gguf");

        Assert.Equal(["mine.certificate.json", "mine.gguf"], Directory.EnumerateFileSystemEntries(_folder.FullName).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Export_ZipPath_HoldsTheWholeExport()
    {
        Export("llama", "lora", ExportFormat.Peft, GgufWeightType.F16, "mine.zip");

        using var archive = ZipFile.OpenRead(_folder.At("mine.zip"));
        Assert.Equal(["README.md", "adapter_config.json", "adapter_model.safetensors", "certificate.json"], archive.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Export_WhatTheFormCannotHold_IsRefusedAndLeavesNothing()
    {
        Assert.Throws<UserErrorException>(() => Export("qwen3", "lora_dora", ExportFormat.GgufLora, GgufWeightType.F16, "out"));
        Assert.Throws<UserErrorException>(() => Export("llama", "lora", ExportFormat.Peft, GgufWeightType.F16, "out.gguf"));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Certificate_ModelThatComputesSomethingElse_DoesNotPass()
    {
        // A certificate that cannot fail proves nothing: the other model stands for a broken export.
        var prompts = new int[][] { [3, 5, 8, 13, 21, 34] };
        using var live = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32);
        using var other = CausalModel.Load(SharedData.Golden("models", "qwen2"), Precision.Fp32);
        using var ours = AnswerScores.OfAnswers(live, prompts, TestContext.Current.CancellationToken);
        using var theirs = AnswerScores.Of(other, ours.Texts, TestContext.Current.CancellationToken);

        var (largest, divergence, agreement) = ours.CompareWith(theirs);

        Assert.True(largest > 1 && divergence > 0.5 && agreement < 0.5, $"{largest} {divergence} {agreement}");
    }

    private ExportCertificate Export(string model, string adapter, ExportFormat format, GgufWeightType type, string target)
        => AdapterExporter.Export(
            new ExportRequest
            {
                AdapterFolder = SharedData.Golden("models", model, adapter),
                ModelFolder = SharedData.Golden("models", model),
                Format = format,
                WeightType = type,
                Target = _folder.At(target),
            },
            progress: null, TestContext.Current.CancellationToken);
}

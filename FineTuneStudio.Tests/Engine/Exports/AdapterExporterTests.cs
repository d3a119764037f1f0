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

    [Theory]
    [InlineData("llama_nf4", ExportFormat.Peft)]
    [InlineData("llama_nf4", ExportFormat.Merged)]
    [InlineData("llama_nf4", ExportFormat.Gguf)]
    [InlineData("llama_nf4", ExportFormat.GgufLora)]
    [InlineData("qwen3_nf4_double", ExportFormat.Merged)]
    [InlineData("qwen3_nf4_double", ExportFormat.Gguf)]
    [InlineData("qwen3_nf4_double", ExportFormat.GgufLora)]
    [InlineData("deepseek_v3_fp8", ExportFormat.Gguf)]
    [InlineData("gpt_oss_mxfp4", ExportFormat.Merged)]
    [InlineData("gpt_oss_mxfp4", ExportFormat.Gguf)]
    [InlineData("gpt_oss_mxfp4", ExportFormat.GgufLora)]
    public void Export_AdapterOfAQuantisedBase_IsCertified(string model, ExportFormat format)
    {
        var adapter = SaveLearntAdapter(model);

        var certificate = Export(Request(model, format, "out") with { AdapterFolder = adapter });

        Assert.True(certificate.Passed, $"{certificate}");
        Assert.InRange(certificate.GreedyAgreement, 0.95, 1);
        Assert.Equal(format == ExportFormat.Merged, certificate.Notes.Any(note => note.Contains("packed in few bits; here they are 16-bit numbers", StringComparison.Ordinal)));
    }

    [Fact]
    public void Export_MergedIntoFloatsOfEightBits_IsOffByTheRoundingToSixteen()
    {
        var certificate = Export(Request("deepseek_v3_fp8", ExportFormat.Merged, "out") with { AdapterFolder = SaveLearntAdapter("deepseek_v3_fp8") });

        // The random router of the reference has near ties, which rounding decides: more than the limit for models that have learnt.
        Assert.InRange(certificate.MeanDivergence, 0, 0.03);
        Assert.InRange(certificate.GreedyAgreement, 0.85, 1);
    }

    [Fact]
    public void Export_QuantisedBaseToFourBits_SaysThatItIsRoundedTwice()
    {
        var notes = Export(Request("llama_nf4", ExportFormat.Gguf, "four") with { AdapterFolder = SaveLearntAdapter("llama_nf4"), WeightType = GgufWeightType.Q4 }).Notes;

        Assert.Contains(notes, note => note.Contains("rounded again", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ExportFormat.Merged)]
    [InlineData(ExportFormat.Peft)]
    public void Export_RunThatPackedItsBase_SaysHowFarItIsFromTheModelInTraining(ExportFormat format)
    {
        var certificate = Export(Request("llama", format, "out") with { AdapterFolder = SharedData.Golden("models", "llama", "lora"), TrainedQuantization = Quantization.Nf4 });

        Assert.True(certificate.Passed, $"{certificate}");
        Assert.Equal(Quantization.Nf4, certificate.TrainedQuantization);
        Assert.True(certificate.TrainedDivergence > Math.Max(1e-4, certificate.MeanDivergence), $"{certificate}");
        Assert.InRange(certificate.TrainedAgreement!.Value, 0, 1);
        var readme = File.ReadAllText(_folder.At("out/README.md"));
        Assert.Contains("packed in few bits (nf4)", readme, StringComparison.Ordinal);
        Assert.DoesNotContain("with the model as trained", readme, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama", ExportFormat.Merged, GgufWeightType.F16)]
    [InlineData("llama", ExportFormat.Gguf, GgufWeightType.Q8)]
    [InlineData("llama", ExportFormat.GgufLora, GgufWeightType.F16)]
    [InlineData("llama", ExportFormat.Peft, GgufWeightType.F16)]
    [InlineData("llama_nf4", ExportFormat.Merged, GgufWeightType.F16)]
    [InlineData("gpt_oss_mxfp4", ExportFormat.Merged, GgufWeightType.F16)]
    [InlineData("gpt_oss_mxfp4", ExportFormat.Gguf, GgufWeightType.F16)]
    public void Find_SizeOfAForm_IsAboutWhatIsWritten(string model, ExportFormat format, GgufWeightType type)
    {
        var adapter = SaveLearntAdapter(model);
        using var sizes = new ExportSizes(adapter, SharedData.Golden("models", model));

        var size = sizes.Find(format, type)!;

        var written = Export(Request(model, format, "out") with { AdapterFolder = adapter, WeightType = type }).Files
            .Where(file => file.Name != "README.md" || format == ExportFormat.Peft).Sum(file => file.Bytes);
        Assert.InRange(size.Bytes, 0.8 * written, 1.05 * written);
        Assert.Equal(model != "llama", size.Note?.Contains("times the base's", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void Find_FormThatCannotHoldTheAdapter_HasNoSize()
    {
        using var sizes = new ExportSizes(SharedData.Golden("models", "qwen3", "lora_dora"), SharedData.Golden("models", "qwen3"));

        Assert.Null(sizes.Find(ExportFormat.GgufLora, GgufWeightType.F16));
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

    private static ExportCertificate Export(ExportRequest request) => AdapterExporter.Export(request, progress: null, TestContext.Current.CancellationToken);

    private ExportCertificate Export(string model, string adapter, ExportFormat format, GgufWeightType type, string target)
        => Export(Request(model, format, target) with { AdapterFolder = SharedData.Golden("models", model, adapter), WeightType = type });

    private ExportRequest Request(string model, ExportFormat format, string target)
        => new() { AdapterFolder = "", ModelFolder = SharedData.Golden("models", model), Format = format, Target = _folder.At(target) };

    // Of linears alone where llama.cpp takes no others.
    private string SaveLearntAdapter(string model)
    {
        using var adapters = LearntAdapter.Create(
            ModelFolder.Linears(SharedData.Golden("models", model)),
            new LoraOptions { Rank = 4, Targets = model.StartsWith("gpt_oss", StringComparison.Ordinal) ? ["experts.down_proj", "q_proj"] : [LoraOptions.AllLinear] }, deviation: 0.1, seed: 3);

        adapters.Save(_folder.At("learnt"), model);
        return _folder.At("learnt");
    }
}

using System.IO.Compression;
using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Adapters;

public sealed class MergedModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fts-merged-").FullName;

    public static TheoryData<string, string> Adapters => new()
    {
        { "llama", "lora" },
        { "llama_v5_config", "lora" },
        { "qwen2", "lora" },
        { "qwen3", "lora" },
        { "qwen3", "lora_dora" },
        { "qwen3", "lora_patterns" },
        { "qwen3", "lora_modules_to_save" },
        { "qwen3", "lora_regex" },
        { "qwen3", "lora_rslora" },
        { "deepseek_v2", "lora" },
        { "deepseek_v3", "lora_experts" },
        { "gpt_oss", "lora" },
        { "kimi_k2", "lora" },
        { "mixtral", "lora_experts" },
        { "qwen2_moe", "lora" },
        { "qwen3_moe", "lora" },
        { "qwen3_moe", "lora_experts" },
    };

    private string Target => Path.Combine(_folder, "merged");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Adapters))]
    public void Write_GoldenAdapter_ComputesWhatTheAdapterComputes(string name, string kind)
    {
        Merge(SharedData.Golden("models", name), SharedData.Golden("models", name, kind));

        using var merged = CausalModel.Load(Target, Precision.Fp32);
        var report = ReferenceVerifier.Verify(merged, SharedData.Golden("models", name, kind, "reference.safetensors"), tolerance: 1e-4);

        Assert.True(report.Passed, report.ToString());
        Assert.True(File.Exists(Path.Combine(Target, "tokenizer.json")));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_folder), path => path.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_HeadSavedOverTiedBase_UntiesIt()
    {
        Merge(SharedData.Golden("models", "qwen3"), SharedData.Golden("models", "qwen3", "lora_modules_to_save"));

        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Target, "config.json")));
        Assert.False(config.RootElement.GetProperty("tie_word_embeddings").GetBoolean());
        Assert.True(SafetensorsFile.Open(Path.Combine(Target, "model.safetensors")).Contains("lm_head.weight"));
    }

    [Fact]
    public void Write_ShardedBase_KeepsItsShards()
    {
        using var copy = new ModelCopy("qwen3");
        copy.Shard();

        Merge(copy.Path, SharedData.Golden("models", "qwen3", "lora_modules_to_save"));

        Assert.Equal(2, SafetensorsFolder.Open(Target).Files.Count);
        using var merged = CausalModel.Load(Target, Precision.Fp32);
        Assert.True(ReferenceVerifier.Verify(merged, SharedData.Golden("models", "qwen3", "lora_modules_to_save", "reference.safetensors"), 1e-4).Passed);
    }

    [Fact]
    public void Write_TargetHoldsSomething_IsRefused()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "mine.txt"), "mine");

        Assert.Throws<UserErrorException>(() => Merge(SharedData.Golden("models", "llama"), SharedData.Golden("models", "llama", "lora")));

        Assert.Equal("mine", File.ReadAllText(Path.Combine(Target, "mine.txt")));
    }

    [Fact]
    public void Write_AnotherBase_IsRefusedAndLeavesNothing()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "qwen3"), Precision.Fp32);
        using var adapter = AdapterSet.Load(SharedData.Golden("models", "qwen3", "lora"), model.Linears);

        var exception = Assert.Throws<UserErrorException>(() => MergedModel.Write(SharedData.Golden("models", "llama"), adapter, Target, TestContext.Current.CancellationToken));

        Assert.Contains("another model", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void Archive_AdapterFolder_HoldsItsFilesAndTheSameBytesTwice()
    {
        var adapter = Path.Combine(_folder, "adapter");
        AdapterArchive.Copy(SharedData.Golden("models", "llama", "lora"), adapter);
        AdapterReadme.Write(adapter, Provenance());
        using var first = new MemoryStream();
        using var second = new MemoryStream();

        AdapterArchive.Write(first, adapter);
        AdapterArchive.Write(second, adapter);

        Assert.Equal(first.ToArray(), second.ToArray());
        using var archive = new ZipArchive(first);
        Assert.Equal(["README.md", "adapter_config.json", "adapter_model.safetensors"], archive.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Readme_HostileNames_StayInsideTheirFields()
    {
        var text = AdapterReadme.Text(Provenance() with { Name = "mine\n# yours", BaseModel = "a\"\nlicense: mit", Dataset = "rows | columns" });

        Assert.Contains("# mine # yours\n", text, StringComparison.Ordinal);
        Assert.Contains("base_model: \"a\\\" license: mit\"\n", text, StringComparison.Ordinal);
        Assert.Contains("rows \\| columns", text, StringComparison.Ordinal);
        Assert.Contains(new string('b', 64), text, StringComparison.Ordinal);
        Assert.Contains("| held-out loss | 0.5 |", text, StringComparison.Ordinal);
    }

    private static AdapterProvenance Provenance() => new()
    {
        Name = "intents",
        BaseModel = "nano",
        BaseModelSha256 = new string('b', 64),
        Dataset = "banking77",
        DatasetSha256 = new string('d', 64),
        SpecificationJson = "{}",
        Metrics = [new("held-out loss", "0.5")],
        FinishedAt = DateTimeOffset.UnixEpoch,
    };

    private void Merge(string baseFolder, string adapterFolder)
    {
        using var model = CausalModel.Load(baseFolder, Precision.Fp32);
        using var adapter = AdapterSet.Load(adapterFolder, model.Linears);
        MergedModel.Write(baseFolder, adapter, Target, TestContext.Current.CancellationToken);
    }
}

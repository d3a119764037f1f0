using System.IO.Compression;
using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Exports;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Exports;

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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_TiedBaseWithAStaleHead_TakesTheEmbeddingForIt(bool savesEmbedding)
    {
        var golden = SharedData.Golden("models", "qwen3");
        using var scope = TensorScope.Enter();
        using var copy = new ModelCopy("qwen3");
        copy.ChangeWeights(weights => weights[MergedWeights.HeadName] = weights[MergedWeights.EmbeddingName] * 3);
        var embedding = SafetensorsFolder.Open(golden).Get(MergedWeights.EmbeddingName);
        using var pair = LearntAdapter.Create(ModelFolder.Linears(golden), new LoraOptions { Rank = 2, Targets = ["lm_head"] }, deviation: 0.3, seed: 1);
        using var saved = new AdapterSet(
            pair.Configuration with { ModulesToSave = ["embed_tokens"] }, [], [], [KeyValuePair.Create("model.embed_tokens", (embedding.To(DType.Float32) * 1.5).Own())]);
        var adapter = savesEmbedding ? saved : pair;

        MergedModel.Write(copy.Path, adapter, Target, progress: null, TestContext.Current.CancellationToken);

        MergedModel.Write(golden, adapter, Target + "-clean", progress: null, TestContext.Current.CancellationToken);
        var (written, clean) = (SafetensorsFolder.Open(Target), SafetensorsFolder.Open(Target + "-clean"));
        Assert.Equal(clean.Names.Order(StringComparer.Ordinal), written.Names.Order(StringComparer.Ordinal));
        Assert.All(clean.Names, tensor => Assert.True(clean.Get(tensor).HasSameElements(written.Get(tensor)), tensor));
        Assert.Equal(savesEmbedding, written.Get(MergedWeights.HeadName).HasSameElements(embedding));
        Assert.Equal(savesEmbedding, !written.Get(MergedWeights.EmbeddingName).HasSameElements(embedding));
        Assert.Equal(MergedModel.BytesOf(golden, adapter), MergedModel.BytesOf(copy.Path, adapter));
        using var merged = CausalModel.Load(Target, Precision.Fp32);
    }

    [Fact]
    public void Write_TiedBaseWithAStaleHeadThatStaysTied_LeavesItOut()
    {
        using var copy = new ModelCopy("qwen3");
        copy.ChangeWeights(weights => weights[MergedWeights.HeadName] = weights[MergedWeights.EmbeddingName] * 3);

        Merge(copy.Path, SharedData.Golden("models", "qwen3", "lora"));

        Assert.Null(SafetensorsFolder.Open(Target).Find(MergedWeights.HeadName));
        using var merged = CausalModel.Load(Target, Precision.Fp32);
        Assert.True(ReferenceVerifier.Verify(merged, SharedData.Golden("models", "qwen3", "lora", "reference.safetensors"), 1e-4).Passed);
    }

    [Fact]
    public void Write_ShardedBase_IsOneFileWhereThatIsSmall()
    {
        using var copy = new ModelCopy("qwen3");
        copy.Shard();

        Merge(copy.Path, SharedData.Golden("models", "qwen3", "lora_modules_to_save"));

        Assert.Equal("model.safetensors", Path.GetFileName(Assert.Single(SafetensorsFolder.Open(Target).Files).Header.Path));
        Assert.False(File.Exists(Path.Combine(Target, "model.safetensors.index.json")));
        using var merged = CausalModel.Load(Target, Precision.Fp32);
        Assert.True(ReferenceVerifier.Verify(merged, SharedData.Golden("models", "qwen3", "lora_modules_to_save", "reference.safetensors"), 1e-4).Passed);
    }

    [Theory]
    [InlineData("qwen3", "lora_modules_to_save")]
    [InlineData("gpt_oss", "lora")]
    [InlineData("mixtral", "lora_experts")]
    public void Write_InPiecesAndShards_HasTheSameTensors(string name, string kind)
    {
        const long shard = 64 << 10;
        var folder = SharedData.Golden("models", name);
        using var adapter = AdapterSet.Load(SharedData.Golden("models", name, kind), ModelFolder.Linears(folder));
        var told = new List<(long Written, long Total)>();
        MergedModel.Write(folder, adapter, Target, progress: null, TestContext.Current.CancellationToken);

        MergedModel.Write(folder, adapter, Target + "-small", (written, total) => told.Add((written, total)), pieceBytes: 1 << 10, shard, TestContext.Current.CancellationToken);

        using var scope = TensorScope.Enter();
        var (whole, parts) = (SafetensorsFolder.Open(Target), SafetensorsFolder.Open(Target + "-small"));
        Assert.Equal(whole.Names.Order(StringComparer.Ordinal), parts.Names.Order(StringComparer.Ordinal));
        Assert.All(whole.Names, tensor => Assert.True(whole.Get(tensor).HasSameElements(parts.Get(tensor)), tensor));
        Assert.True(parts.Files.Count > 1);
        Assert.All(parts.Files, file => Assert.True(file.Header.Entries.Count == 1 || file.Header.Entries.Values.Sum(entry => entry.Bytes) <= shard));
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Target + "-small", "model.safetensors.index.json")));
        var bytes = whole.Names.Sum(tensor => whole.Find(tensor)!.Bytes);
        Assert.Equal(bytes, index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64());
        Assert.Equal(parts.Names.Count, index.RootElement.GetProperty("weight_map").EnumerateObject().Count());
        Assert.All(told, pair => Assert.InRange(pair.Written, 0, bytes - 1));
        Assert.All(told, pair => Assert.Equal(bytes, pair.Total));
    }

    [Theory]
    [InlineData("llama_nf4")]
    [InlineData("qwen3_nf4_double")]
    [InlineData("gpt_oss_mxfp4")]
    [InlineData("deepseek_v3_fp8")]
    public void Write_QuantisedBase_IsAnOrdinaryFolderOfSixteenBits(string name)
    {
        var folder = SharedData.Golden("models", name);
        using var adapter = AdapterSet.Create(ModelFolder.Linears(folder), new LoraOptions { Rank = 2 }, seed: 1);

        MergedModel.Write(folder, adapter, Target, progress: null, TestContext.Current.CancellationToken);

        // A pair that has learnt nothing adds nothing, so the numbers of the base hold.
        using var scope = TensorScope.Enter();
        var (files, numbers) = (SafetensorsFolder.Open(Target), ModelFolder.Weights(SafetensorsFolder.Open(folder)));
        Assert.Equal(numbers.Names.Order(StringComparer.Ordinal), files.Names.Order(StringComparer.Ordinal));
        Assert.All(files.Names, tensor => Assert.True(numbers.Get(tensor).To(numbers.IsQuantised(tensor) ? DType.BFloat16 : numbers.Find(tensor)!.Type.DType!.Value).HasSameElements(files.Get(tensor)), tensor));
        using var merged = CausalModel.Load(Target, Precision.Fp32, quantization: Quantization.None);
        var report = ReferenceVerifier.Verify(merged, Path.Combine(folder, "reference.safetensors"), 5e-4);

        // FP8 times its scale has more digits than 16 bits hold; the router's near ties then go the other way (0.023 nats).
        Assert.True(name == "deepseek_v3_fp8" ? Math.Abs(report.Loss!.Value - report.ReferenceLoss!.Value) < 0.05 : report.Passed, report.ToString());
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Target, "config.json")));
        Assert.False(config.RootElement.TryGetProperty("quantization_config", out _));
        Assert.Equal("bfloat16", config.RootElement.GetProperty("torch_dtype").GetString());
    }

    [Fact]
    public void Write_FourBitsOfHalfPrecision_BecomeHalfPrecision()
    {
        using var copy = new ModelCopy("llama_nf4");
        copy.ReplaceInConfig("\"torch_dtype\": \"bfloat16\"", "\"dtype\": \"bfloat16\"");
        copy.ChangeWeights(weights =>
        {
            foreach (var name in weights.Keys.Where(name => name.Contains(".quant_state.", StringComparison.Ordinal)).ToList())
            {
                weights[name] = Tensor.From<byte>(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(weights[name].ToArray<byte>()).Replace("bfloat16", "float16", StringComparison.Ordinal)));
            }
        });
        using var adapter = AdapterSet.Create(ModelFolder.Linears(copy.Path), new LoraOptions { Rank = 2 }, seed: 1);

        MergedModel.Write(copy.Path, adapter, Target, progress: null, TestContext.Current.CancellationToken);

        Assert.Equal(DType.Float16, SafetensorsFolder.Open(Target).Find("model.layers.0.mlp.down_proj.weight")!.Type.DType);
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Target, "config.json")));
        Assert.Equal("float16", config.RootElement.GetProperty("dtype").GetString());
        Assert.False(config.RootElement.TryGetProperty("torch_dtype", out _));
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

        var exception = Assert.Throws<UserErrorException>(() => MergedModel.Write(SharedData.Golden("models", "llama"), adapter, Target, progress: null, TestContext.Current.CancellationToken));

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
        MergedModel.Write(baseFolder, adapter, Target, progress: null, TestContext.Current.CancellationToken);
    }
}

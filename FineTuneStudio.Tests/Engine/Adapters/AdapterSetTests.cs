using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Adapters;

public sealed class AdapterSetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fts-adapter-").FullName;
    private readonly CausalModel _model = CausalModel.Load(SharedData.Golden("models", "qwen3"), Precision.Fp32);

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Create_AllLinear_LeavesTheHeadOut()
    {
        using var adapter = AdapterSet.Create(_model.Linears, new LoraOptions { Rank = 4 }, seed: 1);

        Assert.Equal(14, adapter.Adapters.Count);
        Assert.DoesNotContain("lm_head", adapter.Adapters.Keys);
        Assert.All(adapter.Adapters.Values, pair =>
        {
            var bound = 1 / Math.Sqrt(pair.A.Size(1));
            Assert.Equal(0, pair.B.Abs().Max().Item());
            Assert.InRange(pair.A.Abs().Max().Item(), bound * 0.9, bound);
        });
    }

    [Fact]
    public void Create_SameSeed_GivesTheSameBits()
    {
        using var first = AdapterSet.Create(_model.Linears, new LoraOptions(), seed: 5);
        using var second = AdapterSet.Create(_model.Linears, new LoraOptions(), seed: 5);
        using var other = AdapterSet.Create(_model.Linears, new LoraOptions(), seed: 6);

        Assert.All(first.Parameters.Zip(second.Parameters), pair => Assert.True(pair.First.Value.HasSameElements(pair.Second.Value)));
        Assert.False(first.Parameters[0].Value.HasSameElements(other.Parameters[0].Value));
    }

    [Fact]
    public void Create_NewAdapter_ChangesNothingYet()
    {
        using var adapter = AdapterSet.Create(_model.Linears, new LoraOptions(), seed: 1);
        using var view = _model.WithAdapter(adapter);
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.FromSequences([[1, 2, 3]]);

        var (plain, adapted) = (_model.Hidden(batch, new PackedAttentionContext(batch)), view.Hidden(batch, new PackedAttentionContext(batch)));

        Assert.True((plain - adapted).Abs().Max().Item() < 1e-5);
    }

    [Fact]
    public void Create_UnknownTarget_ListsTheLinears()
    {
        var exception = Assert.Throws<UserErrorException>(() => AdapterSet.Create(_model.Linears, new LoraOptions { Targets = ["q_proj", "qkv"] }, seed: 1));

        var error = Assert.Single(exception.Errors);
        Assert.Equal("lora.targets", error.Field);
        Assert.Contains("'qkv'; there are q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, lm_head", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("lora_dora")]
    [InlineData("lora_modules_to_save")]
    [InlineData("lora_patterns")]
    [InlineData("lora_regex")]
    [InlineData("lora_rslora")]
    public void Save_LoadedAdapter_WritesItsOwnBytes(string kind)
    {
        var source = SharedData.Golden("models", "qwen3", kind);
        using var adapter = AdapterSet.Load(source, _model.Linears);

        adapter.Save(_folder, "tiny-random");

        Assert.Equal(File.ReadAllBytes(Path.Combine(source, "adapter_model.safetensors")), File.ReadAllBytes(Path.Combine(_folder, "adapter_model.safetensors")));
        AssertConfiguration(source, _folder);
    }

    [Theory]
    [InlineData("deepseek_v3", "lora_experts")]
    [InlineData("mixtral", "lora_experts")]
    [InlineData("qwen3_moe", "lora")]
    [InlineData("qwen3_moe", "lora_experts")]
    public void Save_LoadedAdapterOfExperts_WritesItsOwnBytes(string name, string kind)
    {
        var source = SharedData.Golden("models", name, kind);
        using var adapter = AdapterSet.Load(source, ModelFolder.Linears(SharedData.Golden("models", name)));

        adapter.Save(_folder, "tiny-random");

        Assert.Equal(File.ReadAllBytes(Path.Combine(source, "adapter_model.safetensors")), File.ReadAllBytes(Path.Combine(_folder, "adapter_model.safetensors")));
        AssertConfiguration(source, _folder);
    }

    [Theory]
    [InlineData("mixtral", "block_sparse_moe.experts", "w1", "w3", "w2")]
    [InlineData("qwen3_moe", "mlp.experts", "gate_proj", "up_proj", "down_proj")]
    public void Load_PairForEveryLinearOfEveryExpert_ComputesTheSame(string name, string experts, string gate, string up, string down)
    {
        var (source, reference) = (SharedData.Golden("models", name, "lora_experts"), SharedData.Golden("models", name, "lora_experts", "reference.safetensors"));
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32);
        using (var fused = AdapterSet.Load(source, model.Linears))
        {
            WriteSeparately(fused, model.Linears, experts, gate, up, down);
        }

        using var adapter = AdapterSet.Load(_folder, model.Linears);
        using var view = model.WithAdapter(adapter);
        var loaded = ReferenceVerifier.Verify(view, reference, 6e-5);
        adapter.Save(_folder, "tiny");
        using var again = AdapterSet.Load(_folder, model.Linears);
        using var other = model.WithAdapter(again);

        Assert.True(loaded.Passed, loaded.ToString());
        Assert.True(ReferenceVerifier.Verify(other, reference, 6e-5).Passed);
        Assert.Equal(0, again.Configuration.Dropout);
    }

    [Theory]
    [InlineData("mixtral")]
    [InlineData("gpt_oss")]
    public void Create_Experts_StandsBesideEveryOne(string name)
    {
        var linears = ModelFolder.Linears(SharedData.Golden("models", name));
        using var adapter = AdapterSet.Create(linears, new LoraOptions { Rank = 2, Targets = ["q_proj", "experts"] }, seed: 1);

        adapter.Save(_folder, "tiny");

        Assert.Equal(["model.layers.0.mlp.experts.down_proj", "model.layers.0.mlp.experts.gate_up_proj", "model.layers.1.mlp.experts.down_proj", "model.layers.1.mlp.experts.gate_up_proj"], adapter.ExpertAdapters.Keys);
        Assert.All(adapter.ExpertAdapters.Values, pair => Assert.Equal(2, pair.Rank));
        Assert.Equal(adapter.ParameterCount, AdapterSet.Wanted(linears, new LoraOptions { Rank = 2, Targets = ["q_proj", "experts"] }).Sum(linear => linear.AdapterElements(2)));
        using var loaded = AdapterSet.Load(_folder, linears);
        Assert.All(adapter.Parameters.Zip(loaded.Parameters), pair =>
        {
            Assert.Equal(pair.First.Key, pair.Second.Key);
            Assert.True(pair.First.Value.HasSameElements(pair.Second.Value));
        });
    }

    [Fact]
    public void Create_OneProductOfExpertsAlone_NamesItsModuleAsPeftDoes()
    {
        var linears = ModelFolder.Linears(SharedData.Golden("models", "mixtral"));
        using var adapter = AdapterSet.Create(linears, new LoraOptions { Rank = 2, Targets = ["experts.gate_up_proj"] }, seed: 1);

        Assert.Empty(adapter.Adapters);
        Assert.Equal("base_model.model.model.layers.0.mlp.experts.lora_A.weight", adapter.Parameters[0].Key);
    }

    [Theory]
    [InlineData("experts", "no expert parameter 'experts'; this model has no experts")]
    [InlineData("experts.up_proj", "no expert parameter 'experts.up_proj'; this model has no experts")]
    public void Create_ExpertsOfADenseModel_SaysThatItHasNone(string target, string expected)
    {
        var exception = Assert.Throws<UserErrorException>(() => AdapterSet.Create(_model.Linears, new LoraOptions { Targets = [target] }, seed: 1));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ExpertsWithDropout_IsRefused()
    {
        var linears = ModelFolder.Linears(SharedData.Golden("models", "mixtral"));

        var exception = Assert.Throws<UserErrorException>(() => AdapterSet.Create(linears, new LoraOptions { Dropout = 0.1, Targets = ["experts"] }, seed: 1));

        Assert.Equal("lora.dropout", Assert.Single(exception.Errors).Field);
    }

    [Theory]
    [InlineData("/home/someone/models/Qwen3-0.6B", "Qwen3-0.6B")]
    [InlineData("./models/nano/", "nano")]
    [InlineData("Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B")]
    [InlineData("nano", "nano")]
    public void Save_BaseModelName_IsNoLocalPath(string name, string expected)
    {
        using var adapter = AdapterSet.Create(_model.Linears, new LoraOptions { Targets = ["q_proj"] }, seed: 1);

        adapter.Save(_folder, name);

        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "adapter_config.json")));
        Assert.Equal(expected, config.RootElement.GetProperty("base_model_name_or_path").GetString());
    }

    [Theory]
    [InlineData("\"bias\": \"none\"", "\"bias\": \"all\"", "bias is 'all'")]
    [InlineData("\"peft_type\": \"LORA\"", "\"peft_type\": \"LOHA\"", "peft_type is 'LOHA'")]
    [InlineData("\"r\": 4", "\"r\": 8", "need [8, 64]")]
    [InlineData("\"r\": 4", "\"r\": 0", "r is no whole number")]
    [InlineData("\"fan_in_fan_out\": false", "\"fan_in_fan_out\": true", "fan_in_fan_out is true; this option is not built")]
    [InlineData("\"up_proj\",", "\"up_projection\",", "no linear 'up_projection'")]
    [InlineData("\"up_proj\",", "", "lora_A.weight' belongs to no target")]
    [InlineData("\"modules_to_save\": null", "\"modules_to_save\": [\"lm_head\"]", "modules_to_save names 'lm_head'")]
    [InlineData("\"rank_pattern\": {}", "\"rank_pattern\": {\"(\": 3}", "is no regular expression")]
    public void Load_BrokenConfiguration_NamesTheFault(string sought, string replacement, string expected)
    {
        var source = SharedData.Golden("models", "qwen3", "lora");
        var text = File.ReadAllText(Path.Combine(source, "adapter_config.json"));
        Assert.Contains(sought, text, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), text.Replace(sought, replacement, StringComparison.Ordinal));
        File.Copy(Path.Combine(source, "adapter_model.safetensors"), Path.Combine(_folder, "adapter_model.safetensors"));

        var exception = Assert.Throws<UserErrorException>(() => AdapterSet.Load(_folder, _model.Linears));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_AllLinear_WritesTheNamesOut()
    {
        using var adapter = AdapterSet.Create(_model.Linears, new LoraOptions { Rank = 2 }, seed: 1);

        adapter.Save(_folder, "nano");

        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "adapter_config.json")));
        Assert.Equal(
            ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"],
            config.RootElement.GetProperty("target_modules").EnumerateArray().Select(name => name.GetString()!));
        using var loaded = AdapterSet.Load(_folder, _model.Linears);
        Assert.All(adapter.Parameters.Zip(loaded.Parameters), pair =>
        {
            Assert.Equal(pair.First.Key, pair.Second.Key);
            Assert.True(pair.First.Value.HasSameElements(pair.Second.Value));
        });
    }

    [Fact]
    public void Load_PatternThatNeverEnds_IsRefused()
    {
        var source = SharedData.Golden("models", "qwen3", "lora_regex");
        var text = File.ReadAllText(Path.Combine(source, "adapter_config.json"));
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), text.Replace(@".*layers\\.1\\..*(q_proj|up_proj)", "(([a-z._0-9]+)+)+!", StringComparison.Ordinal));
        File.Copy(Path.Combine(source, "adapter_model.safetensors"), Path.Combine(_folder, "adapter_model.safetensors"));

        var exception = Assert.Throws<UserErrorException>(() => AdapterSet.Load(_folder, _model.Linears));

        Assert.Contains("takes too long", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_OnTheHead_ChangesLogitsAndLearns()
    {
        using var adapter = AdapterSet.Create(_model.Linears, new LoraOptions { Rank = 2, Targets = ["lm_head"] }, seed: 1);
        adapter.SetTrainable(true);
        using var view = _model.WithAdapter(adapter);
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.FromSequences([[1, 2, 3]]);
        var pair = adapter.Adapters["lm_head"];

        view.Head.Logits(view.Hidden(batch, new PackedAttentionContext(batch))).Select(1, 5).Sum().Backward();

        Assert.True(pair.B.Grad!.Norm().Item() > 0);
        using var off = GradMode.Off();
        pair.B.FillUniform(-1, 1, new RandomGenerator(1));
        var hidden = view.Hidden(batch, new PackedAttentionContext(batch));
        var expected = _model.Head.Logits(hidden) + (hidden.Linear(pair.A).Linear(pair.B) * pair.Scale);
        Assert.InRange((view.Head.Logits(hidden) - expected).Abs().Max().Item(), 0, 1e-4);
    }

    [Fact]
    public void Load_AdapterOfAnotherModel_SaysSo()
    {
        using var other = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32);

        var exception = Assert.Throws<UserErrorException>(() => AdapterSet.Load(SharedData.Golden("models", "qwen3", "lora"), other.Linears));

        Assert.Contains("Is the adapter for another model?", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ExpertParametersOfADenseModel_AreRefusedByName()
    {
        var exception = Assert.Throws<UserErrorException>(() => AdapterSet.Load(SharedData.Golden("models", "qwen3_moe", "lora"), _model.Linears));

        Assert.Contains("no expert parameter 'gate_up_proj'; this model has no experts", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_EmptyFolder_SaysWhatIsMissing()
        => Assert.Contains("adapter_config.json", Assert.Throws<UserErrorException>(() => AdapterSet.Load(_folder, _model.Linears)).Message, StringComparison.Ordinal);

    // The layout of older files, where names choose linears of dense layers too: gate and up share a first factor only because they come from one.
    private void WriteSeparately(AdapterSet fused, IReadOnlyList<LinearShape> dense, string experts, string gate, string up, string down)
    {
        using var scope = TensorScope.Enter();
        var tensors = fused.Adapters.Values.SelectMany(AdapterNames.Of).ToDictionary(StringComparer.Ordinal);
        foreach (var linear in dense.Where(linear => linear is not ExpertShape && (linear.LastPart == gate || linear.LastPart == up || linear.LastPart == down)))
        {
            tensors[AdapterNames.Prefix + linear.Name + AdapterNames.A] = Tensor.Zeros([4, linear.Inputs], DType.Float32);
            tensors[AdapterNames.Prefix + linear.Name + AdapterNames.B] = Tensor.Zeros([linear.Outputs, 4], DType.Float32);
        }

        foreach (var adapter in fused.ExpertAdapters.Values)
        {
            var prefix = AdapterNames.Prefix + adapter.Shape.Module.Replace("mlp.experts", experts, StringComparison.Ordinal);
            var isDown = adapter.Shape.LastPart == "down_proj";
            string[] parts = isDown ? [down] : [gate, up];
            var outputs = adapter.Shape.Outputs / parts.Length;
            for (var expert = 0; expert < adapter.Shape.Experts; expert++)
            {
                for (var part = 0; part < parts.Length; part++)
                {
                    tensors[$"{prefix}.{expert}.{parts[part]}{AdapterNames.A}"] = adapter.StackedA.Select(0, expert).Contiguous();
                    tensors[$"{prefix}.{expert}.{parts[part]}{AdapterNames.B}"] = adapter.StackedB.Select(0, expert).Narrow(0, part * outputs, outputs).Contiguous();
                }
            }
        }

        using (var file = File.Create(Path.Combine(_folder, "adapter_model.safetensors")))
        {
            SafetensorsWriter.Write(file, tensors);
        }

        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), JsonSerializer.Serialize(new
        {
            peft_type = "LORA", r = 4, lora_alpha = 12, lora_dropout = 0.1, target_modules = new[] { "q_proj", gate, up, down },
        }));
    }

    // Every field of ours is the reference's, with its value; the reference's others are at the defaults that newer readers take by themselves.
    private static void AssertConfiguration(string expectedFolder, string folder)
    {
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(expectedFolder, "adapter_config.json")));
        using var ours = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "adapter_config.json")));
        var fields = expected.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value);
        Assert.All(ours.RootElement.EnumerateObject().Where(field => field.Name != "revision"), field => Assert.True(JsonElement.DeepEquals(fields[field.Name], field.Value), field.ToString()));
        string[] defaults = ["peft_version", "qalora_group_size"];
        Assert.All(fields.Where(field => !defaults.Contains(field.Key) && !ours.RootElement.TryGetProperty(field.Key, out _)), field =>
            Assert.True(field.Value.ValueKind is JsonValueKind.Null or JsonValueKind.False, field.ToString()));
    }
}

using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models;

public sealed class ModelFolderTests
{
    [Fact]
    public void Inspect_GoldenModel_DescribesIt()
    {
        var description = ModelFolder.Inspect(SharedData.Golden("models", "qwen3"));

        Assert.Equal("qwen3", description.Family);
        Assert.Equal(256, description.ContextLength);
        Assert.Equal("F32", description.StoredType);
        Assert.Equal((320, 64, 2), (description.VocabularySize, description.HiddenSize, description.Layers));
        Assert.True(description.HasTokenizer);
        Assert.True(description.HasChatTemplate);
        Assert.Contains(description.Notes, note => note.Contains("320 rows for 316 tokens", StringComparison.Ordinal));
        using var model = CausalModel.Load(SharedData.Golden("models", "qwen3"), Precision.Fp32);
        Assert.Equal(model.ParameterCount, description.Parameters);
    }

    [Fact]
    public void Inspect_ModelCardWithLicence_TakesItOver()
    {
        using var copy = new ModelCopy("llama");
        File.WriteAllText(copy.At("README.md"), "---\nlicense: apache-2.0\ntags:\n- x\n---\n# A model\n");

        Assert.Equal("apache-2.0", ModelFolder.Inspect(copy.Path).Licence);
    }

    [Theory]
    [InlineData("\"rope_theta\": 10000.0", "\"rope_scaling\": {\"type\": \"ntk\", \"factor\": 2}", "rope_scaling.rope_type is 'ntk', which is not built; known are default, linear, dynamic, llama3, yarn, longrope")]
    [InlineData("\"rope_theta\": 10000.0", "\"use_mrope\": true", "use_mrope is true")]
    [InlineData("\"rope_theta\": 10000.0", "\"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1, 2], \"long_factor\": 3}", "long_factor is no list of numbers")]
    [InlineData("\"rope_theta\": 10000.0", "\"partial_rotary_factor\": 0.1", "rotary embedding needs an even number")]
    [InlineData("\"hidden_act\": \"silu\"", "\"hidden_act\": \"relu2\"", "hidden_act is 'relu2'")]
    [InlineData("\"num_attention_heads\": 4", "\"num_attention_heads\": \"four\"", "num_attention_heads is \"four\"")]
    [InlineData("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "does not divide the 4")]
    [InlineData("\"model_type\": \"llama\"", "\"model_type\": \"lama\"", "The nearest is llama")]
    [InlineData("\"model_type\": \"llama\"", "\"model_type\": \"mixtrall\"", "The nearest is mixtral")]
    [InlineData("\"model_type\": \"llama\"", "\"model_type\": \"rwkv\"", "known are deepseek_v2, deepseek_v3, gemma, gemma2")]
    [InlineData("\"vocab_size\": 320", "\"vocab_size\": 316", "makes it [316, 64]")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "weights are missing: model.layers.2")]
    [InlineData("\"vocab_size\": 320", "\"vocab_size\": 300", "the embedding only 300 rows")]
    [InlineData("{", "{{", "broken JSON")]
    public void Inspect_BrokenConfig_NamesFieldAndWayOut(string sought, string replacement, string expected)
    {
        using var copy = new ModelCopy("llama");
        copy.ReplaceInConfig(sought, replacement);

        var exception = Assert.Throws<UserErrorException>(() => ModelFolder.Inspect(copy.Path));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_SeveralFaults_ListsThemAll()
    {
        using var copy = new ModelCopy("llama");
        copy.ChangeWeights(weights =>
        {
            weights.Remove("model.norm.weight");
            weights["lm_head.weight"] = weights["lm_head.weight"].Narrow(0, 0, 300);
            weights["model.layers.0.self_attn.q_norm.weight"] = Tensor.Zeros([16], DType.Float32);
        });
        File.WriteAllText(copy.At("tokenizer.json"), "{");

        var exception = Assert.Throws<UserErrorException>(() => ModelFolder.Inspect(copy.Path));

        Assert.Equal(4, exception.Errors.Count);
        Assert.Contains("model.norm.weight", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'lm_head.weight' is [300, 64]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("has no place for 1 tensor: model.layers.0.self_attn.q_norm.weight", exception.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_AddedTokensBeyondTheEmbedding_AreTextAndANote()
    {
        using var copy = new ModelCopy("llama");
        var tokenizer = JsonNode.Parse(File.ReadAllBytes(copy.At("tokenizer.json")))!;
        tokenizer["added_tokens"]!.AsArray().Add(new JsonObject
        {
            ["id"] = 320, ["content"] = "<image_soft_token>", ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true,
        });
        File.WriteAllText(copy.At("tokenizer.json"), tokenizer.ToJsonString());

        var description = ModelFolder.Inspect(copy.Path);

        Assert.Contains(description.Notes, note => note.Contains("added tokens up to 320, but the embedding only 320 rows", StringComparison.Ordinal));
        var loaded = Tokenizer.Load(copy.Path);
        var ids = loaded.Encode("a<image_soft_token>b");
        Assert.All(ids, id => Assert.InRange(id, 0, 319));
        Assert.Equal("a<image_soft_token>b", loaded.Decode(ids));
    }

    [Theory]
    [InlineData("config.json", "no config.json")]
    [InlineData("model.safetensors", "no weights")]
    public void Inspect_FolderWithout_NamesTheFile(string name, string expected)
    {
        using var copy = new ModelCopy("llama");
        File.Delete(copy.At(name));

        var exception = Assert.Throws<UserErrorException>(() => ModelFolder.Inspect(copy.Path));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_NoFolder_SaysSo()
        => Assert.Contains("no such folder", Assert.Throws<UserErrorException>(() => ModelFolder.Inspect("/no/such/model")).Message, StringComparison.Ordinal);

    [Fact]
    public void Inspect_CutOffWeights_NamesTheFile()
    {
        using var copy = new ModelCopy("llama");
        using (var stream = File.OpenWrite(copy.WeightsPath))
        {
            stream.SetLength(stream.Length - 100);
        }

        var exception = Assert.Throws<UserErrorException>(() => ModelFolder.Inspect(copy.Path));

        Assert.Contains("cut off", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_OneByteChanged_ChangesTheHash()
    {
        using var copy = new ModelCopy("llama");
        var seen = 0L;
        var before = ModelHash.Compute(copy.Path, read => seen = read, TestContext.Current.CancellationToken);

        File.AppendAllText(copy.At("config.json"), " ");

        Assert.Equal(64, before.Length);
        Assert.Equal(new DirectoryInfo(copy.Path).EnumerateFiles().Sum(file => file.Length) - 1, seen);
        Assert.NotEqual(before, ModelHash.Compute(copy.Path, null, TestContext.Current.CancellationToken));
    }
}

using FineTuneStudio.Commands.Benches;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Gguf.Blocks;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Gguf;

/// <summary>Exported models and adapters, read by llama.cpp: the same scores and the same greedy answers.</summary>
public sealed class GgufModelTests : IDisposable
{
    // Both compute in fp32, in another order.
    private const double Tolerance = 2e-3;

    // llama.cpp looks GELU up in a table of half precision.
    private const double TableTolerance = 0.05;

    private static readonly int[][] Prompts = PromptsOf("llama");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llama")]
    [InlineData("llama_nf4")]
    [InlineData("llama31")]
    [InlineData("llama_linear_rope")]
    [InlineData("llama_v5_config")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("qwen3_nf4_double")]
    [InlineData("qwen3_yarn")]
    [InlineData("mixtral")]
    [InlineData("qwen2_moe")]
    [InlineData("phi3")]
    [InlineData("smollm3")]
    [InlineData("deepseek_v2_lite")]
    [InlineData("deepseek_v3")]
    [InlineData("deepseek_v3_fp8")]
    [InlineData("kimi_k2")]
    public void Write_GoldenModel_AnswersInLlamaCppAsHere(string name)
    {
        var model = SharedData.Golden("models", name);
        GgufModel.Write(model, adapters: null, GgufWeightType.F32, _folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken);

        AssertSameAnswers(model, adapterFolder: null, _folder.At("model.gguf"), adapterPath: null);
    }

    [Fact]
    public void Write_ManySmallExperts_AnswerInLlamaCppAsHere()
    {
        using var model = new ModelCopy("qwen3_moe");
        UseOnlySparseLayers(model);
        File.Copy(SharedData.Golden("models", "qwen3_moe", "reference.safetensors"), model.At("reference.safetensors"));
        GgufModel.Write(model.Path, adapters: null, GgufWeightType.F32, _folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken);

        AssertSameAnswers(model.Path, adapterFolder: null, _folder.At("model.gguf"), adapterPath: null);
    }

    [Fact]
    public void Write_Gemma3_AnswersInLlamaCppAsHere()
    {
        GgufModel.Write(SharedData.Golden("models", "gemma3"), adapters: null, GgufWeightType.F32, _folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken);

        AssertSameAnswers(SharedData.Golden("models", "gemma3"), adapters: null, _folder.At("model.gguf"), adapterPath: null, Prompts, TableTolerance);
    }

    [Fact]
    public void Write_Gemma2_AnswersInLlamaCppAsHere()
    {
        using var model = new ModelCopy("gemma2");
        model.ReplaceInConfig("\"query_pre_attn_scalar\": 20", "\"query_pre_attn_scalar\": 16");

        AssertCopyAnswersAlike(model, TableTolerance);
    }

    [Fact]
    public void Write_Gemma_AnswersInLlamaCppAsHere()
    {
        using var model = new ModelCopy("llama");
        model.ReplaceInConfig("\"model_type\": \"llama\"", "\"model_type\": \"gemma\", \"head_dim\": 16");
        model.ReplaceInConfig("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true");
        model.ChangeWeights(weights => weights.Remove("lm_head.weight"));

        AssertCopyAnswersAlike(model, TableTolerance);
    }

    [Fact]
    public void Write_Granite_AnswersInLlamaCppAsHere()
    {
        using var model = new ModelCopy("llama");
        model.ReplaceInConfig(
            "\"model_type\": \"llama\"",
            "\"model_type\": \"granite\", \"attention_multiplier\": 0.3, \"residual_multiplier\": 0.8, \"embedding_multiplier\": 1.5, \"logits_scaling\": 2.0");

        AssertCopyAnswersAlike(model, Tolerance);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public void Write_Olmo2_AnswersInLlamaCppAsHere(string tied)
    {
        using var model = new ModelCopy("llama");
        model.ReplaceInConfig("\"model_type\": \"llama\"", "\"model_type\": \"olmo2\"");
        model.ReplaceInConfig("\"tie_word_embeddings\": false", $"\"tie_word_embeddings\": {tied}");
        model.ChangeWeights(weights =>
        {
            for (var layer = 0; weights.Remove($"model.layers.{layer}.input_layernorm.weight", out var norm); layer++)
            {
                weights.Add($"model.layers.{layer}.post_feedforward_layernorm.weight", norm);
                foreach (var side in (string[])["q", "k"])
                {
                    var width = weights[$"model.layers.{layer}.self_attn.{side}_proj.weight"].Size(0);
                    weights.Add($"model.layers.{layer}.self_attn.{side}_norm.weight", Tensor.Cat([norm, norm], 0).Narrow(0, 3, width).Clone());
                }
            }

            if (tied == "true")
            {
                weights.Remove("lm_head.weight");
            }
        });

        AssertCopyAnswersAlike(model, Tolerance);
    }

    [Fact]
    public void Write_GptOss_AnswersInLlamaCppAsHere()
    {
        using var model = new ModelCopy("gpt_oss");
        model.ReplaceInConfig("\"truncate\": false", "\"truncate\": true");

        AssertCopyAnswersAlike(model, Tolerance);
    }

    [Fact]
    public void Write_AdapterOfStackedExperts_AnswersInLlamaCppAsHere()
    {
        using var model = new ModelCopy("gpt_oss");
        model.ReplaceInConfig("\"truncate\": false", "\"truncate\": true");
        using var adapters = LearntAdapter.Create(ModelFolder.Linears(model.Path), new LoraOptions { Rank = 4, Targets = ["experts", "q_proj"] }, deviation: 0.3, seed: 3);

        GgufModel.Write(model.Path, adapters: null, GgufWeightType.F32, _folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken);
        GgufAdapter.Write(model.Path, adapters, GgufWeightType.F32, _folder.At("adapter.gguf"), TestContext.Current.CancellationToken);
        GgufModel.Write(model.Path, adapters, GgufWeightType.F32, _folder.At("merged.gguf"), progress: null, TestContext.Current.CancellationToken);

        AssertSameAnswers(model.Path, adapters, _folder.At("model.gguf"), _folder.At("adapter.gguf"), Prompts, Tolerance);
        AssertSameAnswers(model.Path, adapters, _folder.At("merged.gguf"), adapterPath: null, Prompts, Tolerance);
    }

    [Fact]
    public void Write_GptOssInMxfp4_KeepsItsBitsAndAnswersInLlamaCppAsHere()
    {
        using var model = new ModelCopy("gpt_oss_mxfp4");
        model.ReplaceInConfig("\"truncate\": false", "\"truncate\": true");

        // The few-bit experts meet activations of 8 bits in llama.cpp.
        AssertCopyAnswersAlike(model, tolerance: 1);

        var written = new GgufWeights(_folder.At("model.gguf"), ModelConfigFile.Read(model.Path));
        using var scope = TensorScope.Enter();
        using var here = CausalModel.Load(model.Path, Precision.Fp32);
        using var there = CausalModel.Load(written.Config, written, Precision.Fp32);
        Assert.Equal(GgufType.MXFP4, GgufFile.Open(_folder.At("model.gguf")).Entries["blk.0.ffn_up_exps.weight"].Type);
        Assert.All(here.Parameters.Zip(there.Parameters), pair => Assert.Equal(pair.First.Value.ToArray<float>(), pair.Second.Value.ToArray<float>()));
    }

    [Fact]
    public void Write_LongRope_AnswersInLlamaCppAsHere()
    {
        using var model = new ModelCopy("phi3_longrope");
        GgufModel.Write(model.Path, adapters: null, GgufWeightType.F32, _folder.At("long.gguf"), progress: null, TestContext.Current.CancellationToken);
        AssertSameAnswers(model.Path, adapters: null, _folder.At("long.gguf"), adapterPath: null, [Prompts[1]], Tolerance);

        // llama.cpp rounds the context up to 256 tokens, and chooses the factors by it.
        model.ReplaceInConfig("\"original_max_position_embeddings\": 32", "\"original_max_position_embeddings\": 256");
        model.ReplaceInConfig("\"max_position_embeddings\": 256,", "\"max_position_embeddings\": 1024,");
        AssertCopyAnswersAlike(model, Tolerance);
    }

    [Fact]
    public void Write_YarnRampOfItsOwn_IsRefused()
    {
        using var model = new ModelCopy("qwen3_yarn");
        model.ReplaceInConfig("\"rope_type\": \"yarn\"", "\"rope_type\": \"yarn\", \"beta_fast\": 6, \"beta_slow\": 2");

        var exception = Assert.Throws<UserErrorException>(() => AssertCopyAnswersAlike(model, Tolerance));

        Assert.Contains("from 6 to 2 rotations", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deepseek_v2", "experts in groups")]
    [InlineData("gemma2", "scores multiplied by")]
    public void Write_WhatLlamaCppComputesOtherwise_IsRefused(string name, string reason)
    {
        var exception = Assert.Throws<UserErrorException>(
            () => GgufModel.Write(SharedData.Golden("models", name), adapters: null, GgufWeightType.F16, _folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_DenseLayersAmidExperts_AreRefused()
    {
        var exception = Assert.Throws<UserErrorException>(
            () => GgufModel.Write(SharedData.Golden("models", "qwen3_moe"), adapters: null, GgufWeightType.F16, _folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken));

        Assert.Contains("layers that differ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ExpertsByOtherWeights_AreRefused()
    {
        using var model = new ModelCopy("qwen3_moe");
        UseOnlySparseLayers(model);
        model.ReplaceInConfig("\"norm_topk_prob\": true", "\"norm_topk_prob\": false");

        var exception = Assert.Throws<UserErrorException>(
            () => GgufModel.Write(model.Path, adapters: null, GgufWeightType.F16, _folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken));

        Assert.Contains("not divided by their sum", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AdapterOfExperts_IsTheOneThatWasWritten()
    {
        var model = SharedData.Golden("models", "mixtral");
        using var adapters = AdapterSet.Load(SharedData.Golden("models", "mixtral", "lora_experts"), ModelFolder.Linears(model));
        GgufAdapter.Write(model, adapters, GgufWeightType.F32, _folder.At("adapter.gguf"), TestContext.Current.CancellationToken);

        using var read = GgufAdapterReader.Read(_folder.At("adapter.gguf"), ModelConfigFile.Read(model));

        Assert.Equal(adapters.Parameters.Select(pair => pair.Key), read.Parameters.Select(pair => pair.Key));
        Assert.All(adapters.ExpertAdapters.Zip(read.ExpertAdapters), pair =>
        {
            using var scope = TensorScope.Enter();
            Assert.Equal((pair.First.Value.B * pair.First.Value.Scale).ToArray<float>(), (pair.Second.Value.B * pair.Second.Value.Scale).ToArray<float>(), (expected, actual) => Math.Abs(expected - actual) < 1e-6);
            Assert.Equal(pair.First.Value.A.ToArray<float>(), pair.Second.Value.A.ToArray<float>());
        });
    }

    [Theory]
    [InlineData("llama", "lora")]
    [InlineData("qwen2", "lora")]
    [InlineData("qwen3", "lora_rslora")]
    [InlineData("qwen3", "lora_patterns")]
    [InlineData("mixtral", "lora_experts")]
    [InlineData("qwen2_moe", "lora")]
    [InlineData("phi3", "lora")]
    [InlineData("smollm3", "lora")]
    public void Write_GoldenAdapter_AnswersInLlamaCppAsHere(string name, string kind)
    {
        var model = SharedData.Golden("models", name);
        var adapterFolder = SharedData.Golden("models", name, kind);
        using var adapters = AdapterSet.Load(adapterFolder, ModelFolder.Linears(model));
        GgufModel.Write(model, adapters: null, GgufWeightType.F32, _folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken);

        GgufAdapter.Write(model, adapters, GgufWeightType.F32, _folder.At("adapter.gguf"), TestContext.Current.CancellationToken);

        AssertSameAnswers(model, adapterFolder, _folder.At("model.gguf"), _folder.At("adapter.gguf"));
    }

    [Theory]
    [InlineData("llama", "lora")]
    [InlineData("qwen3", "lora_dora")]
    [InlineData("qwen3", "lora_modules_to_save")]
    [InlineData("mixtral", "lora_experts")]
    [InlineData("deepseek_v3", "lora")]
    [InlineData("deepseek_v3", "lora_experts")]
    [InlineData("kimi_k2", "lora")]
    public void Write_GoldenAdapterMerged_AnswersInLlamaCppAsHere(string name, string kind)
    {
        var model = SharedData.Golden("models", name);
        var adapterFolder = SharedData.Golden("models", name, kind);
        using var adapters = AdapterSet.Load(adapterFolder, ModelFolder.Linears(model));

        GgufModel.Write(model, adapters, GgufWeightType.F32, _folder.At("merged.gguf"), progress: null, TestContext.Current.CancellationToken);

        AssertSameAnswers(model, adapterFolder, _folder.At("merged.gguf"), adapterPath: null);
    }

    [Theory]
    [InlineData("qwen3", "lora_dora", "DoRA")]
    [InlineData("qwen3", "lora_modules_to_save", "lm_head")]
    [InlineData("deepseek_v3", "lora", "kv_b_proj")]
    public void Write_AdapterThatLlamaCppCannotHold_IsRefusedWithTheWayOut(string name, string kind, string reason)
    {
        var model = SharedData.Golden("models", name);
        using var adapters = AdapterSet.Load(SharedData.Golden("models", name, kind), ModelFolder.Linears(model));

        var exception = Assert.Throws<UserErrorException>(
            () => GgufAdapter.Write(model, adapters, GgufWeightType.F16, _folder.At("adapter.gguf"), TestContext.Current.CancellationToken));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Contains("--format gguf", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder.FullName));
    }

    [Fact]
    public void Write_SlidingWindow_StatesTheContextUpToWhichNothingDiffers()
    {
        var notes = GgufModel.Write(SharedData.Golden("models", "mistral"), adapters: null, GgufWeightType.F16, _folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken);

        Assert.Equal(12, GgufFile.Open(_folder.At("model.gguf")).Metadata.FindNumber("llama.context_length"));
        Assert.Contains("12 tokens", Assert.Single(notes), StringComparison.Ordinal);
    }

    // llama.cpp knows experts in every layer of this family; the reference has a dense one amid them, which is taken out.
    private static void UseOnlySparseLayers(ModelCopy model)
    {
        model.ChangeWeights(weights =>
        {
            foreach (var name in weights.Keys.Where(name => name.Contains(".layers.1.", StringComparison.Ordinal)).ToList())
            {
                weights.Remove(name);
            }

            foreach (var name in weights.Keys.Where(name => name.Contains(".layers.2.", StringComparison.Ordinal)).ToList())
            {
                weights.Remove(name, out var tensor);
                weights.Add(name.Replace(".layers.2.", ".layers.1.", StringComparison.Ordinal), tensor!);
            }
        });
        model.ReplaceInConfig("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2");
        model.ReplaceInConfig("\"mlp_only_layers\": [\n  1\n ]", "\"mlp_only_layers\": []");
    }

    private static void AssertSameAnswers(string modelFolder, string? adapterFolder, string path, string? adapterPath)
    {
        var reference = SafetensorsFile.Open(Path.Combine(modelFolder, "reference.safetensors"));
        int[][] prompts = [.. Enumerable.Range(0, 2).Where(index => reference.Header.Entries.ContainsKey($"greedy.{index}.prompt")).Select(index => ReferenceBatch.ReadInts(reference, $"greedy.{index}.prompt", out _))];
        using var adapters = adapterFolder is null ? null : AdapterSet.Load(adapterFolder, ModelFolder.Linears(modelFolder));
        AssertSameAnswers(modelFolder, adapters, path, adapterPath, prompts, Tolerance);
    }

    private static void AssertSameAnswers(string modelFolder, AdapterSet? adapters, string path, string? adapterPath, int[][] prompts, double tolerance)
    {
        using var model = CausalModel.Load(modelFolder, Precision.Fp32);
        using var view = model.WithAdapter(adapters);
        var peer = LlamaPeer.Find();
        Assert.NotNull(peer);

        var theirs = peer.Answer(path, adapterPath, prompts, tokens: 24);

        Assert.NotNull(theirs);
        Assert.All(prompts.Zip(theirs), pair =>
        {
            var (tokens, logits) = Answer(view, pair.First, count: 24);
            Assert.Equal(logits.Length, pair.Second.Logits.Length);
            Assert.InRange(logits.Zip(pair.Second.Logits, (ours, other) => Math.Abs(ours - other)).Max(), 0, tolerance);
            Assert.Equal(tokens, pair.Second.Tokens);
        });
    }

    private static int[][] PromptsOf(string name)
    {
        var reference = SafetensorsFile.Open(SharedData.Golden("models", name, "reference.safetensors"));
        return [.. Enumerable.Range(0, 2).Select(index => ReferenceBatch.ReadInts(reference, $"greedy.{index}.prompt", out _))];
    }

    private void AssertCopyAnswersAlike(ModelCopy model, double tolerance)
    {
        GgufModel.Write(model.Path, adapters: null, GgufWeightType.F32, _folder.At("model.gguf"), progress: null, TestContext.Current.CancellationToken);
        AssertSameAnswers(model.Path, adapters: null, _folder.At("model.gguf"), adapterPath: null, Prompts, tolerance);
    }

    private static (int[] Tokens, double[] Logits) Answer(CausalModel model, int[] prompt, int count)
    {
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.FromSequences([prompt]);
        var hidden = model.Hidden(batch, new PackedAttentionContext(batch));
        var logits = model.Head.Logits(hidden.Narrow(0, prompt.Length - 1, 1)).Reshape(-1).ToArray<double>();
        var options = new SamplingOptions { Temperature = 0, MaxTokens = count };
        return (new TokenGenerator(model, stopIds: []).Generate([new TokenRequest(prompt, options)], null, TestContext.Current.CancellationToken)[0][0].Ids, logits);
    }
}

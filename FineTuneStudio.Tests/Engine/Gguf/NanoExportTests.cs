using System.Text.Json;
using FineTuneStudio.Commands.Benches;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Gguf;

/// <summary>The embedded model as GGUF: llama.cpp reads its text, answers greedily as it does here, with an adapter beside it and in it.</summary>
public sealed class NanoExportTests : IDisposable
{
    private const int Tokens = 24;
    private static readonly string[] Questions = ["Where is my card?", "Tell me a story about a red fox.", "What is 3 + 4?"];

    private readonly string _nano = Path.Combine(Repository.Root, "models", "nano");
    private readonly TemporaryFolder _folder = new();
    private readonly Renderer _renderer;
    private readonly int[][] _prompts;

    public NanoExportTests()
    {
        _renderer = Renderer.Load(_nano);
        _prompts = Array.ConvertAll(Questions, question => _renderer.RenderPrompt(Ask(question)).Ids);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Base_InLlamaCpp_ReadsAndAnswersAsHere()
    {
        GgufModel.Write(_nano, adapters: null, GgufWeightType.F16, _folder.At("nano.gguf"), progress: null, TestContext.Current.CancellationToken);
        var texts = Array.ConvertAll(Questions, question => _renderer.RenderPrompt(Ask(question)).Text);
        using var model = CausalModel.Load(_nano, Precision.Fp32);

        var ids = Peer.Tokenize(_folder.At("nano.gguf"), texts);
        var answers = Peer.Answer(_folder.At("nano.gguf"), adapter: null, _prompts, Tokens);

        Assert.Equal(_prompts, ids);
        Assert.Equal(Greedy(model), answers?.Select(answer => answer.Tokens));
    }

    [Fact]
    public void Adapter_BesideAndInTheBaseInLlamaCpp_AnswersAsHere()
    {
        using var model = CausalModel.Load(_nano, Precision.Fp32);
        using var adapters = Adapter(model);
        using var tuned = model.WithAdapter(adapters);
        var expected = Greedy(tuned);
        Assert.NotEqual(Greedy(model), expected);

        GgufModel.Write(_nano, adapters: null, GgufWeightType.F16, _folder.At("nano.gguf"), progress: null, TestContext.Current.CancellationToken);
        GgufAdapter.Write(_nano, adapters, GgufWeightType.F16, _folder.At("adapter.gguf"), TestContext.Current.CancellationToken);
        GgufModel.Write(_nano, adapters, GgufWeightType.F16, _folder.At("merged.gguf"), progress: null, TestContext.Current.CancellationToken);

        Assert.Equal(expected, Peer.Answer(_folder.At("nano.gguf"), _folder.At("adapter.gguf"), _prompts, Tokens)?.Select(answer => answer.Tokens));
        Assert.Equal(expected, Peer.Answer(_folder.At("merged.gguf"), adapter: null, _prompts, Tokens)?.Select(answer => answer.Tokens));
    }

    [Theory]
    [InlineData(GgufWeightType.BF16, 0.1)]
    [InlineData(GgufWeightType.Q8, 0.5)]
    [InlineData(GgufWeightType.Q4, 4)]
    [InlineData(GgufWeightType.Q4K, 3)]
    public void Base_OtherTypes_LoadInLlamaCppWithScoresNearTheModels(GgufWeightType type, double tolerance)
    {
        GgufModel.Write(_nano, adapters: null, type, _folder.At("nano.gguf"), progress: null, TestContext.Current.CancellationToken);
        using var scope = TensorScope.Enter();
        using var model = CausalModel.Load(_nano, Precision.Fp32);
        using var batch = TokenBatch.FromSequences([_prompts[0]]);
        var hidden = model.Hidden(batch, new PackedAttentionContext(batch));
        var expected = model.Head.Logits(hidden.Narrow(0, batch.Tokens - 1, 1)).Reshape(-1).ToArray<double>();

        var answer = Assert.Single(Peer.Answer(_folder.At("nano.gguf"), adapter: null, [_prompts[0]], tokens: 1) ?? []);

        Assert.InRange(expected.Zip(answer.Logits, (ours, theirs) => Math.Abs(ours - theirs)).Max(), 0, tolerance);
    }

    private static LlamaPeer Peer => LlamaPeer.Find() ?? throw new InvalidOperationException("llama.cpp is not here.");

    private static Conversation Ask(string question) => new(JsonSerializer.SerializeToElement(new[] { new { role = "user", content = question } }));

    // Large enough to change answers, small enough to leave the model a model.
    private static AdapterSet Adapter(CausalModel model) => LearntAdapter.Create(model.Linears, new LoraOptions { Rank = 4, RsLora = true }, deviation: 0.01, seed: 5);

    private List<int[]> Greedy(CausalModel model)
    {
        var options = new SamplingOptions { Temperature = 0, MaxTokens = Tokens };
        return [.. new TokenGenerator(model, stopIds: []).Generate([.. _prompts.Select(prompt => new TokenRequest(prompt, options))], null, TestContext.Current.CancellationToken).Select(answers => answers[0].Ids)];
    }
}

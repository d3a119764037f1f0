using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Generation;

public sealed class TokenGeneratorTests
{
    private static readonly SamplingOptions Greedy = new() { Temperature = 0, MaxTokens = 24 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Models => [.. GoldenModels.Dense, .. GoldenModels.Sparse];

    [Theory]
    [MemberData(nameof(Models))]
    public void Generate_GoldenPromptsTogether_AreTheReferencesTokens(string name)
    {
        var folder = SharedData.Golden("models", name);
        using var model = CausalModel.Load(folder, Precision.Fp32);
        var (prompts, expected) = ReadGreedy(folder);

        var answers = Generate(model, prompts, Greedy);

        Assert.Equal(expected, answers.Select(answer => answer.Ids));
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("mistral")]
    [InlineData("mixtral")]
    [InlineData("gpt_oss")]
    [InlineData("deepseek_v3")]
    public void Generate_PlainKernels_AreTheReferencesTokens(string name)
    {
        var folder = SharedData.Golden("models", name);
        using var model = CausalModel.Load(folder, Precision.Fp32);
        var (prompts, expected) = ReadGreedy(folder);
        using var plain = KernelChoice.Plain();

        Assert.Equal(expected, Generate(model, prompts, Greedy).Select(answer => answer.Ids));
    }

    [Theory]
    [InlineData("deepseek_v2", "lora")]
    [InlineData("deepseek_v3", "lora")]
    [InlineData("qwen3_moe", "lora_experts")]
    public void Generate_AdapterInEveryPart_ChoosesWhatAWholePassChooses(string name, string kind)
    {
        using var model = Load(name);
        using var adapter = AdapterSet.Load(SharedData.Golden("models", name, kind), model.Linears);
        using var view = model.WithAdapter(adapter);
        int[] prompt = [5, 6, 7, 8];

        var answer = Generate(view, [prompt], Greedy)[0].Ids;

        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.FromSequences([[.. prompt, .. answer]]);
        var chosen = view.Head.Logits(view.Hidden(batch, new PackedAttentionContext(batch))).ArgMax(-1).ToArray<long>();
        Assert.Equal(answer.Select(id => (long)id), chosen[(prompt.Length - 1)..^1]);
    }

    [Theory]
    [InlineData("mixtral")]
    [InlineData("deepseek_v3")]
    public void Generate_RecordedRouting_IsThatOfAWholePass(string name)
    {
        using var model = Load(name);
        int[][] prompts = [[5, 6, 7, 8], [9, 10, 11, 12, 13, 14]];

        var answers = new TokenGenerator(model, []).Generate(
            [.. prompts.Select(prompt => new TokenRequest(prompt, Greedy with { MaxTokens = 6 }) { RecordsRouting = true, Answers = 2 })], null, Cancellation);

        foreach (var (prompt, pair) in prompts.Zip(answers))
        {
            using var off = GradMode.Off();
            using var scope = TensorScope.Enter();
            using var batch = TokenBatch.FromSequences([[.. prompt, .. pair[1].Ids[..^1]]]);
            var recorder = new RoutingRecorder();
            model.Hidden(batch, new PackedAttentionContext(batch) { RoutingObserved = recorder.Observe });
            var whole = recorder.Take()!;
            Assert.All(pair, answer => Assert.Equal(whole.Tokens, answer.Routing!.Tokens));

            // A set: which of two experts comes first depends on how prompts and steps round.
            Assert.All(whole.Layers, layer => Assert.Equal(
                whole.IdsOf(layer, Device.Cpu).Sort(1, descending: false).Values.ToArray<long>(),
                pair[1].Routing!.IdsOf(layer, Device.Cpu).Sort(1, descending: false).Values.ToArray<long>()));
        }
    }

    [Fact]
    public void Generate_RoutingNotAskedForOrWithoutExperts_IsNotThere()
    {
        using var sparse = Load("mixtral");
        using var dense = Load("llama");
        var request = new TokenRequest([5, 6], Greedy with { MaxTokens = 2 });

        Assert.Null(new TokenGenerator(sparse, []).Generate([request], null, Cancellation)[0][0].Routing);
        Assert.Null(new TokenGenerator(dense, []).Generate([request with { RecordsRouting = true }], null, Cancellation)[0][0].Routing);
    }

    [Fact]
    public void Generate_Sampled_RepeatsItselfAndFollowsTheSeed()
    {
        using var model = Load("qwen3");
        var options = new SamplingOptions { Temperature = 1.3, TopP = 0.95, TopK = 100, MaxTokens = 12, Seed = 5 };
        int[][] prompts = [[1, 2, 3], [4, 5]];

        var first = Generate(model, prompts, options);
        var again = Generate(model, prompts, options);
        var other = Generate(model, prompts, options with { Seed = 6 });

        Assert.Equal(first.Select(answer => answer.Ids), again.Select(answer => answer.Ids));
        Assert.NotEqual(first.Select(answer => answer.Ids), other.Select(answer => answer.Ids));
    }

    [Fact]
    public void Generate_AmongNeighbours_AnswersAsAlone()
    {
        using var model = Load("llama31");
        TokenRequest[] requests =
        [
            .. Enumerable.Range(0, 7).Select(index => new TokenRequest(
                [.. Enumerable.Range(3 * index, 1 + (5 * index))], new SamplingOptions { MaxTokens = 3 + (4 * index), Seed = 9 }) { Stream = index }),
        ];
        var generator = new TokenGenerator(model, []);

        var together = generator.Generate(requests, null, Cancellation);

        for (var index = 0; index < requests.Length; index++)
        {
            var alone = generator.Generate([requests[index]], null, Cancellation);
            Assert.Equal(alone[0][0].Ids, together[index][0].Ids);
        }
    }

    [Fact]
    public void Generate_FewSlots_AnswersAsWithMany()
    {
        using var model = Load("qwen2");
        TokenRequest[] requests =
        [
            .. Enumerable.Range(0, 5).Select(index => new TokenRequest([7, 8 + index], new SamplingOptions { MaxTokens = 6, Seed = 3 }) { Answers = 3 }),
        ];

        var many = new TokenGenerator(model, []).Generate(requests, null, Cancellation);
        var few = new TokenGenerator(model, [], new DecodeLimits { Rows = 2 }).Generate(requests, null, Cancellation);

        Assert.Equal(many.SelectMany(answers => answers).Select(answer => answer.Ids), few.SelectMany(answers => answers).Select(answer => answer.Ids));
        Assert.Equal(3, many[0].Select(answer => string.Join(' ', answer.Ids)).Distinct().Count());
    }

    [Fact]
    public void Generate_StopToken_EndsTheAnswerWithIt()
    {
        using var model = Load("llama");
        var whole = Generate(model, [[1, 2, 3]], Greedy)[0];
        var stop = whole.Ids[5];

        var stopped = new TokenGenerator(model, [stop]).Generate([new TokenRequest([1, 2, 3], Greedy)], null, Cancellation)[0][0];

        Assert.Equal(AnswerEnd.Length, whole.End);
        Assert.Equal(AnswerEnd.Stop, stopped.End);
        Assert.Equal(whole.Ids[..(Array.IndexOf(whole.Ids, stop) + 1)], stopped.Ids);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("lora")]
    [InlineData("lora_dora")]
    [InlineData("lora_modules_to_save")]
    public void Generate_LogProbabilities_AreThoseOfAPassOverTheWhole(string? adapterName)
    {
        using var loaded = Load("qwen3");
        using var adapter = adapterName is null ? null : AdapterSet.Load(SharedData.Golden("models", "qwen3", adapterName), loaded.Linears);
        using var model = loaded.WithAdapter(adapter);
        const double temperature = 0.7;
        int[] prompt = [5, 6, 7, 8];

        var answer = Generate(model, [prompt], new SamplingOptions { Temperature = temperature, MaxTokens = 10, Seed = 1 })[0];

        using var scope = TensorScope.Enter();
        using var off = GradMode.Off();
        using var batch = TokenBatch.FromSequences([[.. prompt, .. answer.Ids]]);
        var logits = model.Head.Logits(model.Hidden(batch, new PackedAttentionContext(batch)));
        var (plain, tempered) = (logits.LogSoftmax(-1), (logits / temperature).LogSoftmax(-1));
        for (var index = 0; index < answer.Ids.Length; index++)
        {
            double Of(Tensor table) => table.Select(0, prompt.Length - 1 + index).Select(0, answer.Ids[index]).Item();
            Assert.Equal(Of(tempered), answer.LogProbabilities[index], 1e-4);
            Assert.Equal(Of(plain), answer.PlainLogProbabilities[index], 1e-4);
        }
    }

    [Fact]
    public void Generate_PastLongRopesBorder_IsWhatWholeSequencesGive()
    {
        // 32 positions are trained; two answers cross the border at different steps, a third begins beyond it.
        using var model = Load("phi3_longrope");
        int[][] prompts = [[.. Enumerable.Range(3, 25)], [.. Enumerable.Range(100, 29)], [.. Enumerable.Range(50, 40)]];

        var answers = Generate(model, prompts, Greedy);

        using var scope = TensorScope.Enter();
        using var off = GradMode.Off();
        foreach (var (prompt, answer) in prompts.Zip(answers))
        {
            int[] sequence = prompt;
            foreach (var id in answer.Ids)
            {
                using var batch = TokenBatch.FromSequences([sequence]);
                var last = model.Hidden(batch, new PackedAttentionContext(batch)).Narrow(0, sequence.Length - 1, 1);
                var logits = model.Head.Logits(last).ToArray<float>();
                Assert.Equal(Array.IndexOf(logits, logits.Max()), id);
                sequence = [.. sequence, id];
            }
        }
    }

    [Fact]
    public void Generate_WithAdapter_TakesAnotherWayThanTheBase()
    {
        var folder = SharedData.Golden("models", "qwen3");
        using var model = CausalModel.Load(folder, Precision.Fp32);
        using var adapter = AdapterSet.Load(Path.Combine(folder, "lora"), model.Linears);
        using var tuned = model.WithAdapter(adapter);

        var before = Generate(model, [[1, 2, 3]], Greedy)[0];
        var other = Generate(tuned, [[1, 2, 3]], Greedy)[0];
        var after = Generate(model, [[1, 2, 3]], Greedy)[0];

        Assert.NotEqual(before.Ids, other.Ids);
        Assert.Equal(before.Ids, after.Ids);
    }

    [Fact]
    public void Generate_Cancelled_StopsAtTheNextToken()
    {
        using var model = Load("llama");
        using var source = new CancellationTokenSource();
        var told = 0;

        Assert.Throws<OperationCanceledException>(() => new TokenGenerator(model, []).Generate(
            [new TokenRequest([1], Greedy)],
            _ =>
            {
                if (++told == 3)
                {
                    source.Cancel();
                }
            },
            source.Token));

        Assert.Equal(3, told);
    }

    [Fact]
    public void Generate_ImpossibleRequests_AreAllReported()
    {
        using var model = Load("llama");

        var exception = Assert.Throws<UserErrorException>(
            () => Generate(model, [[], [1]], new SamplingOptions { Temperature = -1, TopP = 0 }));

        Assert.Equal(5, exception.Errors.Count);
    }

    private static CausalModel Load(string name) => CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32);

    private static TokenAnswer[] Generate(CausalModel model, int[][] prompts, SamplingOptions options)
        => [.. new TokenGenerator(model, []).Generate([.. prompts.Select(prompt => new TokenRequest(prompt, options))], null, Cancellation).Select(answers => answers[0])];

    private static (int[][] Prompts, int[][] Tokens) ReadGreedy(string folder)
    {
        using var scope = TensorScope.Enter();
        var file = SafetensorsFile.Open(Path.Combine(folder, "reference.safetensors"));
        int[][] Read(string kind) => [.. Enumerable.Range(0, 2).Select(index => file.Get($"greedy.{index}.{kind}").ToArray<int>())];

        return (Read("prompt"), Read("tokens"));
    }
}

using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Grading.Sandbox;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Templates.ToolCalls;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>Conversations with tools, from drawing to learning: every answer of the tiny model is taken for a call.</summary>
public sealed class ToolConversationTests : IDisposable
{
    private const string Source =
        """
        def fact(topic: str, item):
            "What is known."
            return item["fact"]
        """;

    private readonly CausalModel _model;
    private readonly Renderer _renderer;
    private readonly ToolBox _tools;

    public ToolConversationTests()
    {
        Assert.SkipWhen(PythonSandbox.WhyNot is not null, PythonSandbox.WhyNot ?? "");
        var folder = SharedData.Golden("models", "llama");
        _model = CausalModel.Load(folder, Precision.Fp32);
        _renderer = Renderer.Load(folder);
        _tools = ToolBox.Load(Source);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _tools?.Dispose();
        _model?.Dispose();
    }

    [Fact]
    public void TakeTurn_Calls_AreAnsweredInTheConversationUntilTheTurnsAreSpent()
    {
        var (prompt, conversation, answer) = Draw(turns: 3);

        conversation.Finish(answer);

        Assert.Equal([null, "fact", null, "fact", null], conversation.Turns.Select(turn => turn.Tool));
        Assert.Equal(["seven apples", "seven apples"], conversation.Turns.Where(turn => turn.Tool is not null).Select(turn => turn.Text));
        Assert.Equal(["assistant", "tool", "assistant", "tool", "assistant"], conversation.Messages.EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal(answer.Turns().Select(turn => turn.Ids.Length), conversation.Turns.Where(turn => turn.Tool is null).Select(turn => turn.Tokens));
        Assert.Equal(3, conversation.Calls.Count);

        // Between the turns stands what the template writes: the tool's message and the header of the next turn.
        var between = _renderer.Tokenizer.Decode([.. answer.Ids.Where((_, place) => answer.Given![place])]);
        Assert.Contains("seven apples", between, StringComparison.Ordinal);
        Assert.EndsWith(_renderer.Tokenizer.Decode(_renderer.RenderPrompt(prompt.Conversation!).Ids)[^10..], between, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_AnswersWithTools_FindsTheSamplersLogProbabilitiesAndLearnsTheDrawnTokensAlone()
    {
        var (prompt, _, answer) = Draw(turns: 3);
        float[] sampler = [.. answer.Turns().SelectMany(turn => turn.LogProbabilities)];
        var policy = new PolicyAnswer(prompt.Ids, answer.Ids, advantage: 1, answer.Given) { Sampler = sampler };
        var other = new PolicyAnswer(prompt.Ids, answer.Turns().First().Ids, advantage: -1) { Sampler = answer.Turns().First().LogProbabilities };
        using var tokens = new PolicyTokens([policy, other], _model);

        Assert.Equal(answer.Turns().SelectMany(turn => turn.Ids).Concat(other.Tokens).Select(id => (long)id), tokens.Targets.ToArray<long>());
        Assert.Equal(answer.DrawnTokens, policy.Count);

        using var adapter = FineTuneStudio.Engine.Adapters.AdapterSet.Create(_model.Linears, new LoraOptions { Rank = 2 }, seed: 1);
        adapter.SetTrainable(true);
        using var view = _model.WithAdapter(adapter);
        using var optimizer = Optimizer.Create(adapter.Parameters, new OptimizerOptions());
        var step = new PolicyStep(view, new WeightUpdate(adapter.Parameters, optimizer, lossScale: null, 1), lossScale: null, PolicyLossOptions.Of(ReinforcementMethod.Dapo), temperature: 1, checkpointing: false);

        var outcome = step.Run([[policy, other]], 1e-3, _ => null, Token);

        Assert.InRange(outcome.LogProbabilityGap!.Value, 0, 1e-4);
        Assert.All(policy.New.Zip(sampler), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        Assert.Equal(policy.Count, policy.New.Length);
    }

    [Fact]
    public void TakeTurn_LongAnswerOfATool_IsCutToItsTokens()
    {
        var (_, conversation, _) = Draw(turns: 2, fact: string.Join(' ', Enumerable.Repeat("word", 500)), resultTokens: 5);

        var text = conversation.Turns[1].Text;

        Assert.EndsWith(" … (cut off)", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 13, 60);
    }

    [Fact]
    public void RenderContinuation_TurnOfEveryFamily_JoinsWhatWasDrawnAsTheWholeTextDoes()
    {
        var names = new[] { "Qwen-Qwen2.5-7B-Instruct", "Qwen-Qwen3-0.6B", "meta-llama-Llama-3.2-3B-Instruct", "mistralai-Mistral-Nemo-Instruct-2407", "Kimi-K2-Instruct", "deepseek-ai-DeepSeek-V3.1", "openai-gpt-oss-120b" };
        foreach (var name in names)
        {
            var tokenizer = Rendering.ByteTokenizer.Create("<s>", "<|im_end|>", "<|eot_id|>", "<|call|>", "<|end|>", "<|return|>", "</s>", "<｜end▁of▁sentence｜>");
            var renderer = new Renderer(ChatTemplate.Parse(File.ReadAllText(SharedData.Data("chat-templates", name + ".jinja"))), tokenizer) { Clock = Templates.FixedClock.Golden };
            var conversation = Rendering.Messages.Parse(
                """
                [{"role":"user","content":"Q"},
                 {"role":"assistant","content":"","tool_calls":[{"id":"call00000","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}}]},
                 {"role":"tool","name":"f","tool_call_id":"call00000","content":"21 <|im_end|> more"}]
                """);
            int[] stops = [.. Enumerable.Range(256, 8)];
            var whole = renderer.RenderPrompt(conversation);

            var behind = renderer.RenderContinuation(conversation, 1, stops, isEnded: true);

            // The drawn turn ends with a stop token; behind it stands the rest of the whole text, token by token.
            Assert.Equal(whole.Ids[^behind.Length..], behind);
            Assert.Contains(whole.Ids[^(behind.Length + 1)], stops);
            var text = tokenizer.Decode(behind);
            Assert.Contains("21", text, StringComparison.Ordinal);
            Assert.DoesNotContain("\"a\"", text, StringComparison.Ordinal);
            Assert.Equal(whole.Ids[^(behind.Length + 1)..], renderer.RenderContinuation(conversation, 1, stops, isEnded: false));
        }
    }

    private (PromptRow Prompt, ToolConversation Conversation, TokenAnswer Answer) Draw(int turns, string fact = "seven apples", int resultTokens = 64)
    {
        var messages = new Conversation(JsonSerializer.SerializeToElement(new[] { new { role = "user", content = "What is known?" } })) { Tools = _tools.Definitions };
        var prompt = new PromptRow(0, 1, _renderer.RenderPrompt(messages).Ids, "", "", JsonSerializer.SerializeToElement(new { fact })) { Conversation = messages };
        var setup = new ToolSetup(_tools, new ToolOptions { Source = Source, Turns = turns, ResultTokens = resultTokens }, _renderer, StopTokens.Of(_renderer))
        {
            Reader = new AnswerReader(_renderer) { Format = new EverythingCalls() },
        };
        var conversation = new ToolConversation(setup, prompt);

        // Every second token ends a turn, so that turns are short.
        var generator = new TokenGenerator(_model, Enumerable.Range(0, _model.Config.VocabularySize).Where(id => id % 2 == 0));
        var options = new SamplingOptions { Temperature = 1, MaxTokens = 30, Seed = 4 };
        var answer = generator.Generate([new TokenRequest(prompt.Ids, options) { Turns = _ => conversation, MostTokens = 2000 }], null, Token)[0][0];
        return (prompt, conversation, answer);
    }

    /// <summary>Takes any answer for a call.</summary>
    private sealed class EverythingCalls : IToolCallFormat
    {
        public IReadOnlyList<FoundCalls> Find(string text, IReadOnlySet<string>? tools, List<string> faults)
            => [new FoundCalls(new TextSpan(0, text.Length), [new ToolCall("fact", """{"topic": "apples"}""")])];
    }
}
